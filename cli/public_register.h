// The register of public records as a table for a spreadsheet (RFC 4180).
#pragma once

#include <string>
#include <vector>

#include "avvik/triage/v1/record.pb.h"

namespace avvik::cli {

// One line an entry, after one with titles: what OSL 5:2 asks for, and what is left out by its second paragraph.
std::string PublicRegister(const std::vector<triage::v1::RegisterEntry>& entries);

}  // namespace avvik::cli
