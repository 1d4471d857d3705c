// The proof that a report was filed: which municipality, which number, when, and a digest of what was
// said; nothing of who said it. Signed with Ed25519 (RFC 8032), so that whoever has the public key can
// check it without asking anybody.
//
//   Avvik proof of filing 1
//   tenant: kalix
//   number: AVV-2026-000123
//   submitted: 2026-11-21T09:15:30.123456Z
//   content-sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
//   key: 1f2e3d4c5b6a7988
//   signature: <base64 of the signature over all the lines above, each with its line feed>
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

struct evp_pkey_st;

namespace avvik::filing_proof {

struct Proof {
  std::string tenant;
  std::string number;
  std::string submitted;       // RFC 3339, UTC, microseconds.
  std::string content_sha256;  // 64 hexadecimal digits.
  std::string key_id;          // 16 hexadecimal digits.
  std::string signature;       // Base64.

  friend bool operator==(const Proof&, const Proof&) = default;
};

// The instant as a proof has it.
std::string TimeText(absl::Time instant);

// SHA-256 of title, line feed and description.
std::string ContentDigest(std::string_view title, std::string_view description);

// The proof as lines of text, as above.
std::string ToText(const Proof& proof);

// Reads text as ToText makes it; white space around the lines and carriage returns do not matter.
// INVALID_ARGUMENT when it is no proof.
absl::StatusOr<Proof> FromText(std::string_view text);

// The key that signs. Thread-safe.
class Signer {
 public:
  // Reads an Ed25519 private key in PEM (PKCS #8), as `openssl genpkey -algorithm ed25519` makes it.
  // INVALID_ARGUMENT when it is none, NOT_FOUND when there is no such file.
  static absl::StatusOr<Signer> Load(const std::string& path);
  static absl::StatusOr<Signer> FromPem(std::string_view pem);

  // Signs tenant, number, time and digest; sets the rest. The same proof every time.
  absl::StatusOr<Proof> Sign(Proof proof) const;

  // The public key in PEM.
  std::string PublicPem() const;

 private:
  Signer(std::shared_ptr<evp_pkey_st> key, std::string key_id)
      : key_(std::move(key)), key_id_(std::move(key_id)) {}

  std::shared_ptr<evp_pkey_st> key_;
  std::string key_id_;
};

// Whether a proof is what the holder of the key signed: OK; FAILED_PRECONDITION when another key signed it;
// DATA_LOSS when it was altered; INVALID_ARGUMENT when `public_pem` is not an Ed25519 public key in PEM.
absl::Status Verify(const Proof& proof, std::string_view public_pem);

}  // namespace avvik::filing_proof
