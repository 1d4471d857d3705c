// How many lines of one kind are written, so that whoever causes them does not fill the disk.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "absl/time/time.h"

namespace avvik::log {

// Thread-safe.
class Budget {
 public:
  explicit Budget(int per_minute) : per_minute_(per_minute) {}

  // When a line may be written now: how many were left out since the one before it.
  std::optional<int64_t> Take(absl::Time now);

 private:
  const int per_minute_;
  std::mutex mutex_;
  absl::Time minute_ = absl::InfinitePast();  // When the minute began that is counted.
  int written_ = 0;                           // In that minute.
  int64_t left_out_ = 0;
};

}  // namespace avvik::log
