// For tests: an identity provider in the test itself, with real keys and real signatures.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "common/identity/jwt.h"

struct evp_pkey_st;

namespace avvik::identity {

// Signs tokens with keys made at construction. Used by one thread, except Find.
class TestIssuer final : public KeyFinder {
 public:
  // Key ids in tokens and key set.
  static constexpr char kRsaKeyId[] = "rsa-1";
  static constexpr char kEcKeyId[] = "ec-1";

  explicit TestIssuer(std::string issuer = "https://issuer.example", int rsa_bits = 2048);
  ~TestIssuer() override;
  TestIssuer(const TestIssuer&) = delete;
  TestIssuer& operator=(const TestIssuer&) = delete;

  // Rules that the tokens below satisfy: this issuer, audience `avvik`.
  TokenRules rules() const;

  // The public keys as a JSON Web Key Set.
  std::string KeySetJson() const;

  // A token for a person, valid from `now` for ten minutes; `acr` says how they signed in.
  std::string PersonToken(absl::Time now, const std::string& tenant, const std::string& login,
                          const std::string& acr = "") const;
  // A token for a client with its own credentials.
  std::string MachineToken(absl::Time now, const std::string& client_id,
                           const std::string& scope) const;

  // A token with these JSON texts as header and claims, signed as `algorithm` demands with the key
  // of that kind.
  std::string Sign(Algorithm algorithm, std::string_view header, std::string_view claims) const;
  // Header for a well-formed token.
  static std::string Header(Algorithm algorithm);

  // The RSA public key in PEM, as an attacker would have it.
  std::string RsaPublicPem() const;

  absl::StatusOr<std::shared_ptr<const PublicKey>> Find(const std::string& id,
                                                        Algorithm algorithm) override;

 private:
  const std::string issuer_;
  evp_pkey_st* rsa_;
  evp_pkey_st* ec_;
  KeySetDocument keys_;
};

}  // namespace avvik::identity
