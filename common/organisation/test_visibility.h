// What callers may see, for tests of stores.
#pragma once

#include <string>
#include <vector>

#include "common/organisation/rights.h"

namespace avvik::organisation {

// What is the person's own.
inline Visibility OwnOf(const std::string& tenant, const std::string& login) {
  return {.spheres = {}, .places = {}, .keys = {PersonId(tenant, login)}};
}

// What is open in the units.
inline Visibility OpenIn(const std::vector<std::string>& units) {
  Visibility visibility;
  for (const std::string& unit : units) {
    visibility.places.push_back(PlaceOf(type::v1::SPHERE_OPEN, unit));
    visibility.places.push_back(PlaceOf(type::v1::SPHERE_PERSONAL_DATA, unit));
  }
  return visibility;
}

}  // namespace avvik::organisation
