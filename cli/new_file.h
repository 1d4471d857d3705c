// Files that a command writes for the one who asks.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace avvik::cli {

// Writes a file for nobody's eyes but its owner's. ALREADY_EXISTS when it is there already.
absl::Status WriteNewFile(const std::string& file, const std::string& text);

}  // namespace avvik::cli
