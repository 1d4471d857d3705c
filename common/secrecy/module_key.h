// A master key in a hardware module, by PKCS#11: an AES key of 256 bits that the module seals and opens with
// (AES-GCM) and does not give away.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/secrecy/master_key.h"

namespace avvik::secrecy {

// How a URI of a key in a module begins.
inline constexpr std::string_view kModuleScheme = "pkcs11:";

// Finds the key that an RFC 7512 URI means, signs in, and tries whether it seals. The URI says `module-path` (the
// module's library), what tells token and key from others (`token`, `serial`, `object`, `id`, …) and, where the
// token wants one, the PIN: `pin-source` (a file that only the service's user may read) or `pin-value`.
// INVALID_ARGUMENT when it is no such URI; FAILED_PRECONDITION (MASTER_KEY_MODULE), with what is wrong, when there
// is no such module, token or key, when the PIN is another, or when the key is one that the module would give
// away: only CKA_SENSITIVE and not CKA_EXTRACTABLE will do. Nothing of the PIN is in a message.
//
// A session that the module ended is opened anew at the next use.
absl::StatusOr<std::shared_ptr<const MasterKey>> FindModuleKey(const std::string& uri);

}  // namespace avvik::secrecy
