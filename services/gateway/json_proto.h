// Turns what HTTP callers send into request messages. The form is the proto3 JSON mapping; names
// are taken in both spellings, `request_id` and `requestId`.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "services/gateway/route_table.h"

namespace avvik::gateway {

// Most mistakes reported of one request.
inline constexpr size_t kMaxViolations = 50;
// Most parameters in a query.
inline constexpr size_t kMaxQueryParameters = 200;

// Fills `message`, of the route's input type and empty, from the three parts of a request: the
// bindings of the path, the query as in the request target, and the body (empty counts as `{}`).
// Every mistake that can be found is reported together, as INVALID_ARGUMENT with field violations
// whose paths are in proto names, such as `report.title`, `filter.unit` or `stages[2].id`.
// `message` is then unspecified.
absl::Status ReadRequest(const Route& route, const PathTemplate::Bindings& bindings,
                         std::string_view query, std::string_view body,
                         google::protobuf::Message* message);

}  // namespace avvik::gateway
