#include "common/identity/test_issuer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "common/identity/base64url.h"
#include "common/status/error.h"
#include "nlohmann/json.hpp"

namespace avvik::identity {
namespace {

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "TestIssuer: %s\n", what);
  std::abort();
}

std::string NumberParam(const EVP_PKEY* key, const char* name, int bytes) {
  BIGNUM* number = nullptr;
  Require(EVP_PKEY_get_bn_param(key, name, &number) == 1, name);
  std::string text(static_cast<size_t>(bytes > 0 ? bytes : BN_num_bytes(number)), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(text.data()),
               static_cast<int>(text.size()));
  BN_free(number);
  return Base64UrlEncode(text);
}

// r and s side by side, 32 bytes each, from OpenSSL's DER.
std::string JoseSignature(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size()));
  Require(signature != nullptr, "ECDSA signature");
  std::string jose(64, '\0');
  auto* out = reinterpret_cast<unsigned char*>(jose.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + 32, 32);
  ECDSA_SIG_free(signature);
  return jose;
}

}  // namespace

TestIssuer::TestIssuer(std::string issuer, int rsa_bits)
    : issuer_(std::move(issuer)),
      rsa_(EVP_RSA_gen(static_cast<unsigned>(rsa_bits))),
      ec_(EVP_EC_gen("P-256")) {
  Require(rsa_ != nullptr && ec_ != nullptr, "keys");
  auto keys = ParseKeySet(KeySetJson());
  Require(keys.ok(), "key set");
  keys_ = *std::move(keys);
}

TestIssuer::~TestIssuer() {
  EVP_PKEY_free(rsa_);
  EVP_PKEY_free(ec_);
}

TokenRules TestIssuer::rules() const { return {.issuer = issuer_, .audience = "avvik"}; }

std::string TestIssuer::KeySetJson() const {
  const nlohmann::json rsa = {{"kty", "RSA"},
                              {"use", "sig"},
                              {"alg", "RS256"},
                              {"kid", kRsaKeyId},
                              {"n", NumberParam(rsa_, OSSL_PKEY_PARAM_RSA_N, 0)},
                              {"e", NumberParam(rsa_, OSSL_PKEY_PARAM_RSA_E, 0)}};
  const nlohmann::json ec = {{"kty", "EC"},
                             {"crv", "P-256"},
                             {"kid", kEcKeyId},
                             {"x", NumberParam(ec_, OSSL_PKEY_PARAM_EC_PUB_X, 32)},
                             {"y", NumberParam(ec_, OSSL_PKEY_PARAM_EC_PUB_Y, 32)}};
  return nlohmann::json{{"keys", {rsa, ec}}}.dump();
}

std::string TestIssuer::Header(Algorithm algorithm) {
  const bool rsa = algorithm == Algorithm::kRs256;
  return nlohmann::json{
      {"typ", "at+jwt"}, {"alg", rsa ? "RS256" : "ES256"}, {"kid", rsa ? kRsaKeyId : kEcKeyId}}
      .dump();
}

std::string TestIssuer::PersonToken(absl::Time now, const std::string& tenant,
                                    const std::string& login, const std::string& acr) const {
  const int64_t seconds = absl::ToUnixSeconds(now);
  return Sign(Algorithm::kEs256, Header(Algorithm::kEs256),
              nlohmann::json{{"iss", issuer_},
                             {"aud", "avvik"},
                             {"sub", login},
                             {"client_id", "avvik-web"},
                             {"tenant", tenant},
                             {"name", login},
                             {"email", login + "@example.org"},
                             {"acr", acr},
                             {"iat", seconds},
                             {"exp", seconds + 600}}
                  .dump());
}

std::string TestIssuer::MachineToken(absl::Time now, const std::string& client_id,
                                     const std::string& scope) const {
  const int64_t seconds = absl::ToUnixSeconds(now);
  return Sign(Algorithm::kRs256, Header(Algorithm::kRs256),
              nlohmann::json{{"iss", issuer_},
                             {"aud", "avvik"},
                             {"sub", client_id},
                             {"client_id", client_id},
                             {"scope", scope},
                             {"iat", seconds},
                             {"exp", seconds + 600}}
                  .dump());
}

std::string TestIssuer::Sign(Algorithm algorithm, std::string_view header,
                             std::string_view claims) const {
  const std::string input = Base64UrlEncode(header) + "." + Base64UrlEncode(claims);
  EVP_PKEY* key = algorithm == Algorithm::kRs256 ? rsa_ : ec_;
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const auto* bytes = reinterpret_cast<const unsigned char*>(input.data());
  size_t size = 0;
  Require(EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key) == 1 &&
              EVP_DigestSign(context, nullptr, &size, bytes, input.size()) == 1,
          "sign");
  std::string signature(size, '\0');
  Require(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                         input.size()) == 1,
          "sign");
  EVP_MD_CTX_free(context);
  signature.resize(size);
  if (algorithm == Algorithm::kEs256) signature = JoseSignature(signature);
  return input + "." + Base64UrlEncode(signature);
}

std::string TestIssuer::RsaPublicPem() const {
  BIO* out = BIO_new(BIO_s_mem());
  Require(PEM_write_bio_PUBKEY(out, rsa_) == 1, "PEM");
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  std::string pem(data, static_cast<size_t>(size));
  BIO_free(out);
  return pem;
}

absl::StatusOr<std::shared_ptr<const PublicKey>> TestIssuer::Find(const std::string& id,
                                                                  Algorithm algorithm) {
  for (const auto& key : keys_.keys) {
    if (key->id() == id && key->algorithm() == algorithm) return key;
  }
  return status::Error(absl::StatusCode::kUnauthenticated, "unknown key", "TOKEN_KEY_UNKNOWN");
}

}  // namespace avvik::identity
