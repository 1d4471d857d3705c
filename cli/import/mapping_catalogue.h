// The mappings that are shipped (deploy/mappings), as part of the program.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/import/mapping.h"

namespace avvik::cli {

struct ShippedFile {
  std::string_view name;  // Such as `breach-notifications.yaml`.
  std::string_view text;
};

// In the order of their names.
std::span<const ShippedFile> ShippedFiles();

// All of them, parsed. An error is a fault of the program.
absl::StatusOr<std::vector<Mapping>> ShippedMappings();

// The shipped mapping of that name, otherwise the one in the file of that path. NOT_FOUND when
// there is neither.
absl::StatusOr<Mapping> FindMapping(const std::string& name_or_path);

// The mapping that recognises the most of these columns. NOT_FOUND, naming the columns, when none
// recognises them.
absl::StatusOr<Mapping> RecogniseMapping(const std::vector<Mapping>& mappings,
                                         const std::vector<std::string>& columns);

}  // namespace avvik::cli
