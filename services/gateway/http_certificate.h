// The certificate that the HTTP server shows, and how it speaks TLS. Part of the transport.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace avvik::gateway {

// Not thread-safe.
class HttpCertificate {
 public:
  // PEM files; both may be one. INVALID_ARGUMENT, naming the setting, when they are of no use or others may read
  // the key.
  static absl::StatusOr<std::unique_ptr<HttpCertificate>> Load(const std::string& certificate,
                                                               const std::string& key,
                                                               absl::Duration reload);

  // For the next connection. Files that changed are read anew, at most once in `reload`; new ones that are of no use
  // change nothing and are logged.
  std::shared_ptr<boost::asio::ssl::context> Current();

 private:
  using Changed = std::pair<std::filesystem::file_time_type, std::filesystem::file_time_type>;

  HttpCertificate(std::string certificate, std::string key, absl::Duration reload)
      : certificate_(std::move(certificate)), key_(std::move(key)), reload_(reload) {}
  Changed Look() const;
  absl::StatusOr<std::shared_ptr<boost::asio::ssl::context>> Read() const;

  const std::string certificate_;
  const std::string key_;
  const absl::Duration reload_;
  absl::Time looked_;
  Changed changed_;
  std::shared_ptr<boost::asio::ssl::context> current_;
};

}  // namespace avvik::gateway
