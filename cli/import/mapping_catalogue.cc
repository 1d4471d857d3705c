#include "cli/import/mapping_catalogue.h"

#include <utility>

#include "cli/import/text.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::cli {

absl::StatusOr<std::vector<Mapping>> ShippedMappings() {
  std::vector<Mapping> mappings;
  for (const ShippedFile& file : ShippedFiles()) {
    AVVIK_ASSIGN_OR_RETURN(Mapping mapping,
                           ParseMapping(std::string(file.text), std::string(file.name)));
    mappings.push_back(std::move(mapping));
  }
  return mappings;
}

absl::StatusOr<Mapping> FindMapping(const std::string& name_or_path) {
  AVVIK_ASSIGN_OR_RETURN(std::vector<Mapping> shipped, ShippedMappings());
  for (Mapping& mapping : shipped) {
    if (mapping.name() == name_or_path) return std::move(mapping);
  }
  auto loaded = LoadMapping(name_or_path);
  if (loaded.ok() || loaded.status().code() != absl::StatusCode::kNotFound) return loaded;
  std::string names;
  for (const Mapping& mapping : shipped) names += (names.empty() ? "" : ", ") + mapping.name();
  return status::Error(absl::StatusCode::kNotFound,
                       "there is no mapping or file '" + name_or_path + "'; shipped are: " + names,
                       "MAPPING_NOT_FOUND");
}

absl::StatusOr<Mapping> RecogniseMapping(const std::vector<Mapping>& mappings,
                                         const std::vector<std::string>& columns) {
  const Mapping* best = nullptr;
  size_t most = 0;
  for (const Mapping& mapping : mappings) {
    if (const size_t count = mapping.Recognises(columns); count > most) {
      most = count;
      best = &mapping;
    }
  }
  if (best != nullptr) return *best;
  std::string names;
  for (const std::string& column : columns) names += (names.empty() ? "" : ", ") + column;
  return status::Error(
      absl::StatusCode::kNotFound,
      "no mapping knows a register with these columns: " + CutToLength(names, 1000) +
          "; write one and name it with --mapping (avvik import mapping NAME prints an example)",
      "MAPPING_NOT_FOUND");
}

}  // namespace avvik::cli
