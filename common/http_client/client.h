// Calls to HTTP servers outside the suite, such as the identity provider.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace avvik::http_client {

struct Request {
  std::string method = "GET";  // GET or POST.
  std::string url;             // http or https.
  // Whole lines such as `Accept: application/json`, without a line break.
  std::vector<std::string> headers;
  std::string body;  // Sent with POST.
  absl::Duration timeout = absl::Seconds(5);
  size_t max_answer_bytes = 256 * 1024;
};

struct Response {
  int status = 0;  // Any status the server gave, also 4xx and 5xx.
  std::string body;
  // By lower-case name; of a repeated header the last.
  std::map<std::string, std::string> headers = {};
};

// Thread-safe.
class Client {
 public:
  virtual ~Client() = default;

  // Sends one request and reads the whole answer. Redirects are not followed. UNAVAILABLE when
  // there is no answer in time, RESOURCE_EXHAUSTED when it is larger than allowed, INVALID_ARGUMENT
  // when the request cannot be sent as it is. Messages hold the address without its query, never
  // headers or bodies.
  virtual absl::StatusOr<Response> Send(const Request& request) = 0;
};

}  // namespace avvik::http_client
