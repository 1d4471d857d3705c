#include "common/tls/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <cstdio>
#include <memory>

#include "common/config/config.h"

namespace avvik::tls {
namespace {

struct Release {
  void operator()(std::FILE* file) const { std::fclose(file); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
  void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
};
template <typename T>
using Owned = std::unique_ptr<T, Release>;

absl::Status Mistake(const char* flag, const std::string& path, const std::string& what) {
  return absl::InvalidArgumentError(std::string("--") + flag +
                                    (path.empty() ? " " : " (" + path + ") ") + what);
}

Owned<std::FILE> Open(const std::string& path) {
  return Owned<std::FILE>(std::fopen(path.c_str(), "re"));
}

Owned<X509> ReadCertificate(std::FILE* file) {
  return Owned<X509>(PEM_read_X509(file, nullptr, nullptr, nullptr));
}

// What is read to its end leaves an error behind, which a connection made later by the same thread would
// take for its own.
struct ErrorsForgotten {
  ~ErrorsForgotten() { ERR_clear_error(); }
};

// No passphrase is asked for: a service starts alone.
int NoPassphrase(char*, int, int, void*) { return -1; }

}  // namespace

absl::Status CheckCertificate(const Files& files) {
  const auto& [certificate, key, authority, revoked] = files;
  const ErrorsForgotten at_the_end;
  if (certificate.empty()) return Mistake("tls-certificate", "", "is missing beside the others");
  if (key.empty()) return Mistake("tls-key", "", "is missing beside the others");
  if (authority.empty()) return Mistake("tls-authority", "", "is missing beside the others");

  const Owned<std::FILE> certificate_file = Open(certificate);
  if (!certificate_file) return Mistake("tls-certificate", certificate, "cannot be read");
  const Owned<X509> leaf = ReadCertificate(certificate_file.get());
  if (!leaf) return Mistake("tls-certificate", certificate, "holds no certificate in PEM form");
  const Owned<STACK_OF(X509)> between(sk_X509_new_null());
  while (Owned<X509> next = ReadCertificate(certificate_file.get())) {
    sk_X509_push(between.get(), next.release());
  }

  if (const std::string mistake = config::SecretFileMistake(key); !mistake.empty()) {
    return Mistake("tls-key", key, mistake);
  }
  const Owned<std::FILE> key_file = Open(key);
  if (!key_file) return Mistake("tls-key", key, "cannot be read");
  const Owned<EVP_PKEY> private_key(
      PEM_read_PrivateKey(key_file.get(), nullptr, NoPassphrase, nullptr));
  if (!private_key) {
    return Mistake("tls-key", key, "holds no private key in PEM form without a passphrase");
  }
  if (X509_check_private_key(leaf.get(), private_key.get()) != 1) {
    return Mistake("tls-key", key, "is not the key of the certificate");
  }

  const Owned<std::FILE> authority_file = Open(authority);
  if (!authority_file) return Mistake("tls-authority", authority, "cannot be read");
  const Owned<X509_STORE> store(X509_STORE_new());
  bool any = false;
  while (const Owned<X509> root = ReadCertificate(authority_file.get())) {
    X509_STORE_add_cert(store.get(), root.get());
    any = true;
  }
  if (!any) return Mistake("tls-authority", authority, "holds no certificate in PEM form");

  const Owned<X509_STORE_CTX> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), between.get());
  if (X509_verify_cert(context.get()) != 1) {
    return Mistake("tls-certificate", certificate,
                   std::string("is not good: ") +
                       X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
  }
  return absl::OkStatus();
}

}  // namespace avvik::tls
