#include "common/tls/stapling.h"

#include <openssl/ocsp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

namespace avvik::tls {
namespace {

struct Release {
  void operator()(OCSP_RESPONSE* answer) const { OCSP_RESPONSE_free(answer); }
  void operator()(OCSP_BASICRESP* answer) const { OCSP_BASICRESP_free(answer); }
  void operator()(OCSP_CERTID* id) const { OCSP_CERTID_free(id); }
  void operator()(TLS_FEATURE* feature) const { TLS_FEATURE_free(feature); }
};
template <typename T>
using Owned = std::unique_ptr<T, Release>;

enum class Proof { kGood, kBad, kNone };

// How far clocks may be apart.
constexpr long kSkewSeconds = 300;
constexpr long kStatusRequest = 5;  // Of RFC 7633: the extension that asks for the proof.

bool MustStaple(const X509* certificate) {
  const Owned<TLS_FEATURE> features(static_cast<TLS_FEATURE*>(
      X509_get_ext_d2i(certificate, NID_tlsfeature, nullptr, nullptr)));
  for (int i = 0; features != nullptr && i < sk_ASN1_INTEGER_num(features.get()); ++i) {
    if (ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features.get(), i)) == kStatusRequest) return true;
  }
  return false;
}

// Whether an answer is about this certificate of this issuer, by the digest that the answer chose.
bool IsAbout(const OCSP_SINGLERESP* single, const X509* certificate, const X509* issuer) {
  auto* id = const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(single));
  ASN1_OBJECT* digest = nullptr;
  if (OCSP_id_get0_info(nullptr, &digest, nullptr, nullptr, id) != 1) return false;
  const EVP_MD* const known = EVP_get_digestbyobj(digest);
  if (known == nullptr) return false;
  const Owned<OCSP_CERTID> ours(OCSP_cert_to_id(known, certificate, issuer));
  return ours != nullptr && OCSP_id_cmp(id, ours.get()) == 0;
}

Proof Judge(SSL* session) {
  const unsigned char* bytes = nullptr;
  const long size = SSL_get_tlsext_status_ocsp_resp(session, &bytes);
  if (bytes == nullptr || size <= 0) return Proof::kNone;
  const Owned<OCSP_RESPONSE> answer(d2i_OCSP_RESPONSE(nullptr, &bytes, size));
  if (answer == nullptr) return Proof::kBad;
  // The authority had no time, say.
  if (OCSP_response_status(answer.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL) return Proof::kNone;
  const Owned<OCSP_BASICRESP> basic(OCSP_response_get1_basic(answer.get()));
  STACK_OF(X509)* const chain = SSL_get0_verified_chain(session);
  if (basic == nullptr) return Proof::kBad;
  // A certificate that is believed for itself has no authority.
  if (chain == nullptr || sk_X509_num(chain) < 2) return Proof::kNone;
  X509_STORE* const believed = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(session));
  if (OCSP_basic_verify(basic.get(), chain, believed, 0) != 1) return Proof::kBad;
  for (int i = 0; i < OCSP_resp_count(basic.get()); ++i) {
    OCSP_SINGLERESP* const single = OCSP_resp_get0(basic.get(), i);
    if (!IsAbout(single, sk_X509_value(chain, 0), sk_X509_value(chain, 1))) continue;
    ASN1_GENERALIZEDTIME *from = nullptr, *until = nullptr;
    const int status = OCSP_single_get0_status(single, nullptr, nullptr, &from, &until);
    if (status != V_OCSP_CERTSTATUS_GOOD) return Proof::kBad;
    // An old word that all was well says nothing of now.
    return OCSP_check_validity(from, until, kSkewSeconds, -1) == 1 ? Proof::kGood : Proof::kNone;
  }
  return Proof::kBad;
}

int Check(SSL* session, void*) {
  // The proof came with the connection that this one goes on with.
  if (SSL_session_reused(session) == 1) return 1;
  const X509* const shown = SSL_get0_peer_certificate(session);
  switch (Judge(session)) {
    case Proof::kGood:
      return 1;
    case Proof::kBad:
      return 0;
    case Proof::kNone:
      break;
  }
  return shown != nullptr && !MustStaple(shown) ? 1 : 0;
}

}  // namespace

void AskForStatus(SSL_CTX* context) {
  SSL_CTX_set_tlsext_status_type(context, TLSEXT_STATUSTYPE_ocsp);
  SSL_CTX_set_tlsext_status_cb(context, &Check);
}

}  // namespace avvik::tls
