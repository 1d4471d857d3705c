#include "services/escalation/assessment_service.h"

#include <string>
#include <utility>

#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/rpc/time.h"
#include "common/status/macros.h"
#include "services/escalation/answers.h"
#include "services/escalation/assessment_proto.h"
#include "services/escalation/deciding_person.h"
#include "services/escalation/errors.h"

namespace avvik::escalation {
namespace {

organisation::Matter MatterOf(const CaseFacts& facts) {
  return {.unit = facts.unit, .sphere = facts.sphere, .parties = facts.parties};
}

std::string SubjectOf(const std::string& reference) { return "cases/" + reference; }

}  // namespace

grpc::Status AssessmentService::GetAssessment(grpc::ServerContext* context,
                                              const v1::GetAssessmentRequest* request,
                                              v1::Assessment* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const AssessedCase assessed,
                           store_.Get(call.tenant(), request->case_id(), call.visibility()));
    if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
    call.ActingOn(MatterOf(assessed.record.facts));
    *response = ToProto(assessed, regimes_, *call.organisation(), call.now());
    return absl::OkStatus();
  });
}

grpc::Status AssessmentService::AnswerQuestions(grpc::ServerContext* context,
                                                const v1::AnswerQuestionsRequest* request,
                                                v1::Assessment* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
    audit::Record trace = call.Trace(SubjectOf(request->case_id()));
    const auto decide = [&](const CaseRecord& record) -> absl::StatusOr<Answers> {
      call.ActingOn(MatterOf(record.facts));
      trace.subject = SubjectOf(record.facts.number);
      trace.on_behalf_of = call.on_behalf_of();
      return TakeAnswers(record.facts.answers, request->answers(),
                         {.questions = regimes_.questions(),
                          .organisation = *call.organisation(),
                          .person = PersonOf(call),
                          .now = call.now()});
    };
    AVVIK_ASSIGN_OR_RETURN(
        const AssessmentStore::Answered answered,
        store_.Answer(call.tenant(), request->case_id(), call.visibility(), request->etag(), decide,
                      PersonOf(call), *call.organisation(), trace));
    publisher_.Wake();
    *response = ToProto(answered.after, regimes_, *call.organisation(), call.now());
    for (v1::ResultChange& change :
         ChangesBetween(answered.before, answered.after.record.results)) {
      *response->add_changes() = std::move(change);
    }
    return absl::OkStatus();
  });
}

grpc::Status AssessmentService::ListDecisions(grpc::ServerContext* context,
                                              const v1::ListDecisionsRequest* request,
                                              v1::ListDecisionsResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const std::string key, paging::KeyOf(*request));
    AVVIK_ASSIGN_OR_RETURN(
        const DecisionPage page,
        store_.ListDecisions(call.tenant(), request->case_id(), call.visibility(), key,
                             paging::SizeOf(request->page_size())));
    for (const Decision& decision : page.decisions) {
      *response->add_decisions() = ToProto(decision);
    }
    if (!page.next.empty()) {
      response->set_next_page_token(paging::MakeToken(*request, page.next));
    }
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status AssessmentService::ListBreaches(grpc::ServerContext* context,
                                             const v1::ListBreachesRequest* request,
                                             v1::ListBreachesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
    AVVIK_ASSIGN_OR_RETURN(const std::string key, paging::KeyOf(*request));
    BreachFilter filter;
    if (request->has_from_time()) filter.from = rpc::FromProtoTime(request->from_time());
    if (request->has_until_time()) filter.until = rpc::FromProtoTime(request->until_time());
    AVVIK_ASSIGN_OR_RETURN(const BreachPage page,
                           store_.ListBreaches(call.tenant(), call.visibility(), filter, key,
                                               paging::SizeOf(request->page_size())));
    for (const AssessedCase& breach : page.cases) {
      *response->add_breaches() =
          ToBreach(breach, regimes_, *call.organisation(), call.now());
    }
    if (!page.next.empty()) {
      response->set_next_page_token(paging::MakeToken(*request, page.next));
    }
    response->set_total_size(page.total);
    call.Shows(*response);
    return absl::OkStatus();
  });
}

}  // namespace avvik::escalation
