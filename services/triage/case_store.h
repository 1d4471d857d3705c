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
