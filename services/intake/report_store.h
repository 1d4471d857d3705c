// Where reports are kept.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/organisation/rights.h"
#include "services/intake/report.h"

namespace avvik::intake {

// A report to be written, with what is written beside it.
struct Submission {
  Report report;  // Without a number.
  int year = 0;   // The local year it is numbered in.
  std::string trace_parent;
  audit::Record trace;
};

// Which reports a caller may see: those whose case the caller may see, and those the caller made. A report
// whose case is not known yet counts as a case of its unit, in the sphere of what it says itself.
struct Visibility {
  organisation::Visibility cases;
  std::string login;
};

// What a list is narrowed to.
struct ReportFilter {
  std::vector<std::string> units;  // Empty: all.
  std::string register_name;       // Empty: all.
};

struct ReportPage {
  std::vector<Report> reports;  // Newest first, without supplements.
  bool more = false;
  int64_t total = 0;
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached.
class ReportStore {
 public:
  virtual ~ReportStore() = default;

  // Writes many reports in one transaction: rows, numbers, audit records and events. Answers each in its
  // place: the report, or the earlier one with the same request id (or the same register and key),
  // or ALREADY_EXISTS (REQUEST_ID_REUSED). Either all new ones are on disk or none.
  virtual absl::StatusOr<std::vector<absl::StatusOr<Report>>> SubmitAll(
      std::vector<Submission> submissions) = 0;

  // NOT_FOUND when it does not exist or is not visible. `reference` is a UUID or a number.
  virtual absl::StatusOr<Report> Get(const std::string& tenant, const std::string& reference,
                                     const Visibility& visibility) = 0;

  // At most `limit` reports older than the one with id `after`; the newest when it is empty.
  virtual absl::StatusOr<ReportPage> List(const std::string& tenant, const Visibility& visibility,
                                          const ReportFilter& filter, const std::string& after,
                                          int limit) = 0;

  // Those that exist, in no order.
  virtual absl::StatusOr<std::vector<Report>> GetMany(const std::string& tenant,
                                                      const std::vector<std::string>& ids) = 0;

  // Adds to a report; a repeat of `request_id` gives the report as it is. NOT_FOUND,
  // FAILED_PRECONDITION as Supplemented has it.
  virtual absl::StatusOr<Report> AddSupplement(const std::string& tenant,
                                               const std::string& reference,
                                               const Visibility& visibility,
                                               const std::string& request_id, Supplement supplement,
                                               const audit::Record& trace) = 0;

  // Takes a report back. NOT_FOUND, FAILED_PRECONDITION and ABORTED as Withdrawn has it.
  virtual absl::StatusOr<Report> Withdraw(const std::string& tenant, const std::string& reference,
                                          const Visibility& visibility, const std::string& reason,
                                          const std::string& etag, absl::Time now,
                                          const audit::Record& trace) = 0;

  // A report with its reporter, for somebody from whom the name is withheld otherwise; `trace` is
  // written first. NOT_FOUND; FAILED_PRECONDITION (REPORT_ERASED).
  virtual absl::StatusOr<Report> Reveal(const std::string& tenant, const std::string& reference,
                                        const Visibility& visibility,
                                        const audit::Record& trace) = 0;
};

}  // namespace avvik::intake
