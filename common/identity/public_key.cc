#include "common/identity/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <utility>

#include "common/identity/base64url.h"
#include "common/identity/strict_json.h"
#include "nlohmann/json.hpp"

namespace avvik::identity {
namespace {

constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 8192;  // Larger keys only cost time.
constexpr size_t kMaxExponentBytes = 8;
constexpr size_t kMaxKeys = 64;
constexpr size_t kMaxKeyIdBytes = 200;
constexpr size_t kP256CoordinateBytes = 32;

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* value) const {
    Free(value);
  }
};
using Bignum = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using ParamList = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Bignum Number(std::string_view big_endian) {
  return Bignum(BN_bin2bn(Bytes(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

// A text member; empty when it is missing or something else.
std::string Text(const nlohmann::json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

Key MakeKey(const char* type, OSSL_PARAM* params) {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
    return nullptr;
  }
  Key made(key);
  const KeyContext checker(EVP_PKEY_CTX_new_from_pkey(nullptr, made.get(), nullptr));
  if (checker == nullptr || EVP_PKEY_public_check(checker.get()) != 1) return nullptr;
  return made;
}

Key MakeRsaKey(const nlohmann::json& jwk, std::string* reason) {
  const auto modulus = Base64UrlDecode(Text(jwk, "n"));
  const auto exponent = Base64UrlDecode(Text(jwk, "e"));
  if (!modulus || modulus->empty() || !exponent || exponent->empty() ||
      exponent->size() > kMaxExponentBytes || modulus->size() > kMaxRsaBits / 8 + 1) {
    *reason = "RSA key without a usable `n` and `e`";
    return nullptr;
  }
  const Bignum n = Number(*modulus);
  const Bignum e = Number(*exponent);
  if (n == nullptr || e == nullptr) return nullptr;
  const int bits = BN_num_bits(n.get());
  if (bits < kMinRsaBits || bits > kMaxRsaBits) {
    *reason = "RSA key of " + std::to_string(bits) + " bits is " +
              (bits < kMinRsaBits ? "too weak" : "too large");
    return nullptr;
  }
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  const ParamList params(OSSL_PARAM_BLD_to_param(builder.get()));
  return MakeKey("RSA", params.get());
}

Key MakeP256Key(const nlohmann::json& jwk, std::string* reason) {
  const auto x = Base64UrlDecode(Text(jwk, "x"));
  const auto y = Base64UrlDecode(Text(jwk, "y"));
  if (!x || x->size() != kP256CoordinateBytes || !y || y->size() != kP256CoordinateBytes) {
    *reason = "P-256 key without `x` and `y` of 32 bytes";
    return nullptr;
  }
  const std::string point = "\x04" + *x + *y;  // Uncompressed (SEC 1 section 2.3.3).
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return nullptr;
  }
  const ParamList params(OSSL_PARAM_BLD_to_param(builder.get()));
  return MakeKey("EC", params.get());
}

// The key of one entry; otherwise `reason` says why it is not usable here.
std::shared_ptr<const PublicKey> MakePublicKey(const nlohmann::json& jwk, std::string* reason) {
  if (!jwk.is_object()) {
    *reason = "not an object";
    return nullptr;
  }
  const std::string id = Text(jwk, "kid");
  if (id.empty() || id.size() > kMaxKeyIdBytes) {
    *reason = "no usable `kid`";
    return nullptr;
  }
  if (jwk.contains("use") && Text(jwk, "use") != "sig") {
    *reason = "not meant for signatures";
    return nullptr;
  }
  const std::string type = Text(jwk, "kty");
  Algorithm algorithm;
  const char* name;
  if (type == "RSA") {
    algorithm = Algorithm::kRs256;
    name = "RS256";
  } else if (type == "EC" && Text(jwk, "crv") == "P-256") {
    algorithm = Algorithm::kEs256;
    name = "ES256";
  } else {
    *reason = "neither RSA nor P-256";
    return nullptr;
  }
  if (jwk.contains("alg") && Text(jwk, "alg") != name) {
    *reason = "meant for another algorithm than " + std::string(name);
    return nullptr;
  }
  Key key = algorithm == Algorithm::kRs256 ? MakeRsaKey(jwk, reason) : MakeP256Key(jwk, reason);
  if (key == nullptr) {
    if (reason->empty()) *reason = "not a valid public key";
    return nullptr;
  }
  return std::make_shared<PublicKey>(id, algorithm, key.release());
}

// The DER form that OpenSSL wants of the two numbers that JOSE puts side by side (RFC 7518
// section 3.4); empty when the length is wrong.
std::string DerSignature(std::string_view jose) {
  if (jose.size() != 2 * kP256CoordinateBytes) return "";
  Bignum r = Number(jose.substr(0, kP256CoordinateBytes));
  Bignum s = Number(jose.substr(kP256CoordinateBytes));
  const EcdsaSignature signature(ECDSA_SIG_new());
  if (r == nullptr || s == nullptr || signature == nullptr ||
      ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) {
    return "";
  }
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  if (size <= 0) return "";
  std::string text(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return text;
}

}  // namespace

std::optional<Algorithm> AlgorithmFromName(std::string_view name) {
  if (name == "RS256") return Algorithm::kRs256;
  if (name == "ES256") return Algorithm::kEs256;
  return std::nullopt;
}

PublicKey::PublicKey(std::string id, Algorithm algorithm, evp_pkey_st* key)
    : id_(std::move(id)), algorithm_(algorithm), key_(key) {}

PublicKey::~PublicKey() { EVP_PKEY_free(key_); }

bool PublicKey::Verifies(std::string_view input, std::string_view signature) const {
  std::string der;
  if (algorithm_ == Algorithm::kEs256) {
    der = DerSignature(signature);
    if (der.empty()) return false;
    signature = der;
  }
  const DigestContext context(EVP_MD_CTX_new());
  return context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(input),
                          input.size()) == 1;
}

absl::StatusOr<KeySetDocument> ParseKeySet(std::string_view json) {
  const std::optional<nlohmann::json> document = ParseJsonObject(json);
  if (!document) return absl::InvalidArgumentError("the key set is not a JSON object");
  const auto keys = document->find("keys");
  if (keys == document->end() || !keys->is_array() || keys->size() > kMaxKeys) {
    return absl::InvalidArgumentError("the key set has no list `keys` of at most " +
                                      std::to_string(kMaxKeys) + " entries");
  }
  KeySetDocument result;
  for (size_t i = 0; i < keys->size(); ++i) {
    std::string reason;
    std::shared_ptr<const PublicKey> key = MakePublicKey((*keys)[i], &reason);
    if (key != nullptr &&
        std::any_of(result.keys.begin(), result.keys.end(), [&](const auto& other) {
          return other->id() == key->id() && other->algorithm() == key->algorithm();
        })) {
      reason = "repeats the `kid` of another key";
      key = nullptr;
    }
    if (key != nullptr) {
      result.keys.push_back(std::move(key));
    } else {
      result.refused.push_back("keys[" + std::to_string(i) + "]: " + reason);
    }
  }
  if (result.keys.empty()) {
    return absl::InvalidArgumentError(
        "the key set has no usable key" +
        (result.refused.empty() ? std::string() : "; " + result.refused.front()));
  }
  return result;
}

}  // namespace avvik::identity
