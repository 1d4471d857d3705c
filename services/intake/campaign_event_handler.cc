#include "services/intake/campaign_event_handler.h"

#include <optional>

#include "common/events/outbox.h"
#include "common/organisation/matter.h"
#include "common/status/macros.h"
#include "services/intake/campaign_events.h"
#include "services/intake/campaign_rows.h"
#include "services/intake/report_access.h"

namespace avvik::intake {
namespace {

template <typename Message>
std::optional<Message> As(const events::v1::Event& event) {
  Message message;
  if (!event.data().Is<Message>() || !event.data().UnpackTo(&message)) return std::nullopt;
  return message;
}

// What of a campaign is its case's.
void Follow(const triage::v1::CaseFacts& facts, Campaign* campaign) {
  campaign->matter = organisation::MatterOf(facts);
  campaign->system = facts.system();
  campaign->case_closed = facts.state() == triage::v1::CASE_STATE_CLOSED;
}

}  // namespace

absl::Status CampaignEventHandler::Apply(pg::Transaction& transaction,
                                         const events::v1::Event& event,
                                         const triage::v1::CaseFacts& facts) {
  if (const auto linked = As<triage::v1::CaseReportLinked>(event)) {
    return Join(transaction, event, *linked);
  }
  if (const auto unlinked = As<triage::v1::CaseReportUnlinked>(event)) {
    return Leave(transaction, event, *unlinked);
  }
  if (const auto grouped = As<triage::v1::CaseGrouped>(event)) {
    return Group(transaction, event, grouped->facts(), grouped->leader());
  }
  if (const auto ungrouped = As<triage::v1::CaseUngrouped>(event)) {
    return Group(transaction, event, ungrouped->facts(), ungrouped->leader());
  }
  return Change(transaction, event, facts);
}

absl::StatusOr<Campaign> CampaignEventHandler::CampaignOf(pg::Transaction& transaction,
                                                      const std::string& tenant,
                                                      const triage::v1::CaseFacts& facts) {
  AVVIK_ASSIGN_OR_RETURN(std::optional<Campaign> found,
                         LockCampaign(transaction, tenant, facts.case_id()));
  const bool is_new = !found.has_value();
  if (is_new) {
    found.emplace();
    found->id = facts.case_id();
    found->tenant = tenant;
    found->number = facts.number();
    found->category = facts.category();
    found->created = clock_.Now();
  }
  Follow(facts, &*found);
  AVVIK_RETURN_IF_ERROR(PutCampaign(transaction, *found));
  if (is_new) {
    // A case has the number of the report that opened it.
    AVVIK_RETURN_IF_ERROR(PutCampaignReport(transaction, tenant,
                                            {.report_id = facts.report_id(),
                                             .number = facts.number(),
                                             .campaign_id = found->id,
                                             .joined = found->created}));
  }
  return *std::move(found);
}

absl::Status CampaignEventHandler::Join(pg::Transaction& transaction, const events::v1::Event& event,
                                    const triage::v1::CaseReportLinked& linked) {
  AVVIK_ASSIGN_OR_RETURN(Campaign campaign,
                         CampaignOf(transaction, event.tenant(), linked.facts()));
  AVVIK_RETURN_IF_ERROR(PutCampaignReport(transaction, event.tenant(),
                                          {.report_id = linked.report_id(),
                                           .number = linked.report_number(),
                                           .campaign_id = campaign.id,
                                           .joined = clock_.Now()}));
  AVVIK_RETURN_IF_ERROR(LinkAccess(transaction, event.tenant(), campaign.id, linked.report_id()));
  return TellAnswer(transaction, event, std::move(campaign), {linked.report_id()});
}

absl::Status CampaignEventHandler::Leave(pg::Transaction& transaction, const events::v1::Event& event,
                                     const triage::v1::CaseReportUnlinked& unlinked) {
  AVVIK_ASSIGN_OR_RETURN(const Campaign campaign,
                         CampaignOf(transaction, event.tenant(), unlinked.facts()));
  AVVIK_RETURN_IF_ERROR(
      UnlinkAccess(transaction, event.tenant(), campaign.id, unlinked.report_id()));
  return RemoveCampaignReport(transaction, event.tenant(), campaign.id, unlinked.report_id());
}

absl::Status CampaignEventHandler::Group(pg::Transaction& transaction, const events::v1::Event& event,
                                     const triage::v1::CaseFacts& facts,
                                     const triage::v1::CaseFacts& leader) {
  AVVIK_RETURN_IF_ERROR(CampaignOf(transaction, event.tenant(), leader).status());
  AVVIK_ASSIGN_OR_RETURN(Campaign campaign, CampaignOf(transaction, event.tenant(), facts));
  campaign.leader_id = facts.group_case_id();
  AVVIK_RETURN_IF_ERROR(PutCampaign(transaction, campaign));
  if (campaign.leader_id.empty()) return absl::OkStatus();
  AVVIK_ASSIGN_OR_RETURN(const auto reports,
                         OwnReports(transaction, event.tenant(), campaign.id));
  return TellAnswer(transaction, event, std::move(campaign), reports);
}

absl::Status CampaignEventHandler::Change(pg::Transaction& transaction,
                                      const events::v1::Event& event,
                                      const triage::v1::CaseFacts& facts) {
  AVVIK_ASSIGN_OR_RETURN(std::optional<Campaign> found,
                         LockCampaign(transaction, event.tenant(), facts.case_id()));
  if (!found.has_value()) return absl::OkStatus();
  Follow(facts, &*found);
  std::vector<events::v1::Event> told;
  if (event.data().Is<triage::v1::CaseClosed>()) {
    AVVIK_ASSIGN_OR_RETURN(auto reports, OwnReports(transaction, event.tenant(), found->id));
    // Whoever made the report that opened the case hears of its end from the case.
    std::erase(reports, facts.report_id());
    told = ConcludedEvents(ids_, &*found, event.id(), reports, clock_.Now(),
                           event.trace_parent());
  }
  AVVIK_RETURN_IF_ERROR(PutCampaign(transaction, *found));
  return events::Append(transaction, told);
}

absl::Status CampaignEventHandler::TellAnswer(pg::Transaction& transaction,
                                          const events::v1::Event& cause, Campaign campaign,
                                          const std::vector<std::string>& reports) {
  const std::string& speaker = campaign.leader_id.empty() ? campaign.id : campaign.leader_id;
  AVVIK_ASSIGN_OR_RETURN(const auto answer_id, FindAnswerId(transaction, cause.tenant(), speaker));
  if (!answer_id.has_value()) return absl::OkStatus();
  const auto told =
      AnsweredEvents(ids_, &campaign, *answer_id, reports, clock_.Now(), cause.trace_parent());
  AVVIK_RETURN_IF_ERROR(PutCampaign(transaction, campaign));
  return events::Append(transaction, told);
}

}  // namespace avvik::intake
