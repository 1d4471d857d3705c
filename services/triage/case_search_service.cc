#include "services/triage/case_search_service.h"

#include <algorithm>
#include <map>

#include "common/rpc/handle.h"
#include "common/status/macros.h"
#include "services/triage/case_filter.h"
#include "services/triage/case_proto.h"
#include "services/triage/triage_events.h"

namespace avvik::triage {
namespace {

constexpr int kMostCounted = 10'000;
// Of what has the words that are asked for.
constexpr int kMostFound = 1'000;
constexpr int kUsuallySimilar = 10;
constexpr int kMostSimilar = 50;

}  // namespace

grpc::Status CaseSearchService::CountCases(grpc::ServerContext* context,
                                           const v1::CountCasesRequest* request,
                                           v1::CountCasesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const CaseFilter filter, FilterOf(call, *request));
    const int bound = filter.words.empty() ? kMostCounted : kMostFound;
    AVVIK_ASSIGN_OR_RETURN(const std::vector<CaseTally> tallies,
                           search_.Tally(call.tenant(), SightOf(environment_, call), filter,
                                         call.caller().login, bound));
    std::map<v1::CaseState, int64_t> states;
    std::map<v1::Ownership, int64_t> owners;
    std::map<type::v1::Severity, int64_t> severities;
    int64_t total = 0;
    int64_t overdue = 0;
    for (const CaseTally& tally : tallies) {
      states[tally.state] += tally.count;
      owners[tally.ownership] += tally.count;
      severities[tally.severity] += tally.count;
      total += tally.count;
      overdue += tally.overdue ? tally.count : 0;
    }
    response->set_total(total);
    response->set_at_least(total == bound);
    for (int state = v1::CaseState_MIN + 1; state <= v1::CaseState_MAX; ++state) {
      v1::StateCount* entry = response->add_states();
      entry->set_state(static_cast<v1::CaseState>(state));
      entry->set_count(states[entry->state()]);
    }
    for (int ownership = v1::Ownership_MIN + 1; ownership <= v1::Ownership_MAX; ++ownership) {
      v1::OwnershipCount* entry = response->add_owners();
      entry->set_ownership(static_cast<v1::Ownership>(ownership));
      entry->set_count(owners[entry->ownership()]);
    }
    for (int severity = type::v1::Severity_MIN; severity <= type::v1::Severity_MAX; ++severity) {
      v1::SeverityCount* entry = response->add_severities();
      entry->set_severity(static_cast<type::v1::Severity>(severity));
      entry->set_count(severities[entry->severity()]);
    }
    response->set_overdue(overdue);
    return absl::OkStatus();
  });
}

grpc::Status CaseSearchService::ListSimilarCases(grpc::ServerContext* context,
                                                 const v1::ListSimilarCasesRequest* request,
                                                 v1::ListSimilarCasesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("cases/" + request->case_id());
    AVVIK_ASSIGN_OR_RETURN(const Case subject,
                           cases_.Get(call.tenant(), request->case_id(), call.visibility()));
    call.set_subject("cases/" + subject.id);
    call.ActingOn(MatterOf(subject));
    AVVIK_ASSIGN_OR_RETURN(std::vector<LikeCase> like,
                           search_.Like(subject, SightOf(environment_, call)));
    const int asked = request->page_size() == 0 ? kUsuallySimilar : request->page_size();
    const auto limit = static_cast<size_t>(std::min(asked, kMostSimilar));
    for (const SimilarCase& similar : RankSimilar(subject, std::move(like), limit)) {
      v1::SimilarCase* entry = response->add_similar_cases();
      *entry->mutable_case_() = triage::ToProto(similar.subject, call.organisation().get());
      entry->set_score(similar.score);
      for (const v1::SimilarityReason& reason : similar.reasons) *entry->add_reasons() = reason;
    }
    call.Shows(*response);
    return absl::OkStatus();
  });
}

}  // namespace avvik::triage
