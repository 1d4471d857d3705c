#include "cli/api.h"

#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::cli {
namespace {

using nlohmann::ordered_json;

// Longer than the gateway waits for its services.
constexpr absl::Duration kTimeout = absl::Seconds(30);
// An organisation may be large.
constexpr size_t kMaxAnswerBytes = 32 * 1024 * 1024;

absl::StatusCode CodeOf(int status) {
  switch (status) {
    case 400:
    case 413:
    case 415:
      return absl::StatusCode::kInvalidArgument;
    case 401:
      return absl::StatusCode::kUnauthenticated;
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
    case 405:
      return absl::StatusCode::kNotFound;
    case 409:
      return absl::StatusCode::kAborted;
    case 429:
      return absl::StatusCode::kResourceExhausted;
    case 501:
      return absl::StatusCode::kUnimplemented;
    case 408:
    case 502:
    case 503:
    case 504:
      return absl::StatusCode::kUnavailable;
    default:
      return status >= 500 ? absl::StatusCode::kInternal : absl::StatusCode::kUnknown;
  }
}

std::string TextOf(const ordered_json& object, const char* field) {
  if (!object.is_object()) return "";
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

Api::Api(http_client::Client& http, TokenSource* tokens, std::string url, std::string tenant)
    : http_(http), tokens_(tokens), url_(std::move(url)), tenant_(std::move(tenant)) {}

absl::StatusOr<http_client::Response> Api::SendOnce(const std::string& method,
                                                    const std::string& path,
                                                    const std::string& body,
                                                    const std::string& token) {
  http_client::Request request;
  request.method = method;
  request.url = url_ + path;
  request.headers = {"Accept: application/json", "User-Agent: avvik-cli"};
  if (!token.empty()) request.headers.push_back("Authorization: Bearer " + token);
  if (!tenant_.empty()) request.headers.push_back("Avvik-Tenant: " + tenant_);
  if (method == "POST") request.headers.push_back("Content-Type: application/json");
  request.body = body;
  request.timeout = kTimeout;
  request.max_answer_bytes = kMaxAnswerBytes;
  return http_.Send(request);
}

absl::StatusOr<http_client::Response> Api::Send(const std::string& method, const std::string& path,
                                                const std::string& body) {
  if (tokens_ == nullptr) return SendOnce(method, path, body, "");
  AVVIK_ASSIGN_OR_RETURN(std::string token, tokens_->Token());
  auto response = SendOnce(method, path, body, token);
  if (!response.ok() || response->status != 401 || !tokens_->Renew(token)) return response;
  AVVIK_ASSIGN_OR_RETURN(token, tokens_->Token());
  return SendOnce(method, path, body, token);
}

absl::Status Api::Get(const std::string& path, google::protobuf::Message* answer) {
  return Answer(Send("GET", path), answer);
}

absl::Status Api::Post(const std::string& path, const google::protobuf::Message& request,
                       google::protobuf::Message* answer) {
  AVVIK_ASSIGN_OR_RETURN(const std::string body, ToJson(request));
  return Answer(Send("POST", path, body), answer);
}

absl::Status Api::Answer(absl::StatusOr<http_client::Response> response,
                         google::protobuf::Message* answer) {
  AVVIK_RETURN_IF_ERROR(response.status());
  AVVIK_RETURN_IF_ERROR(ErrorOf(*response));
  return FromJson(response->body, answer);
}

absl::Status ErrorOf(const http_client::Response& response) {
  if (response.status >= 200 && response.status < 300) return absl::OkStatus();
  const ordered_json problem = ordered_json::parse(response.body, nullptr, false);
  std::string message = TextOf(problem, "detail");
  if (message.empty()) message = TextOf(problem, "title");
  if (message.empty()) message = "the server answered HTTP " + std::to_string(response.status);
  absl::Status error = status::Error(CodeOf(response.status), message, TextOf(problem, "reason"));
  std::vector<status::FieldViolation> violations;
  if (problem.is_object() && problem.contains("errors") && problem["errors"].is_array()) {
    for (const ordered_json& entry : problem["errors"]) {
      violations.push_back({TextOf(entry, "field"), TextOf(entry, "description")});
    }
  }
  if (!violations.empty()) {
    const auto payload = status::InvalidFields(violations).GetPayload(status::kBadRequestUrl);
    if (payload.has_value()) error.SetPayload(status::kBadRequestUrl, *payload);
  }
  return error;
}

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok())
    return absl::InvalidArgumentError("cannot be written as JSON: " + status.ToString());
  return json;
}

absl::Status FromJson(const std::string& json, google::protobuf::Message* message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(json, message, options);
  if (status.ok()) return absl::OkStatus();
  return status::Error(absl::StatusCode::kInternal,
                       "the server's answer is not understood: " + status.ToString(),
                       "ANSWER_NOT_UNDERSTOOD");
}

ordered_json ToJsonValue(const google::protobuf::Message& message) {
  const auto json = ToJson(message);
  return json.ok() ? ordered_json::parse(*json, nullptr, false) : ordered_json();
}

}  // namespace avvik::cli
