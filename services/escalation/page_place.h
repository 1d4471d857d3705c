// Where a list that begins with the newest goes on.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace avvik::escalation {

// After the row of this time and id; both are unset at the beginning.
struct PagePlace {
  std::optional<absl::Time> time;
  std::optional<std::string> id;
};

// The key of the page after a row.
std::string KeyAfter(absl::Time time, const std::string& id);

// The place that a key names; the beginning for an empty one. INVALID_ARGUMENT naming `page_token`
// for a key that is none.
absl::StatusOr<PagePlace> PlaceOfKey(const std::string& key);

}  // namespace avvik::escalation
