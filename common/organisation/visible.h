// What a caller may see, as a condition of a query. The SQL function `avvik_visible(sphere, unit,
// parties, spheres, places, keys)` of migrations/0002_visible.sql says of a row what Judge says of
// a matter; each table that follows a case has the columns `sphere`, `unit` and `parties`.
#pragma once

#include "common/organisation/rights.h"
#include "common/pg/value.h"

namespace avvik::organisation {

// The last three parameters of `avvik_visible`.
struct VisibleParams {
  explicit VisibleParams(const Visibility& visibility);

  pg::Param spheres;
  pg::Param places;
  pg::Param keys;
};

}  // namespace avvik::organisation
