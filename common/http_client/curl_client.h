// The HTTP client on libcurl. Certificates are verified; connections are kept for the next request.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/http_client/client.h"

namespace avvik::http_client {

class CurlClient final : public Client {
 public:
  // `ca_file` holds the certificates to trust, in PEM; empty means those of the machine. `max_idle`
  // is how many connections are kept: as many as requests are sent at the same time.
  explicit CurlClient(std::string ca_file = "", size_t max_idle = 4);
  ~CurlClient() override;
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  absl::StatusOr<Response> Send(const Request& request) override;

 private:
  class Lease;
  void* Take();
  void Return(void* handle);

  const std::string ca_file_;
  const size_t max_idle_;
  std::mutex mutex_;
  std::vector<void*> idle_;  // CURL easy handles with their connections.
};

}  // namespace avvik::http_client
