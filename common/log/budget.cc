#include "common/log/budget.h"

#include <utility>

namespace avvik::log {

std::optional<int64_t> Budget::Take(absl::Time now) {
  std::lock_guard lock(mutex_);
  if (now - minute_ >= absl::Minutes(1) || now < minute_) {
    minute_ = now;
    written_ = 0;
  }
  if (written_ >= per_minute_) {
    ++left_out_;
    return std::nullopt;
  }
  ++written_;
  return std::exchange(left_out_, 0);
}

}  // namespace avvik::log
