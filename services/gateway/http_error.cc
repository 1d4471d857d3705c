#include "services/gateway/http_error.h"

#include <nlohmann/json.hpp>

namespace avvik::gateway {
namespace {

bool IsInside(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return true;
    default:
      return HttpStatus(code) == 500;  // A code that no table knows.
  }
}

}  // namespace

int HttpStatus(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kCancelled:
      return 499;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    default:
      return 500;
  }
}

Problem ProblemOf(const absl::Status& status, const std::string& trace_id) {
  Problem problem;
  problem.status = HttpStatus(status.code());
  problem.trace_id = trace_id;
  if (IsInside(status.code())) {
    problem.detail = "Something went wrong inside. The log has it as " + trace_id + ".";
    problem.reason = "INTERNAL";
    return problem;
  }
  problem.reason = status::ReasonOf(status);
  if (status.code() == absl::StatusCode::kUnavailable && problem.reason.empty()) {
    // Said by the transport, not by a service: it tells of sockets and addresses.
    problem.detail = "The service cannot be reached at the moment.";
  } else {
    problem.detail = std::string(status.message());
  }
  problem.errors = status::ViolationsOf(status);
  if (problem.status == 429 || problem.status == 503) problem.retry_after_seconds = 1;
  return problem;
}

HttpResponse ToResponse(const Problem& problem) {
  HttpResponse response;
  response.status = problem.status;
  response.content_type = kProblemType;
  response.body = ToJson(problem);
  response.headers = problem.headers;
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"Content-Disposition", "attachment; filename=\"api.json\""});
  if (problem.status == 401) {
    // RFC 6750, section 3.1: no error code when the request carries no token.
    const bool missing = problem.reason == kTokenMissing;
    response.headers.push_back(
        {"WWW-Authenticate",
         missing ? "Bearer realm=\"avvik\"" : "Bearer realm=\"avvik\", error=\"invalid_token\""});
  }
  if (problem.retry_after_seconds > 0) {
    response.headers.push_back({"Retry-After", std::to_string(problem.retry_after_seconds)});
  }
  return response;
}

std::string ToJson(const Problem& problem) {
  nlohmann::ordered_json json;
  // The code of the HTTP answer and `reason` say what it is; there is no further page to point to.
  json["type"] = "about:blank";
  json["title"] = ReasonPhrase(problem.status);
  json["status"] = problem.status;
  json["detail"] = problem.detail;
  if (!problem.reason.empty()) json["reason"] = problem.reason;
  for (const auto& violation : problem.errors) {
    json["errors"].push_back({{"field", violation.field}, {"description", violation.description}});
  }
  if (!problem.trace_id.empty()) json["trace_id"] = problem.trace_id;
  // Whatever a backend says must not make the answer itself invalid.
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace avvik::gateway
