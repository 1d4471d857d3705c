// Does the work that a challenge asks for (avvik.intake.v1.Challenge), for those whose browser runs
// no script.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace avvik::gateway {

// A number such that SHA-256 of `<challenge>:<number>` begins with at least `difficulty` zero bits. Takes
// about 2 to the power of `difficulty` digests; nothing beyond 24, which no service asks for.
std::optional<std::string> SolveChallenge(std::string_view challenge, int difficulty);

}  // namespace avvik::gateway
