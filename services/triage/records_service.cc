#include "services/triage/records_service.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/rpc/time.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/validate/format.h"
#include "services/triage/errors.h"
#include "services/triage/out_of_reach.h"
#include "services/triage/triage_events.h"

namespace avvik::triage {
namespace {

std::string LanguageOf(const organisation::Organisation* organisation) {
  return organisation == nullptr ? "" : organisation->default_language();
}

v1::CaseRecord ToProto(const KnownRecord& known, const organisation::Organisation* organisation) {
  const CaseRecord& record = known.record;
  v1::CaseRecord proto;
  proto.set_case_id(record.case_id);
  proto.set_number(known.subject.number);
  proto.set_registration_number(record.registration_number);
  if (record.registered) *proto.mutable_register_time() = rpc::ToProtoTime(*record.registered);
  proto.set_registered_by(record.registered_by);
  *proto.mutable_receive_time() = rpc::ToProtoTime(known.subject.reported);
  proto.set_public_title(record.public_title.empty()
                             ? PlainTitle(known.subject.classification.kind(), LanguageOf(organisation))
                             : record.public_title);
  proto.set_correspondent(record.correspondent);
  for (const SecrecyMarking& marking : record.markings) {
    v1::SecrecyMarking* entry = proto.add_markings();
    entry->set_marking_id(marking.id);
    entry->set_ground(marking.ground);
    entry->set_marked_by(marking.marked_by);
    *entry->mutable_mark_time() = rpc::ToProtoTime(marking.marked);
    entry->set_stands(marking.Stands());
    for (const SecrecyAssessment& assessment : marking.assessments) {
      v1::SecrecyAssessment* assessed = entry->add_assessments();
      *assessed->mutable_time() = rpc::ToProtoTime(assessment.time);
      assessed->set_assessed_by(assessment.assessed_by);
      assessed->set_outcome(assessment.outcome);
    }
  }
  for (v1::PublicDocument& document : DocumentsOf(known.subject, known.dossiers)) {
    *proto.add_documents() = std::move(document);
  }
  proto.set_etag(EtagOf(record));
  return proto;
}

// Where a page of the register ended, as the key of its token, and back.
std::string KeyOfPlace(const RegisteredCase& last) {
  return std::to_string(absl::ToUnixMicros(last.received)) + "/" + last.record.case_id;
}

absl::StatusOr<std::optional<RegisterPlace>> PlaceOfKey(const std::string& key) {
  if (key.empty()) return std::optional<RegisterPlace>();
  const size_t slash = key.find('/');
  int64_t micros = 0;
  if (slash == std::string::npos || !absl::SimpleAtoi(key.substr(0, slash), &micros) ||
      !validate::HasFormat(options::v1::FORMAT_UUID, std::string_view(key).substr(slash + 1))) {
    return status::InvalidField("page_token", "is not a token of this list");
  }
  return std::optional<RegisterPlace>({absl::FromUnixMicros(micros), key.substr(slash + 1)});
}

absl::StatusOr<RegisterFilter> FilterFromProto(const v1::ListRegisterRequest& request) {
  RegisterFilter filter;
  if (request.has_from_time()) filter.from = rpc::FromProtoTime(request.from_time());
  if (request.has_until_time()) filter.until = rpc::FromProtoTime(request.until_time());
  if (filter.from && filter.until && *filter.until <= *filter.from) {
    return status::InvalidField("until_time", "must be later than from_time");
  }
  return filter;
}

}  // namespace

absl::Status RecordsService::Change(rpc::Call& call, const std::string& reference,
                                    const std::string& etag, const RecordDecision& decide,
                                    v1::CaseRecord* response) {
  call.set_subject("cases/" + reference);
  audit::Record trace = call.Trace("cases/" + reference);
  const absl::StatusOr<KnownRecord> changed = records_.Change(
      call.tenant(), reference, call.visibility(), etag, trace,
      [&](CaseRecord record, const Case& subject) -> absl::StatusOr<RecordChange> {
        call.ActingOn(MatterOf(subject));
        trace.on_behalf_of = call.on_behalf_of();
        return decide(std::move(record), subject);
      });
  if (absl::IsNotFound(changed.status()) &&
      status::ReasonOf(changed.status()) == "CASE_NOT_FOUND") {
    return OutOfReachOr(environment_, call, cases_, reference, changed.status());
  }
  AVVIK_RETURN_IF_ERROR(changed.status());
  publisher_.Wake();
  *response = ToProto(*changed, call.organisation().get());
  return absl::OkStatus();
}

grpc::Status RecordsService::GetCaseRecord(grpc::ServerContext* context,
                                           const v1::GetCaseRecordRequest* request,
                                           v1::CaseRecord* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("cases/" + request->case_id());
    AVVIK_ASSIGN_OR_RETURN(const KnownRecord known,
                           records_.Get(call.tenant(), request->case_id(), call.visibility()));
    call.set_subject("cases/" + known.record.case_id);
    *response = ToProto(known, call.organisation().get());
    return absl::OkStatus();
  });
}

grpc::Status RecordsService::RegisterCase(grpc::ServerContext* context,
                                          const v1::RegisterCaseRequest* request,
                                          v1::CaseRecord* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    const auto organisation = call.organisation();
    if (organisation == nullptr) return error::NoOrganisation(call.tenant());
    return Change(
        call, request->case_id(), request->etag(),
        [&](CaseRecord record, const Case& subject) {
          return Register(std::move(record), request->registration_number(), subject,
                          *organisation, call.caller().login, call.now());
        },
        response);
  });
}

grpc::Status RecordsService::DescribeCase(grpc::ServerContext* context,
                                          const v1::DescribeCaseRequest* request,
                                          v1::CaseRecord* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    return Change(
        call, request->case_id(), request->etag(),
        [&](CaseRecord record, const Case&) {
          return Describe(std::move(record), request->public_title(), request->correspondent());
        },
        response);
  });
}

grpc::Status RecordsService::MarkSecrecy(grpc::ServerContext* context,
                                         const v1::MarkSecrecyRequest* request,
                                         v1::CaseRecord* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    return Change(
        call, request->case_id(), request->etag(),
        [&](CaseRecord record, const Case&) {
          return Mark(std::move(record), ids_.Next(), request->ground(), call.caller().login,
                      call.now());
        },
        response);
  });
}

grpc::Status RecordsService::AssessSecrecy(grpc::ServerContext* context,
                                           const v1::AssessSecrecyRequest* request,
                                           v1::CaseRecord* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    return Change(
        call, request->case_id(), request->etag(),
        [&](CaseRecord record, const Case&) {
          return Assess(std::move(record), request->marking_id(),
                        {.id = ids_.Next(),
                         .time = call.now(),
                         .assessed_by = call.caller().login,
                         .outcome = request->outcome()});
        },
        response);
  });
}

grpc::Status RecordsService::ListRegister(grpc::ServerContext* context,
                                          const v1::ListRegisterRequest* request,
                                          v1::ListRegisterResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const std::string key, paging::KeyOf(*request));
    AVVIK_ASSIGN_OR_RETURN(const std::optional<RegisterPlace> after, PlaceOfKey(key));
    AVVIK_ASSIGN_OR_RETURN(const RegisterFilter filter, FilterFromProto(*request));
    AVVIK_ASSIGN_OR_RETURN(const RegisterPage page,
                           records_.List(call.tenant(), call.visibility(), filter, after,
                                         paging::SizeOf(request->page_size())));
    const std::string language = LanguageOf(call.organisation().get());
    for (const RegisteredCase& one : page.cases) {
      *response->add_entries() = EntryOf(one.record, one.received, one.kind, one.sphere, language);
    }
    if (page.more) {
      response->set_next_page_token(paging::MakeToken(*request, KeyOfPlace(page.cases.back())));
    }
    response->set_unregistered_count(page.unregistered);
    call.Shows(*response);
    return absl::OkStatus();
  });
}

}  // namespace avvik::triage
