#include "services/gateway/sign_in/request_budget.h"

#include <algorithm>

namespace avvik::gateway {

bool RequestBudget::Take(const std::string& key, absl::Time now) {
  if (rate_ <= 0) return true;
  const double most = rate_ * kBurst;
  std::lock_guard lock(mutex_);
  if (buckets_.size() >= kMaxKept) {
    std::erase_if(buckets_, [&](const auto& entry) {
      return now - entry.second.filled >= absl::Seconds(kBurst);
    });
  }
  Bucket& bucket = buckets_.try_emplace(key, Bucket{most, now}).first->second;
  const double refilled =
      absl::ToDoubleSeconds(std::max(now - bucket.filled, absl::ZeroDuration()));
  bucket.left = std::min(most, bucket.left + refilled * rate_);
  bucket.filled = now;
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
}

}  // namespace avvik::gateway
