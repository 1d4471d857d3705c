// What an import says while it runs and when it is done. Pure.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/time/time.h"
#include "cli/import/importer.h"
#include "cli/import/record.h"

namespace avvik::cli {

struct Standing {
  Counts counts;
  int64_t bytes_read = 0;
  int64_t bytes = -1;  // Of the file; -1 when not known.
  absl::Duration elapsed;
};

// Reports a second; zero before anything was settled.
double RateOf(const Counts& counts, absl::Duration elapsed);

// `412 lines · 1020 reports/s · 49 % · 1.2 s left · 3 rejected`.
std::string ProgressLine(const Standing& standing);

// `line 17: report.title: is required; report.unit: is not a unit of the organisation`.
std::string Describe(const Rejection& rejection);

// The same for programs: line, key, errors.
nlohmann::ordered_json ToJson(const Rejection& rejection);

}  // namespace avvik::cli
