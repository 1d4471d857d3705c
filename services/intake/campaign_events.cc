#include "services/intake/campaign_events.h"

#include <algorithm>

#include "avvik/intake/v1/intake_events.pb.h"
#include "common/events/outbox.h"

namespace avvik::intake {
namespace {

events::v1::Event Tell(IdSource& ids, Campaign* campaign, absl::Time now,
                       const std::string& trace_parent, const google::protobuf::Message& data) {
  return events::MakeEvent(ids, "intake",
                           {.tenant = campaign->tenant,
                            .subject = "campaigns/" + campaign->id,
                            .subject_version = ++campaign->version,
                            .time = now,
                            .trace_parent = trace_parent},
                           data);
}

// One event for every kMostReportsTold reports.
template <typename Message>
std::vector<events::v1::Event> TellInParts(IdSource& ids, Campaign* campaign, Message message,
                                           const std::vector<std::string>& report_ids,
                                           absl::Time now, const std::string& trace_parent) {
  message.set_campaign_id(campaign->id);
  std::vector<events::v1::Event> told;
  for (size_t first = 0; first < report_ids.size(); first += kMostReportsTold) {
    message.clear_report_ids();
    const size_t end = std::min(first + kMostReportsTold, report_ids.size());
    for (size_t i = first; i < end; ++i) message.add_report_ids(report_ids[i]);
    told.push_back(Tell(ids, campaign, now, trace_parent, message));
  }
  return told;
}

}  // namespace

std::vector<events::v1::Event> AnsweredEvents(IdSource& ids, Campaign* campaign,
                                              const std::string& answer_id,
                                              const std::vector<std::string>& report_ids,
                                              absl::Time now, const std::string& trace_parent) {
  v1::CampaignAnswered data;
  data.set_answer_id(answer_id);
  return TellInParts(ids, campaign, data, report_ids, now, trace_parent);
}

std::vector<events::v1::Event> ConcludedEvents(IdSource& ids, Campaign* campaign,
                                               const std::string& cause,
                                               const std::vector<std::string>& report_ids,
                                               absl::Time now, const std::string& trace_parent) {
  v1::CampaignConcluded data;
  data.set_cause(cause);
  return TellInParts(ids, campaign, data, report_ids, now, trace_parent);
}

events::v1::Event EndedEvent(IdSource& ids, Campaign* campaign, absl::Time now,
                             const std::string& trace_parent) {
  v1::CampaignClosed data;
  data.set_campaign_id(campaign->id);
  return Tell(ids, campaign, now, trace_parent, data);
}

}  // namespace avvik::intake
