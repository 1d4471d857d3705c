// What delivery remembers of a case from the events it heard: whom to tell, and whom it has told.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "avvik/triage/v1/triage_events.pb.h"

namespace avvik::delivery {

struct KnownCase {
  std::string case_id;
  std::string number;
  std::string report_id;
  std::string unit;                   // May be empty.
  std::string owner;                  // Pseudonym; empty when nobody.
  std::vector<std::string> drawn_in;  // Pseudonyms, also of those named.
  int64_t organisation_version = 0;
  // Who may see what is told of it.
  type::v1::Sphere sphere = type::v1::SPHERE_OPEN;
  std::vector<std::string> parties;
};

// The case as the facts have it.
KnownCase KnownCaseOf(const triage::v1::CaseFacts& facts);

}  // namespace avvik::delivery
