// The key of one report or case: everything secret about it is sealed with it, so that destroying the
// key destroys all of it, in every copy.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/secrecy/secret.h"

namespace avvik::secrecy {

// Made by a Vault. Wiped when it ends; movable. Const methods are thread-safe.
class DataKey {
 public:
  DataKey(DataKey&& other) noexcept;
  DataKey& operator=(DataKey&& other) noexcept;
  DataKey(const DataKey&) = delete;
  DataKey& operator=(const DataKey&) = delete;
  ~DataKey();

  // Seals a text; `context` says where it belongs, such as `report.title/<uuid>`, so that sealed texts
  // cannot be exchanged for each other.
  std::string Seal(std::string_view plaintext, std::string_view context) const;
  // DATA_LOSS (SEAL_BROKEN) when it was altered or belongs elsewhere.
  absl::StatusOr<std::string> Open(std::string_view sealed, std::string_view context) const;

  // The key as it is kept beside the data, wrapped by the tenant's.
  const std::string& wrapped() const { return wrapped_; }

 private:
  friend class Vault;
  DataKey() = default;

  std::array<unsigned char, kKeyBytes> bytes_{};
  std::string wrapped_;
};

}  // namespace avvik::secrecy
