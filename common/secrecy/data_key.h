// The key of one report or case: everything secret about it is sealed with it, so that destroying the
// key destroys all of it, in every copy.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/secrecy/box.h"
#include "common/secrecy/secret.h"

namespace avvik::secrecy {

// Made by a Vault. Wiped when it ends; movable. Const methods are thread-safe. While a key is replaced
// (renewal.h), it is two: what is sealed is sealed with the newer, and what either sealed opens.
class DataKey {
 public:
  DataKey(DataKey&& other) noexcept = default;
  DataKey& operator=(DataKey&& other) noexcept;
  DataKey(const DataKey&) = delete;
  DataKey& operator=(const DataKey&) = delete;
  ~DataKey();

  // Seals a text; `context` says where it belongs, such as `report.title/<uuid>`, so that sealed texts
  // cannot be exchanged for each other.
  std::string Seal(std::string_view plaintext, std::string_view context) const;
  // DATA_LOSS (SEAL_BROKEN) when it was altered or belongs elsewhere.
  absl::StatusOr<std::string> Open(std::string_view sealed, std::string_view context) const;
  // Whether something is sealed as Seal would now: with the newest key and in the format in use.
  bool IsCurrent(std::string_view sealed, std::string_view context) const;

  // The key as it is kept beside the data, wrapped by the tenant's.
  const std::string& wrapped() const { return wrapped_; }
  // How many keys it is.
  size_t size() const { return keys_.size(); }

 private:
  friend class Vault;
  using Bytes = std::array<unsigned char, kKeyBytes>;

  DataKey() = default;
  void Wipe();

  std::vector<Bytes> keys_;  // The newest first. Never grows, so that no copy is left behind.
  Format format_ = kDefaultFormat;
  std::string wrapped_;
};

}  // namespace avvik::secrecy
