#include "services/triage/case_batch_service.h"

#include <set>
#include <utility>

#include "common/rpc/handle.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/triage/case_proto.h"
#include "services/triage/errors.h"

namespace avvik::triage {
namespace {

// The time that stays for the last case and the answer.
constexpr absl::Duration kReserve = absl::Seconds(1);

void Refuse(const absl::Status& why, v1::CaseResult* result) {
  v1::CaseRefusal* refusal = result->mutable_refusal();
  refusal->set_code(absl::StatusCodeToString(why.code()));
  // What is not the caller's to know stands in the log.
  const bool internal = absl::IsInternal(why) || absl::IsDataLoss(why) || absl::IsUnknown(why);
  refusal->set_reason(internal ? "" : status::ReasonOf(why));
  refusal->set_message(internal ? "something went wrong" : std::string(why.message()));
}

}  // namespace

template <typename Request, typename Decide>
absl::Status CaseBatchService::ChangeEach(rpc::Call& call, const Request& request,
                                          const std::string& request_id, const Decide& decide,
                                          v1::BatchChangeCasesResponse* response) {
  const std::string on_behalf_of = call.on_behalf_of();
  std::set<std::string> seen;
  int changed_count = 0;
  for (const v1::CaseVersion& wanted : request.cases()) {
    if (!seen.insert(wanted.case_id()).second) continue;
    v1::CaseResult* result = response->add_results();
    result->set_case_id(wanted.case_id());
    absl::StatusOr<Case> changed = error::BatchOutOfTime();
    if (environment_.clock().Now() + kReserve < call.deadline()) {
      // Each is done on behalf of whom it is done for.
      call.set_on_behalf_of(on_behalf_of);
      AVVIK_ASSIGN_OR_RETURN(const Decision decision, decide(wanted));
      changed = commands_.ChangeOneOfMany(call, wanted.case_id(), request_id, decision);
    }
    if (!changed.ok()) {
      environment_.RecordRefusal(call, "cases/" + wanted.case_id(), changed.status());
      Refuse(changed.status(), result);
      continue;
    }
    ++changed_count;
    changed->notes.clear();
    *result->mutable_case_() = triage::ToProto(*changed, call.organisation().get());
  }
  call.set_on_behalf_of(on_behalf_of);
  if (changed_count > 0) publisher_.Wake();
  response->set_changed_count(changed_count);
  return absl::OkStatus();
}

grpc::Status CaseBatchService::BatchAssignCases(grpc::ServerContext* context,
                                                const v1::BatchAssignCasesRequest* request,
                                                v1::BatchChangeCasesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) {
    return ChangeEach(
        call, *request, "",
        [&](const v1::CaseVersion& wanted) {
          return commands_.Assign(call, request->owner(), wanted.etag());
        },
        response);
  });
}

grpc::Status CaseBatchService::BatchAcknowledgeCases(grpc::ServerContext* context,
                                                     const v1::BatchAcknowledgeCasesRequest* request,
                                                     v1::BatchChangeCasesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) {
    return ChangeEach(
        call, *request, "",
        [&](const v1::CaseVersion& wanted) -> absl::StatusOr<Decision> {
          return commands_.Acknowledge(call, wanted.etag());
        },
        response);
  });
}

grpc::Status CaseBatchService::BatchCloseCases(grpc::ServerContext* context,
                                               const v1::BatchCloseCasesRequest* request,
                                               v1::BatchChangeCasesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) {
    return ChangeEach(
        call, *request, "",
        [&](const v1::CaseVersion& wanted) -> absl::StatusOr<Decision> {
          return commands_.Close(call,
                                 {.resolution = request->resolution(),
                                  .outcome = request->outcome(),
                                  .cause = request->cause(),
                                  .outcome_for_reporter = request->outcome_for_reporter()},
                                 wanted.etag());
        },
        response);
  });
}

grpc::Status CaseBatchService::BatchAddNotes(grpc::ServerContext* context,
                                             const v1::BatchAddNotesRequest* request,
                                             v1::BatchChangeCasesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) {
    return ChangeEach(
        call, *request, request->request_id(),
        [&](const v1::CaseVersion&) -> absl::StatusOr<Decision> {
          return commands_.AddNote(call, request->text());
        },
        response);
  });
}

}  // namespace avvik::triage
