// A sign-in that is under way: what the browser carries, sealed, to the provider and back, and what
// the answer must be to count (OpenID Connect Core 1.0, section 3.1; RFC 7636; RFC 9207).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/gateway/sign_in/sealer.h"

namespace avvik::gateway {

// How long a person may take at the provider.
inline constexpr absl::Duration kAttemptTime = absl::Minutes(10);

struct Attempt {
  std::string state;      // Returned by the provider: the answer belongs to this browser.
  std::string nonce;      // Returned in the ID token: it was made for this sign-in.
  std::string verifier;   // Proves to the provider that who redeems the code is who asked for it.
  std::string return_to;  // Where the person was going.
  std::string previous;   // Key of the session that the browser had; may be empty.
  absl::Time expiry;
};

// A new one, of random parts.
Attempt NewAttempt(const std::string& return_to, const std::string& previous, absl::Time now);

// The challenge for a verifier by the method S256 (RFC 7636, section 4.2).
std::string CodeChallenge(std::string_view verifier);

// As the value of a cookie, and back; nothing for what was not made by `sealer`.
std::string SealAttempt(const Attempt& attempt, const Sealer& sealer);
std::optional<Attempt> OpenAttempt(std::string_view cookie, const Sealer& sealer);

// What the provider's answer said, decoded; empty where it said nothing.
struct CallbackAnswer {
  std::string code;
  std::string state;
  std::string issuer;
  std::string error;
};

// Reads the query of the callback. Nothing when a parameter comes twice or is malformed.
std::optional<CallbackAnswer> ReadCallback(std::string_view query);

// What is known of the provider.
struct ExpectedIssuer {
  std::string issuer;
  bool always_named = false;  // Its answers always hold `iss`.
};

// The code, when the answer counts. UNAUTHENTICATED otherwise:
// - `SIGN_IN_NOT_BEGUN`: this browser began no sign-in, `attempt` is empty.
// - `SIGN_IN_STATE`: the answer is to another sign-in.
// - `SIGN_IN_TOO_LATE`: begun too long ago.
// - `SIGN_IN_ISSUER`: it names another provider, or none where it always does.
// - `SIGN_IN_REFUSED`: the provider says that it was refused; metadata `error` says how.
// - `SIGN_IN_CODE`: it holds no code.
absl::StatusOr<std::string> CodeOf(const CallbackAnswer& answer,
                                   const std::optional<Attempt>& attempt,
                                   const ExpectedIssuer& expected, absl::Time now);

// Whether a browser may be sent to `target` after it signed in: a path of ours, such as
// `/cases?open=1#top`, in printable ASCII, not another host in disguise (`//host`, `/\host`).
bool IsLocalTarget(std::string_view target);

}  // namespace avvik::gateway
