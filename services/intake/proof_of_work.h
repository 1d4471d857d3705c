// Proof of work: what a call without an account costs its caller instead of a name or an address. Pure: no
// store, no clock.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace avvik::intake {

// How long a challenge can be used.
inline constexpr absl::Duration kChallengeLife = absl::Minutes(10);

// Zero bits asked for: about 65,000 tries when it is quiet, a tenth of a second of a browser; never more
// than 4 million, some ten seconds of an old telephone, so that nobody is kept out.
inline constexpr int kLeastDifficulty = 16;
inline constexpr int kMostDifficulty = 22;

// The difficulty when so many challenges of the tenant were used within the last kChallengeLife: the least
// for up to 50, and one bit more each time that number doubles.
int DifficultyFor(int64_t used_lately);

// A challenge as its text says it.
struct OpenedChallenge {
  int difficulty = 0;
  absl::Time expires;
  std::string nonce;  // 32 hexadecimal digits; tells it from all others.
};

// Makes challenges and knows its own again, without a memory. Immutable, so thread-safe.
class ChallengeMaker {
 public:
  using Key = std::array<unsigned char, 32>;

  // At least one key: what is made is made by the first, and what any of them made is known again, so that keys
  // change while challenges are out.
  explicit ChallengeMaker(std::vector<Key> keys) : keys_(std::move(keys)) {}

  // `<difficulty>.<seconds>.<nonce>.<code>`, good for this tenant until `expires` (whole seconds).
  std::string Make(std::string_view tenant, int difficulty, absl::Time expires) const;

  // What a solved challenge is worth. FAILED_PRECONDITION, reason `PROOF_OF_WORK`, when it was not made here
  // for this tenant, has expired, or is not solved by `solution`.
  absl::StatusOr<OpenedChallenge> Check(std::string_view tenant, std::string_view challenge,
                                        std::string_view solution, absl::Time now) const;

 private:
  bool MadeHere(std::string_view tenant, std::string_view content, std::string_view code) const;

  const std::vector<Key> keys_;
};

// Whether SHA-256 of `<challenge>:<solution>` begins with so many zero bits.
bool IsSolved(std::string_view challenge, std::string_view solution, int difficulty);

}  // namespace avvik::intake
