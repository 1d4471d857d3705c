// The tables of what belongs together, within a transaction of the caller's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "avvik/intake/v1/intake_events.pb.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/triage/case_link.h"

namespace avvik::triage {

// Most cases that a new report is compared with, those with the newest reports.
inline constexpr int kMostCompared = 200;

// Whether a report has a case or is linked to one.
absl::StatusOr<bool> IsReportKnown(pg::Transaction& transaction, const std::string& tenant,
                                   const std::string& report_id);

// The open cases of the category that had a report no longer ago than `oldest`. None of a sphere
// that only a few may see into: it would hide what others tell of the same thing.
absl::StatusOr<std::vector<JoinableCase>> FindJoinable(pg::Transaction& transaction,
                                                       const std::string& tenant,
                                                       type::v1::Category category,
                                                       absl::Time oldest);

// Lets reports join the case that `report` opened.
absl::Status PutJoinable(pg::Transaction& transaction, const Case& opened,
                         const campaigns::Subject& report);
// The case has got a report.
absl::Status TouchJoinable(pg::Transaction& transaction, const Case& subject, absl::Time reported);
// The case is recognised by another fingerprint from now on.
absl::Status RecogniseAnew(pg::Transaction& transaction, const Case& subject,
                           const campaigns::Fingerprint& fingerprint);
// No report joins the case any more.
absl::Status EndJoinable(pg::Transaction& transaction, const std::string& tenant,
                         const std::string& case_id, absl::Time now);
// Forgets how the case is recognised.
absl::Status RemoveJoinable(pg::Transaction& transaction, const std::string& tenant,
                            const std::string& case_id);

// The case with this id, locked and without notes; nothing when there is none.
absl::StatusOr<std::optional<Case>> LockCaseById(pg::Transaction& transaction,
                                                 secrecy::Vault& vault, const std::string& tenant,
                                                 const std::string& case_id);
// The case that a report was linked to, locked and without notes; nothing when it is linked to none.
absl::StatusOr<std::optional<Case>> LockCaseOfLinkedReport(pg::Transaction& transaction,
                                                           secrecy::Vault& vault,
                                                           const std::string& tenant,
                                                           const std::string& report_id);

// Writes what a link, a grouping, or the end of one changes of a case, and of its leader.
absl::Status UpdateLinks(pg::Transaction& transaction, const CaseChange& change);

// A linked report, as it was told of.
struct StoredLink {
  std::string case_id;
  intake::v1::ReportSubmitted submitted;
  bool withdrawn = false;
};

absl::Status InsertLink(pg::Transaction& transaction, const Case& subject,
                        intake::v1::ReportSubmitted submitted, int similarity, absl::Time now);
// By UUID or number of the report; nothing when it is linked to no case.
absl::StatusOr<std::optional<StoredLink>> FindLink(pg::Transaction& transaction,
                                                   const std::string& tenant,
                                                   const std::string& reference);
absl::Status DeleteLink(pg::Transaction& transaction, const std::string& tenant,
                        const std::string& report_id);
// Its reporter has taken the report back.
absl::Status MarkLinkWithdrawn(pg::Transaction& transaction, const std::string& tenant,
                               const std::string& report_id);

}  // namespace avvik::triage
