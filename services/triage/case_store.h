// Where cases are kept.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/organisation/rights.h"
#include "services/triage/case.h"
#include "services/triage/measure.h"

namespace avvik::triage {

using organisation::Visibility;

// What a list is narrowed to; what is empty or unspecified does not narrow.
struct CaseFilter {
  std::vector<v1::CaseState> states;
  std::vector<std::string> units;
  std::string system;
  std::string owner;
  type::v1::Severity minimum_severity = type::v1::SEVERITY_UNSPECIFIED;
};

struct CasePage {
  std::vector<Case> cases;  // Newest first, without notes.
  bool more = false;
  int64_t total = 0;
};

// Decides on a change from the case as it stands.
using Decision = std::function<absl::StatusOr<CaseChange>(Case)>;

// What was, or would be, handed over.
struct HandedOver {
  int64_t cases = 0;
  int64_t owned = 0;
  int64_t owned_open = 0;
  int64_t measures = 0;
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached.
class CaseStore {
 public:
  virtual ~CaseStore() = default;

  // NOT_FOUND when it does not exist or is not visible. `reference` is a UUID or a number.
  virtual absl::StatusOr<Case> Get(const std::string& tenant, const std::string& reference,
                                   const Visibility& visibility) = 0;

  // At most `limit` cases older than the one with id `after`; the newest when it is empty.
  virtual absl::StatusOr<CasePage> List(const std::string& tenant, const Visibility& visibility,
                                        const CaseFilter& filter, const std::string& after,
                                        int limit) = 0;

  // Locks the case, lets `decide` change it, and writes the change with its audit record and event
  // in one transaction. With a `request_id`, the newest note of the change carries it, and a repeat
  // by the same actor gives the case as it is. NOT_FOUND, and the errors of `decide`.
  virtual absl::StatusOr<Case> Change(const std::string& tenant, const std::string& reference,
                                      const Visibility& visibility, const std::string& request_id,
                                      const audit::Record& trace, const Decision& decide) = 0;

  // Lets `decide` change every case in which the person `from` has a part, and then `decide_measure` every open
  // measure that `from` is to do, with an event and an audit record for each, in one transaction; with
  // `validate_only` nothing is written, and measures are only counted. The errors of both.
  virtual absl::StatusOr<HandedOver> HandOver(const std::string& tenant, const std::string& from,
                                              bool validate_only, const audit::Record& trace,
                                              const Decision& decide,
                                              const MeasureFurtherDecision& decide_measure) = 0;
};

}  // namespace avvik::triage
