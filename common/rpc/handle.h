// How a handler is written: validate, convert, act, answer, inside Handle.
//
//   grpc::Status IntakeService::GetReport(grpc::ServerContext* context,
//                                         const v1::GetReportRequest* request, v1::Report* report) {
//     return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
//       AVVIK_ASSIGN_OR_RETURN(const Report stored, store_.Get(...));
//       *report = ToProto(stored, call);
//       return absl::OkStatus();
//     });
//   }
#pragma once

#include <exception>
#include <utility>

#include "common/rpc/environment.h"

namespace avvik::rpc {

template <typename Request, typename Work>
grpc::Status Handle(Environment& environment, const grpc::ServerContextBase& context,
                    const Request& request, Work&& work) {
  absl::StatusOr<Call> call = environment.Begin(context, request);
  if (!call.ok()) return environment.Refuse(request, call.status());
  absl::Status status;
  try {
    status = work(*call);
  } catch (const std::exception& error) {
    // Nothing of ours throws; a library might.
    status = absl::InternalError(error.what());
  }
  return environment.End(*call, status);
}

}  // namespace avvik::rpc
