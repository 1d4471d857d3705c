#include "services/triage/case_history_service.h"

#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/rpc/time.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/triage/triage_events.h"

namespace avvik::triage {
namespace {

absl::Status NoToken() {
  return status::InvalidField("page_token", "is not a token of this list");
}

// Where a page of readers ended, as the key of its token, and back.
std::string KeyOfPlace(const CaseReader& last) {
  return std::to_string(absl::ToUnixMicros(last.last)) + "/" + last.actor;
}

absl::StatusOr<std::optional<ReaderPlace>> PlaceOfKey(const std::string& key) {
  if (key.empty()) return std::optional<ReaderPlace>();
  const size_t slash = key.find('/');
  int64_t micros = 0;
  if (slash == std::string::npos || !absl::SimpleAtoi(key.substr(0, slash), &micros)) {
    return NoToken();
  }
  ReaderPlace place{.last = absl::FromUnixMicros(micros), .actor = key.substr(slash + 1)};
  return std::optional<ReaderPlace>(std::move(place));
}

v1::CaseReader ToProto(const CaseReader& reader, const organisation::Organisation* organisation) {
  v1::CaseReader proto;
  proto.set_login(reader.actor);
  proto.set_machine(reader.machine);
  if (organisation != nullptr && !reader.machine) {
    const auto* person = organisation->FindPerson(reader.actor);
    if (person != nullptr) proto.set_name(person->name());
    std::set<organisation::v1::Role> functions;
    for (const organisation::HeldRole& held : organisation->RolesOf(reader.actor)) {
      if (held.role != organisation::v1::EMPLOYEE) functions.insert(held.role);
    }
    for (const organisation::v1::Role role : functions) proto.add_functions(role);
  }
  *proto.mutable_first_time() = rpc::ToProtoTime(reader.first);
  *proto.mutable_last_time() = rpc::ToProtoTime(reader.last);
  proto.set_reads(reader.reads);
  proto.set_refusals(reader.refusals);
  return proto;
}

}  // namespace

grpc::Status CaseHistoryService::GetCaseTimeline(grpc::ServerContext* context,
                                                 const v1::GetCaseTimelineRequest* request,
                                                 v1::GetCaseTimelineResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("cases/" + request->case_id());
    AVVIK_ASSIGN_OR_RETURN(const std::string key, paging::KeyOf(*request));
    int64_t after = 0;
    if (!key.empty() && !absl::SimpleAtoi(key, &after)) return NoToken();
    AVVIK_ASSIGN_OR_RETURN(const CaseStoryPage page,
                           history_.Story(call.tenant(), request->case_id(), call.visibility(),
                                          after, paging::SizeOf(request->page_size())));
    call.set_subject("cases/" + page.story.subject.id);
    call.ActingOn(MatterOf(page.story.subject));
    AVVIK_ASSIGN_OR_RETURN(std::vector<v1::TimelineEntry> entries,
                           TimelineOf(page.story, call.organisation().get()));
    for (v1::TimelineEntry& entry : entries) *response->add_entries() = std::move(entry);
    if (page.more) {
      response->set_next_page_token(paging::MakeToken(*request, std::to_string(page.last)));
    }
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status CaseHistoryService::ListCaseReaders(grpc::ServerContext* context,
                                                 const v1::ListCaseReadersRequest* request,
                                                 v1::ListCaseReadersResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("cases/" + request->case_id());
    AVVIK_ASSIGN_OR_RETURN(const std::string key, paging::KeyOf(*request));
    AVVIK_ASSIGN_OR_RETURN(const std::optional<ReaderPlace> after, PlaceOfKey(key));
    AVVIK_ASSIGN_OR_RETURN(const CaseReaderPage page,
                           history_.Readers(call.tenant(), request->case_id(), call.visibility(),
                                            after, paging::SizeOf(request->page_size())));
    call.set_subject("cases/" + page.case_id);
    for (const CaseReader& reader : page.readers) {
      *response->add_readers() = ToProto(reader, call.organisation().get());
    }
    if (page.more) {
      response->set_next_page_token(
          paging::MakeToken(*request, KeyOfPlace(page.readers.back())));
    }
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status CaseOutcomesService::BatchGetCaseOutcomes(
    grpc::ServerContext* context, const v1::BatchGetCaseOutcomesRequest* request,
    v1::BatchGetCaseOutcomesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call&) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(
        const auto outcomes,
        history_.OutcomesForReporters(
            request->tenant(), {request->case_ids().begin(), request->case_ids().end()}));
    for (const auto& [case_id, text] : outcomes) {
      v1::CaseOutcome* outcome = response->add_outcomes();
      outcome->set_case_id(case_id);
      outcome->set_outcome_for_reporter(text);
    }
    return absl::OkStatus();
  });
}

}  // namespace avvik::triage
