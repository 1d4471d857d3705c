// Who gets a case: the organisation's rules, tried from the top, and why.
#pragma once

#include <string>
#include <vector>

#include "avvik/triage/v1/case.pb.h"
#include "avvik/type/v1/classification.pb.h"
#include "common/organisation/organisation.h"

namespace avvik::triage {

// Somebody's part in a case, by function.
struct Party {
  std::string login;  // Empty when nobody holds the function.
  organisation::v1::Role role = organisation::v1::ROLE_UNSPECIFIED;
  std::string unit;  // That the function is held for; empty for the whole municipality.
  bool operator==(const Party&) const = default;
};

// What routing looks at. A unit or system that the organisation does not know counts as not given.
struct RoutedFacts {
  type::v1::Category category = type::v1::CATEGORY_UNSPECIFIED;
  std::string unit;
  std::string system;
  type::v1::Answer personal_data = type::v1::ANSWER_UNSPECIFIED;
  type::v1::Answer national_security = type::v1::ANSWER_UNSPECIFIED;
};

struct RoutingStep {
  std::string rule;
  bool matched = false;  // Its conditions held and it found somebody.
  std::string reason;
  Party party;
  v1::RoutingEffect effect = v1::ROUTING_EFFECT_UNSPECIFIED;
};

struct Route {
  std::vector<RoutingStep> steps;  // In the order tried.
  Party owner;                     // Without a login when nobody was found.
  std::vector<Party> drawn_in;     // Each person once; the owner may be among them.
};

// Pure. The first rule that matches and finds somebody decides on the owner; rules that draw in do
// not end the search, and those below the owner's rule still draw in. The last resort, `default`,
// is the information-security officer.
Route RouteCase(const RoutedFacts& facts, const organisation::Organisation& organisation);

// The function in which a person named by hand has to do with a case: of its system, of its unit or
// the nearest above, of the municipality, or none but that of an employee. Pure.
Party PartOf(const std::string& login, const RoutedFacts& facts,
             const organisation::Organisation& organisation);

}  // namespace avvik::triage
