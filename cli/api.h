// The suite's REST API.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/tokens.h"
#include "common/http_client/client.h"
#include "google/protobuf/message.h"

namespace avvik::cli {

// Thread-safe.
class Api {
 public:
  // `url` is the gateway's. `tenant` goes along as the header Avvik-Tenant when not empty: only
  // machines may name one. `http` and `tokens` must outlive it; without `tokens` nobody is signed
  // in.
  Api(http_client::Client& http, TokenSource* tokens, std::string url, std::string tenant);

  // One request, any answer; a token that is not accepted is renewed once. UNAVAILABLE when there
  // is no answer; the errors of TokenSource::Token.
  absl::StatusOr<http_client::Response> Send(const std::string& method, const std::string& path,
                                             const std::string& body = "");

  // One request, an answer that is OK, read into `answer`; what it has that this program does not
  // know is passed over. `path` begins with `/`. Errors as from Send and ErrorOf.
  absl::Status Get(const std::string& path, google::protobuf::Message* answer);
  absl::Status Post(const std::string& path, const google::protobuf::Message& request,
                    google::protobuf::Message* answer);

 private:
  absl::StatusOr<http_client::Response> SendOnce(const std::string& method, const std::string& path,
                                                 const std::string& body, const std::string& token);
  absl::Status Answer(absl::StatusOr<http_client::Response> response,
                      google::protobuf::Message* answer);

  http_client::Client& http_;
  TokenSource* const tokens_;
  const std::string url_;
  const std::string tenant_;
};

// The error an answer is: code by the HTTP status, and the sentence, reason and fields of its
// problem details (RFC 9457). OK for 2xx.
absl::Status ErrorOf(const http_client::Response& response);

// A message as the API's JSON, and back. INVALID_ARGUMENT when it cannot be.
absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message);
absl::Status FromJson(const std::string& json, google::protobuf::Message* message);

// A message as JSON to print.
nlohmann::ordered_json ToJsonValue(const google::protobuf::Message& message);

}  // namespace avvik::cli
