#include "services/triage/secrecy_service.h"

#include <utility>

#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/rpc/time.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/triage/case_proto.h"
#include "services/triage/errors.h"

namespace avvik::triage {
namespace {

constexpr char kCases[] = "cases/";
constexpr char kReports[] = "reports/";

// What follows a prefix such as `cases/`.
std::string After(const std::string& name, const char* prefix) {
  return name.substr(std::string(prefix).size());
}

v1::Erasure ToProto(const secrecy::Certificate& certificate) {
  v1::Erasure proto;
  proto.set_erasure_id(certificate.id);
  proto.set_case_id(After(certificate.subject, kCases));
  proto.set_number(certificate.number);
  proto.set_report_id(After(certificate.related, kReports));
  *proto.mutable_time() = rpc::ToProtoTime(certificate.at);
  proto.set_actor(certificate.actor);
  v1::ErasureGround ground = v1::ERASURE_GROUND_UNSPECIFIED;
  if (v1::ErasureGround_Parse(certificate.ground, &ground)) proto.set_ground(ground);
  proto.set_reference(certificate.reference);
  for (const std::string& data : certificate.data_classes) proto.add_data_classes(data);
  proto.set_key_hash(certificate.key_hash);
  return proto;
}

}  // namespace

grpc::Status SecrecyService::EraseCase(grpc::ServerContext* context,
                                       const v1::EraseCaseRequest* request,
                                       v1::Erasure* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject(kCases + request->case_id());
    if (request->ground() == v1::ERASURE_GROUND_RETENTION) {
      return status::InvalidField("ground", "retention erases by itself; a decision has another");
    }
    AVVIK_ASSIGN_OR_RETURN(
        const secrecy::Certificate certificate,
        erasures_.Erase(call.tenant(), request->case_id(), call.visibility(),
                        {.ground = request->ground(),
                         .reference = request->decision_reference(),
                         .etag = request->etag(),
                         .validate_only = request->validate_only(),
                         .now = call.now()},
                        call.Trace("")));
    if (!request->validate_only()) publisher_.Wake();
    *response = ToProto(certificate);
    return absl::OkStatus();
  });
}

absl::Status SecrecyService::Change(rpc::Call& call, const std::string& case_id,
                                    const Decision& decide, v1::Case* response) {
  call.set_subject(kCases + case_id);
  AVVIK_ASSIGN_OR_RETURN(
      const Case changed,
      cases_.Change(call.tenant(), case_id, call.visibility(), "", call.Trace(""), decide));
  publisher_.Wake();
  *response = triage::ToProto(changed, call.organisation().get());
  return absl::OkStatus();
}

grpc::Status SecrecyService::HoldCase(grpc::ServerContext* context,
                                      const v1::HoldCaseRequest* request, v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    return Change(
        call, request->case_id(),
        [&](Case subject) { return Hold(std::move(subject), request->reference(), call.now()); },
        response);
  });
}

grpc::Status SecrecyService::ReleaseCase(grpc::ServerContext* context,
                                         const v1::ReleaseCaseRequest* request,
                                         v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    return Change(
        call, request->case_id(),
        [&](Case subject) { return Release(std::move(subject), call.now()); }, response);
  });
}

grpc::Status SecrecyService::ListErasures(grpc::ServerContext* context,
                                          const v1::ListErasuresRequest* request,
                                          v1::ListErasuresResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("erasures");
    AVVIK_ASSIGN_OR_RETURN(const std::string after, paging::KeyOf(*request));
    const int size = paging::SizeOf(request->page_size());
    AVVIK_ASSIGN_OR_RETURN(const auto certificates,
                           erasures_.List(call.tenant(), after, size + 1));
    for (const secrecy::Certificate& certificate : certificates) {
      if (response->erasures_size() == size) {
        const std::string& last = response->erasures(size - 1).erasure_id();
        response->set_next_page_token(paging::MakeToken(*request, last));
        break;
      }
      *response->add_erasures() = ToProto(certificate);
    }
    call.Shows(*response);
    return absl::OkStatus();
  });
}

}  // namespace avvik::triage
