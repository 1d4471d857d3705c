#include "common/host/audit_service.h"

#include <algorithm>
#include <charconv>

#include "common/audit/audit_proto.h"
#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/rpc/time.h"
#include "common/status/macros.h"

namespace avvik::host {
namespace {

// The place in the chain behind which to go on.
template <typename Request>
absl::StatusOr<int64_t> AfterOf(const Request& request) {
  AVVIK_ASSIGN_OR_RETURN(const std::string key, paging::KeyOf(request));
  int64_t after = 0;
  std::from_chars(key.data(), key.data() + key.size(), after);
  return std::max(after, request.after_sequence());
}

std::optional<audit::Outcome> FromProto(audit::v1::Outcome outcome) {
  switch (outcome) {
    case audit::v1::OUTCOME_ALLOWED:
      return audit::Outcome::kAllowed;
    case audit::v1::OUTCOME_DENIED:
      return audit::Outcome::kDenied;
    case audit::v1::OUTCOME_FAILED:
      return audit::Outcome::kFailed;
    default:
      return std::nullopt;
  }
}

audit::TrailFilter FilterOf(const audit::v1::ListRecordsRequest& request) {
  audit::TrailFilter filter;
  filter.subjects.assign(request.subjects().begin(), request.subjects().end());
  filter.actor = request.actor();
  filter.method = request.method();
  filter.outcome = FromProto(request.outcome());
  if (request.has_from_time()) filter.from = rpc::FromProtoTime(request.from_time());
  if (request.has_to_time()) filter.to = rpc::FromProtoTime(request.to_time());
  return filter;
}

}  // namespace

grpc::Status AuditTrailService::ListRecords(grpc::ServerContext* context,
                                            const audit::v1::ListRecordsRequest* request,
                                            audit::v1::ListRecordsResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const int64_t after, AfterOf(*request));
    const size_t limit = static_cast<size_t>(paging::SizeOf(request->page_size()));
    AVVIK_ASSIGN_OR_RETURN(auto records, trail_.Records(call.tenant(), FilterOf(*request), after,
                                                        static_cast<int>(limit) + 1));
    if (records.size() > limit) {
      records.resize(limit);
      response->set_next_page_token(
          paging::MakeToken(*request, std::to_string(records.back().sequence)));
    }
    for (const audit::Sealed& record : records) {
      *response->add_records() = audit::ToProto(service_, record);
    }
    return absl::OkStatus();
  });
}

grpc::Status AuditTrailService::ListCheckpoints(grpc::ServerContext* context,
                                                const audit::v1::ListCheckpointsRequest* request,
                                                audit::v1::ListCheckpointsResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const int64_t after, AfterOf(*request));
    const size_t limit = static_cast<size_t>(paging::SizeOf(request->page_size()));
    AVVIK_ASSIGN_OR_RETURN(
        auto checkpoints, trail_.Checkpoints(call.tenant(), after, static_cast<int>(limit) + 1));
    if (checkpoints.size() > limit) {
      checkpoints.resize(limit);
      response->set_next_page_token(
          paging::MakeToken(*request, std::to_string(checkpoints.back().sequence)));
    }
    for (const audit::Checkpoint& checkpoint : checkpoints) {
      *response->add_checkpoints() = audit::ToProto(service_, checkpoint);
    }
    return absl::OkStatus();
  });
}

}  // namespace avvik::host
