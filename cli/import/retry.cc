#include "cli/import/retry.h"

#include <algorithm>
#include <charconv>

namespace avvik::cli {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLastPause = absl::Seconds(3);
constexpr absl::Duration kMostAsked = absl::Seconds(30);

}  // namespace

Verdict Judge(const absl::StatusOr<http_client::Response>& response) {
  if (!response.ok()) {
    return response.status().code() == absl::StatusCode::kUnavailable ? Verdict::kRetry
                                                                      : Verdict::kHopeless;
  }
  if (response->status >= 200 && response->status < 300) return Verdict::kDone;
  switch (response->status) {
    case 408:
    case 425:
    case 429:
    case 502:
    case 503:
    case 504:
      return Verdict::kRetry;
    case 401:
    case 403:
    case 404:
    case 405:
      return Verdict::kHopeless;
    default:
      break;
  }
  if (response->status >= 500)
    return response->status == 501 ? Verdict::kHopeless : Verdict::kDoubtful;
  return response->status >= 400 ? Verdict::kRejected : Verdict::kHopeless;
}

absl::Duration RetryAfter(const http_client::Response& response) {
  const auto found = response.headers.find("retry-after");
  if (found == response.headers.end()) return absl::ZeroDuration();
  int seconds = 0;
  const std::string& text = found->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0)
    return absl::ZeroDuration();
  return absl::Seconds(seconds);
}

std::optional<absl::Duration> Backoff::Pause(int failures, absl::Duration since,
                                             absl::Duration asked, double chance) const {
  if (since >= patience_) return std::nullopt;
  absl::Duration pause = kFirstPause;
  for (int i = 1; i < failures && pause < kLastPause; ++i) pause *= 2;
  pause = std::min(pause, kLastPause) * (1 - chance / 2);
  pause = std::max(pause, std::min(asked, kMostAsked));
  return std::min(pause, patience_ - since);
}

}  // namespace avvik::cli
