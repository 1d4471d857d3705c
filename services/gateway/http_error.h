// Errors as HTTP callers see them: problem details (RFC 9457), `application/problem+json`.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/status/error.h"
#include "services/gateway/http_message.h"

namespace avvik::gateway {

inline constexpr char kProblemType[] = "application/problem+json";

// The reason when a request carries no token at all.
inline constexpr char kTokenMissing[] = "TOKEN_MISSING";

struct Problem {
  int status = 500;    // HTTP status code; `title` is its phrase.
  std::string detail;  // A sentence for the caller.
  std::string reason;  // Stable, UPPER_SNAKE; may be empty.
  std::vector<status::FieldViolation> errors;
  std::string trace_id;             // 32 hex digits; may be empty.
  int retry_after_seconds = 0;      // Sent as Retry-After when positive.
  std::vector<HttpHeader> headers;  // Further headers, such as Allow.
};

// The HTTP status code of an error, as google.rpc.Code documents the mapping. FAILED_PRECONDITION
// is 400 there, for 412 means a failed header such as If-Match.
int HttpStatus(absl::StatusCode code);

// The problem that an error is, with the reason and the fields that its details hold. Errors of the
// inside (5xx but UNAVAILABLE, DEADLINE_EXCEEDED and UNIMPLEMENTED) lose their text; `trace_id` is
// then the reference by which the log is searched.
Problem ProblemOf(const absl::Status& status, const std::string& trace_id);

// The answer, with its headers: 401 asks for a bearer token (RFC 6750).
HttpResponse ToResponse(const Problem& problem);

// The JSON of it.
std::string ToJson(const Problem& problem);

}  // namespace avvik::gateway
