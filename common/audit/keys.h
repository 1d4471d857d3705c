// The Ed25519 keys (RFC 8032) of checkpoints, in the PEM files that `openssl genpkey -algorithm ed25519`
// and `openssl pkey -pubout` write (RFC 8410).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace avvik::audit {

// Names a public key: the first 32 hexadecimal digits of the SHA-256 of its 32 bytes.
std::string KeyId(std::string_view public_key);

// Signs. Movable; the secret is wiped from memory with it.
class SigningKey {
 public:
  // INVALID_ARGUMENT when `pem` is no private Ed25519 key.
  static absl::StatusOr<SigningKey> FromPem(const std::string& pem);
  static absl::StatusOr<SigningKey> FromFile(const std::string& path);

  const std::string& id() const { return id_; }
  // Raw bytes.
  const std::string& public_key() const { return public_key_; }
  std::string Sign(std::string_view bytes) const;

 private:
  struct Secret;
  struct Wipe {
    void operator()(Secret* secret) const;
  };

  explicit SigningKey(const unsigned char* seed);

  std::string id_;
  std::string public_key_;
  std::unique_ptr<Secret, Wipe> secret_;
};

// The public keys that count, the present one and those before it.
class VerifyingKeys {
 public:
  // Adds every public key in `pem`. INVALID_ARGUMENT when there is none, or one that is no Ed25519 key.
  absl::Status AddPem(const std::string& pem);
  absl::Status AddFile(const std::string& path);
  void Add(std::string_view public_key);

  bool empty() const { return keys_.empty(); }
  bool Knows(const std::string& key_id) const { return keys_.contains(key_id); }
  // Whether `signature` is over `bytes` by the key of this name.
  bool Verify(const std::string& key_id, std::string_view bytes, std::string_view signature) const;

 private:
  std::map<std::string, std::string> keys_;  // Raw bytes by key id.
};

}  // namespace avvik::audit
