// Where campaigns are kept.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "services/intake/campaign.h"

namespace avvik::intake {

// Which campaigns a caller may see: as the cases they stand for. `everything` wins; otherwise those of
// `units`, and those whose case the person owns or is drawn in to.
struct CampaignVisibility {
  bool everything = false;
  std::vector<std::string> units;
  std::string person;  // Pseudonym.
};

struct CampaignPage {
  std::vector<Campaign> campaigns;  // Newest first.
  bool more = false;
};

struct CampaignReportPage {
  std::vector<CampaignReport> reports;  // Newest first.
  bool more = false;
};

// Thread-safe. References are UUIDs or numbers. All methods: UNAVAILABLE when the database cannot be
// reached, NOT_FOUND when a campaign does not exist or is not visible.
class CampaignStore {
 public:
  virtual ~CampaignStore() = default;

  virtual absl::StatusOr<Campaign> Get(const std::string& tenant, const std::string& reference,
                                       const CampaignVisibility& visibility) = 0;

  // At most `limit` campaigns with an id below `after`; the newest when it is empty. Those grouped into
  // another, and those that only one report is left of and that were never answered, are left out.
  virtual absl::StatusOr<CampaignPage> List(const std::string& tenant,
                                            const CampaignVisibility& visibility,
                                            v1::CampaignState state, const std::string& after,
                                            int limit) = 0;

  // At most `limit` reports with an id below `after`; the newest when it is empty.
  virtual absl::StatusOr<CampaignReportPage> ListReports(const std::string& tenant,
                                                         const std::string& reference,
                                                         const CampaignVisibility& visibility,
                                                         const std::string& after, int limit) = 0;

  // Answers a campaign, and tells of it for each of its reports, with the audit record in one
  // transaction. A repeat of `request_id` by the same author changes nothing. Errors as Answered.
  virtual absl::StatusOr<Campaign> Answer(const std::string& tenant, const std::string& reference,
                                          const CampaignVisibility& visibility,
                                          const std::string& request_id, CampaignAnswer answer,
                                          const std::string& etag, const audit::Record& trace) = 0;

  // Closes a campaign and tells of it. Errors as Ended.
  virtual absl::StatusOr<Campaign> End(const std::string& tenant, const std::string& reference,
                                       const CampaignVisibility& visibility, absl::Time now,
                                       const std::string& etag, const audit::Record& trace) = 0;

  // The newest answer that the maker of a report was given; nothing when there is none.
  virtual absl::StatusOr<std::optional<CampaignAnswer>> AnswerOf(const std::string& tenant,
                                                                 const std::string& report_id) = 0;
};

}  // namespace avvik::intake
