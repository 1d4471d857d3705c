// When a request that failed is sent again.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/http_client/client.h"

namespace avvik::cli {

// What to do about an answer, or about there being none.
enum class Verdict {
  kDone,      // 2xx.
  kRejected,  // This request is refused, others may not be: wrong content, a clash.
  kRetry,     // The surroundings: overload, a service away, a connection lost.
  kDoubtful,  // An error inside the server: it may pass, so it is tried again a few times.
  kHopeless,  // Every request would be refused: not signed in, not allowed, wrong address.
};

// `UNAVAILABLE` of the client counts as kRetry, its other errors as kHopeless.
Verdict Judge(const absl::StatusOr<http_client::Response>& response);

// How long the server asks to wait (Retry-After in seconds, RFC 9110 section 10.2.3); zero when it
// does not say.
absl::Duration RetryAfter(const http_client::Response& response);

// How often kDoubtful is tried in all.
inline constexpr int kDoubtfulTries = 3;

// Pauses that double, from a tenth of a second to three seconds, for as long as the patience lasts.
// Pure.
class Backoff {
 public:
  explicit Backoff(absl::Duration patience) : patience_(patience) {}

  // The pause after `failures` failures in a row (from 1), the first of them `since` ago; nothing
  // when patience is at its end. `asked` is the server's own wish, heeded up to half a minute.
  // `chance`, from 0 to 1, spreads the pauses of several callers over half their length.
  std::optional<absl::Duration> Pause(int failures, absl::Duration since, absl::Duration asked,
                                      double chance) const;

 private:
  const absl::Duration patience_;
};

}  // namespace avvik::cli
