// Answers that the gateway gives by itself, without a service.
#pragma once

#include <set>
#include <string>

#include "services/gateway/http_error.h"
#include "services/gateway/http_message.h"
#include "services/gateway/trace.h"

namespace avvik::gateway {

// A problem with a stable reason and a sentence for the caller.
Problem OwnProblem(int status, const Trace& trace, const std::string& reason,
                   const std::string& detail);

// 204 to OPTIONS, for a path that takes these methods.
HttpResponse Options(const std::set<std::string>& methods);

// 405, for a path that takes only these methods.
HttpResponse NotAllowed(const std::set<std::string>& methods, const Trace& trace);

}  // namespace avvik::gateway
