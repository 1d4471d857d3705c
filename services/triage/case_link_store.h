// Where it is kept what belongs together.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "avvik/intake/v1/intake_events.pb.h"
#include "common/audit/audit.h"
#include "services/triage/case_link.h"
#include "services/triage/case_store.h"

namespace avvik::triage {

struct LinkedReportPage {
  std::vector<LinkedReport> reports;  // Newest first.
  bool more = false;
};

// Opens a case for a report that leaves the one it had joined: what happens to the new case, in order.
using OpenOwn =
    std::function<absl::StatusOr<std::vector<CaseChange>>(const intake::v1::ReportSubmitted&)>;

// Thread-safe. References are UUIDs or numbers. All methods: UNAVAILABLE when the database cannot be
// reached, NOT_FOUND when a case does not exist or is not visible. Changes are written with their audit
// record and events in one transaction, and answered with the case named first, without notes.
class CaseLinkStore {
 public:
  virtual ~CaseLinkStore() = default;

  // The report's id when it was linked to the case, or nothing when the case of the report is a member
  // of the case's group. NOT_FOUND (REPORT_NOT_LINKED) when neither.
  virtual absl::StatusOr<std::optional<std::string>> FindLinked(const std::string& tenant,
                                                                const std::string& case_reference,
                                                                const std::string& report,
                                                                const Visibility& visibility) = 0;

  // At most `limit` reports linked to a case with an id below `after`; the newest when it is empty.
  virtual absl::StatusOr<LinkedReportPage> List(const std::string& tenant,
                                                const std::string& case_reference,
                                                const Visibility& visibility,
                                                const std::string& after, int limit) = 0;

  // Groups the report's own case into the case. Nothing changes when the report is linked to it already.
  // NOT_FOUND also when the report's case is not visible; FAILED_PRECONDITION as Group has it, and
  // (REPORT_LINKED_ELSEWHERE).
  virtual absl::StatusOr<Case> Link(const std::string& tenant, const std::string& case_reference,
                                    const std::string& report, const Visibility& visibility,
                                    const audit::Record& trace, absl::Time now) = 0;

  // Unlinks a report and opens its own case. NOT_FOUND (REPORT_NOT_LINKED), and the errors of `open`.
  virtual absl::StatusOr<Case> Unlink(const std::string& tenant, const std::string& case_reference,
                                      const std::string& report, const Visibility& visibility,
                                      const audit::Record& trace, absl::Time now,
                                      const OpenOwn& open) = 0;

  // Lets the case of a report out of the group, as Ungroup does.
  virtual absl::StatusOr<Case> UngroupReport(const std::string& tenant,
                                             const std::string& case_reference,
                                             const std::string& report,
                                             const Visibility& visibility,
                                             const audit::Record& trace, absl::Time now) = 0;

  // All or none. Errors as Group has them; members already in the group are left as they are.
  virtual absl::StatusOr<Case> Group(const std::string& tenant, const std::string& case_reference,
                                     const std::vector<std::string>& members,
                                     const Visibility& visibility, const audit::Record& trace,
                                     absl::Time now) = 0;

  // All or none; cases that are not in the group are left as they are.
  virtual absl::StatusOr<Case> Ungroup(const std::string& tenant,
                                       const std::string& case_reference,
                                       const std::vector<std::string>& members,
                                       const Visibility& visibility, const audit::Record& trace,
                                       absl::Time now) = 0;
};

}  // namespace avvik::triage
