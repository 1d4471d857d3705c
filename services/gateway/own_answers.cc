#include "services/gateway/own_answers.h"

namespace avvik::gateway {
namespace {

// `GET, HEAD, OPTIONS`.
std::string AllowValue(std::set<std::string> methods) {
  methods.insert("OPTIONS");
  std::string value;
  for (const std::string& method : methods) value += (value.empty() ? "" : ", ") + method;
  return value;
}

}  // namespace

Problem OwnProblem(int status, const Trace& trace, const std::string& reason,
                   const std::string& detail) {
  Problem problem;
  problem.status = status;
  problem.detail = detail;
  problem.reason = reason;
  problem.trace_id = trace.id;
  return problem;
}

HttpResponse Options(const std::set<std::string>& methods) {
  HttpResponse response;
  response.status = 204;
  response.headers.push_back({"Allow", AllowValue(methods)});
  return response;
}

HttpResponse NotAllowed(const std::set<std::string>& methods, const Trace& trace) {
  const std::string allow = AllowValue(methods);
  Problem problem = OwnProblem(405, trace, "METHOD_NOT_ALLOWED",
                               "This path takes only these methods: " + allow + ".");
  problem.headers.push_back({"Allow", allow});
  return ToResponse(problem);
}

}  // namespace avvik::gateway
