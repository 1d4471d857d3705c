// The time, as something that is handed in, so that tests decide what time it is.
#pragma once

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace avvik {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // The present instant, cut to whole microseconds: what PostgreSQL can keep.
  virtual absl::Time Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  absl::Time Now() const override {
    return absl::FromUnixMicros(absl::ToUnixMicros(absl::Now()));
  }
};

}  // namespace avvik
