// W3C trace context: the thread by which one request is found in the logs of all services.
#pragma once

#include <string>
#include <string_view>

namespace avvik::gateway {

struct Trace {
  std::string parent;  // `traceparent` for onward calls: `00-<id>-<16 hex>-<flags>`.
  std::string id;      // 32 hex digits.
};

// Goes on with a trace received in a `traceparent` header; begins a new one when there is none or
// it is malformed.
Trace ContinueTrace(std::string_view traceparent);

}  // namespace avvik::gateway
