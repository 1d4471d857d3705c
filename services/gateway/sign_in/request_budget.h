// How many requests a session may make: a token bucket for each. Far above what a person does; it
// slows a runaway page or script down before it slows everybody.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "absl/time/time.h"

namespace avvik::gateway {

// Thread-safe.
class RequestBudget {
 public:
  // `per_second` is the lasting rate, zero for no limit; as many as come in `kBurst` at that rate
  // may come at once.
  explicit RequestBudget(int per_second) : rate_(per_second) {}

  // Whether a request with this key may be made now.
  bool Take(const std::string& key, absl::Time now);

 private:
  static constexpr double kBurst = 4;          // Seconds.
  static constexpr size_t kMaxKept = 100'000;  // Then those who have rested are forgotten.

  struct Bucket {
    double left;
    absl::Time filled;
  };

  const double rate_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace avvik::gateway
