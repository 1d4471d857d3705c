#include "services/gateway/http_certificate.h"

#include <openssl/ssl.h>

#include "absl/time/clock.h"
#include "common/config/config.h"
#include "common/log/log.h"
#include "common/status/macros.h"

namespace avvik::gateway {
namespace {

namespace ssl = boost::asio::ssl;
using Error = boost::system::error_code;

// Mozilla's intermediate profile, as in deploy/proxy/nginx.conf.
constexpr char kSuites[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr char kGroups[] = "X25519:P-256:P-384";

absl::Status Mistake(const char* flag, const std::string& path, const std::string& what) {
  return absl::InvalidArgumentError(std::string("--") + flag + " (" + path + ") " + what);
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpCertificate>> HttpCertificate::Load(
    const std::string& certificate, const std::string& key, absl::Duration reload) {
  std::unique_ptr<HttpCertificate> made(new HttpCertificate(certificate, key, reload));
  made->changed_ = made->Look();
  made->looked_ = absl::Now();
  AVVIK_ASSIGN_OR_RETURN(made->current_, made->Read());
  return made;
}

std::shared_ptr<ssl::context> HttpCertificate::Current() {
  const absl::Time now = absl::Now();
  if (now - looked_ < reload_) return current_;
  looked_ = now;
  const Changed changed = Look();
  if (changed == changed_) return current_;
  changed_ = changed;
  auto read = Read();
  if (read.ok()) {
    current_ = *std::move(read);
    log::Info("listen_certificate_read", {{"file", certificate_}});
  } else {
    log::Error("listen_certificate_not_read", {{"error", read.status()}});
  }
  return current_;
}

HttpCertificate::Changed HttpCertificate::Look() const {
  std::error_code ignored;
  return {std::filesystem::last_write_time(certificate_, ignored),
          std::filesystem::last_write_time(key_, ignored)};
}

absl::StatusOr<std::shared_ptr<ssl::context>> HttpCertificate::Read() const {
  if (const std::string mistake = config::SecretFileMistake(key_); !mistake.empty()) {
    return Mistake("listen-key", key_, mistake);
  }
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  if (SSL_CTX_set_cipher_list(native, kSuites) != 1 || SSL_CTX_set1_groups_list(native, kGroups) != 1) {
    return absl::InternalError("OpenSSL lacks the suites of TLS");
  }
  Error error;
  context->use_certificate_chain_file(certificate_, error);
  if (error) return Mistake("listen-certificate", certificate_, "is of no use: " + error.message());
  context->use_private_key_file(key_, ssl::context::pem, error);
  if (error) return Mistake("listen-key", key_, "is of no use: " + error.message());
  if (SSL_CTX_check_private_key(native) != 1) {
    return Mistake("listen-key", key_, "is not the key of the certificate");
  }
  return context;
}

}  // namespace avvik::gateway
