// One of the keys above all others, which wrap the tenants' keys: in the process (of a file or a variable),
// or in a hardware module that it never leaves.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/secrecy/secret.h"

namespace avvik::secrecy {

// Thread-safe.
class MasterKey {
 public:
  virtual ~MasterKey() = default;

  // As secrecy::Seal and secrecy::Open. UNAVAILABLE (MASTER_KEY_MODULE) when a module does not answer.
  virtual absl::StatusOr<std::string> Seal(std::string_view plaintext,
                                           std::string_view context) const = 0;
  virtual absl::StatusOr<std::string> Open(std::string_view sealed,
                                           std::string_view context) const = 0;

  // The same for the same key, and another for another; shows nothing of it.
  virtual const std::string& identity() const = 0;
};

// The key of these bytes.
std::shared_ptr<const MasterKey> MasterKeyOf(std::shared_ptr<const Secret> secret);

}  // namespace avvik::secrecy
