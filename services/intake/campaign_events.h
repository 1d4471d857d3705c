// What intake tells the other services of campaigns.
#pragma once

#include <string>
#include <vector>

#include "avvik/events/v1/event.pb.h"
#include "common/ids/id_source.h"
#include "services/intake/campaign.h"

namespace avvik::intake {

// Most reports named in one event.
inline constexpr size_t kMostReportsTold = 500;

// What is told of a campaign counts its version up: from the one after `campaign->version` on.

// Those who made the reports are to be given an answer.
std::vector<events::v1::Event> AnsweredEvents(IdSource& ids, Campaign* campaign,
                                              const std::string& answer_id,
                                              const std::vector<std::string>& report_ids,
                                              absl::Time now, const std::string& trace_parent);

// Those who made the reports are to be told that the case was closed, by the event with id `cause`.
std::vector<events::v1::Event> ConcludedEvents(IdSource& ids, Campaign* campaign,
                                               const std::string& cause,
                                               const std::vector<std::string>& report_ids,
                                               absl::Time now, const std::string& trace_parent);

// The campaign takes no more reports.
events::v1::Event EndedEvent(IdSource& ids, Campaign* campaign, absl::Time now,
                             const std::string& trace_parent);

}  // namespace avvik::intake
