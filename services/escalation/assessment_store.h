// Where cases are kept as the rules see them, with the log of decisions.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/organisation/organisation.h"
#include "common/organisation/rights.h"
#include "services/escalation/answers.h"
#include "services/escalation/case_tables.h"
#include "services/escalation/decision.h"
#include "services/escalation/duty.h"

namespace avvik::escalation {

using organisation::Visibility;

// A case with its duties.
struct AssessedCase {
  CaseRecord record;
  std::vector<Duty> duties;
};

struct DecisionPage {
  std::vector<Decision> decisions;  // Newest first.
  std::string next;                 // Key of the next page; empty on the last.
};

// What the register is narrowed to; what is unset narrows nothing.
struct BreachFilter {
  std::optional<absl::Time> from;
  std::optional<absl::Time> until;
};

struct BreachPage {
  std::vector<AssessedCase> cases;  // Newest awareness first.
  std::string next;
  int64_t total = 0;
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached. A case is named by UUID
// or human number; NOT_FOUND (CASE_NOT_FOUND) when there is none or it is not visible.
class AssessmentStore {
 public:
  virtual ~AssessmentStore() = default;

  virtual absl::StatusOr<AssessedCase> Get(const std::string& tenant, const std::string& reference,
                                           const Visibility& visibility) = 0;

  // What the answers are to be, given the case. May be called more than once.
  using Decide = std::function<absl::StatusOr<Answers>(const CaseRecord&)>;

  // Locks a case, lets `decide` say what holds, assesses it anew, and writes answers, duties, events,
  // decisions and audit record in one transaction; nothing when the answers are as before. Returns
  // the case before and after. Errors: as Get; FAILED_PRECONDITION (CASE_ERASED); ABORTED
  // (ASSESSMENT_CHANGED) when `etag` is given and not of this version; those of `decide`.
  struct Answered {
    AssessedCase after;
    v1::StoredResults before;
  };
  virtual absl::StatusOr<Answered> Answer(const std::string& tenant, const std::string& reference,
                                          const Visibility& visibility, const std::string& etag,
                                          const Decide& decide, const std::string& person,
                                          const organisation::Organisation& organisation,
                                          const audit::Record& trace) = 0;

  // At most `limit` decisions about a case after `key`. INVALID_ARGUMENT naming `page_token` for a key
  // that is none.
  virtual absl::StatusOr<DecisionPage> ListDecisions(const std::string& tenant,
                                                     const std::string& reference,
                                                     const Visibility& visibility,
                                                     const std::string& key, int limit) = 0;

  // At most `limit` cases that are documented, after `key`.
  virtual absl::StatusOr<BreachPage> ListBreaches(const std::string& tenant,
                                                  const Visibility& visibility,
                                                  const BreachFilter& filter,
                                                  const std::string& key, int limit) = 0;
};

// The version as the API shows it.
std::string EtagOf(const CaseRecord& record);

}  // namespace avvik::escalation
