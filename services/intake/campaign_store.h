// Where campaigns are kept.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/organisation/rights.h"
#include "services/intake/campaign.h"

namespace avvik::intake {

struct CampaignPage {
  std::vector<Campaign> campaigns;  // Newest first.
  bool more = false;
};

struct CampaignReportPage {
  std::vector<CampaignReport> reports;  // Newest first.
  bool more = false;
};

// Thread-safe. References are UUIDs or numbers. A campaign is visible to whom its case is. All
// methods: UNAVAILABLE when the database cannot be reached, NOT_FOUND when a campaign does not
// exist or is not visible, DATA_LOSS when an answer was altered.
class CampaignStore {
 public:
  virtual ~CampaignStore() = default;

  virtual absl::StatusOr<Campaign> Get(const std::string& tenant, const std::string& reference,
                                       const organisation::Visibility& visibility) = 0;

  // At most `limit` campaigns with an id below `after`; the newest when it is empty. Those grouped into
  // another, and those that only one report is left of and that were never answered, are left out.
  virtual absl::StatusOr<CampaignPage> List(const std::string& tenant,
                                            const organisation::Visibility& visibility,
                                            v1::CampaignState state, const std::string& after,
                                            int limit) = 0;

  // At most `limit` reports with an id below `after`; the newest when it is empty. Those of a
  // campaign grouped into it only when that one is visible too.
  virtual absl::StatusOr<CampaignReportPage> ListReports(const std::string& tenant,
                                                         const std::string& reference,
                                                         const organisation::Visibility& visibility,
                                                         const std::string& after, int limit) = 0;

  // Answers a campaign, and tells of it for each of its reports, with the audit record in one
  // transaction; the text is sealed before. A repeat of `request_id` by the same actor changes
  // nothing. Errors as Answered.
  virtual absl::StatusOr<Campaign> Answer(const std::string& tenant, const std::string& reference,
                                          const organisation::Visibility& visibility,
                                          const std::string& request_id, CampaignAnswer answer,
                                          const std::string& etag, const audit::Record& trace) = 0;

  // Closes a campaign and tells of it. Errors as Ended.
  virtual absl::StatusOr<Campaign> End(const std::string& tenant, const std::string& reference,
                                       const organisation::Visibility& visibility, absl::Time now,
                                       const std::string& etag, const audit::Record& trace) = 0;

  // The newest answer that the maker of a report was given; nothing when there is none.
  virtual absl::StatusOr<std::optional<CampaignAnswer>> AnswerOf(const std::string& tenant,
                                                                 const std::string& report_id) = 0;
};

}  // namespace avvik::intake
