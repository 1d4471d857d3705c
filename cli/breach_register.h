// The register of personal data breaches as a table for a spreadsheet (RFC 4180).
#pragma once

#include <string>
#include <vector>

#include "avvik/escalation/v1/assessment.pb.h"

namespace avvik::cli {

// One line a breach, after one with titles. What could be taken for a formula is set off by an
// apostrophe.
std::string BreachRegister(const std::vector<escalation::v1::Breach>& breaches);

}  // namespace avvik::cli
