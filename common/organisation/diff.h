// What differs between two organisations.
#pragma once

#include <string>
#include <vector>

#include "avvik/organisation/v1/organisation.pb.h"

namespace avvik::organisation {

enum class ChangeKind { kAdded, kChanged, kRemoved };

struct Change {
  // `<list>/<id>` for an entry, such as `units/home-care`, `people/anna.berg` or
  // `role_titles/COORDINATOR`; the name of the field for what stands alone, such as `name` or
  // `languages`; `routing`, `retention`, `ladders` or `authority_contacts` when the same stand in another order.
  std::string subject;
  ChangeKind kind = ChangeKind::kChanged;

  friend bool operator==(const Change&, const Change&) = default;
};

// What was done to `from` to make `to`: empty exactly when they mean the same. The order of entries
// does not matter, nor that of what a single entry lists; the order of languages (the first is the
// default), of the steps of a ladder, and of what is tried from the top does. In the order of the
// proto; within a list by id. Needs what Check accepts.
std::vector<Change> Diff(const v1::Organisation& from, const v1::Organisation& to);

}  // namespace avvik::organisation
