// Where measures are kept.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "services/triage/case_store.h"
#include "services/triage/measure.h"

namespace avvik::triage {

// What a list is narrowed to; what is empty does not narrow.
struct MeasureFilter {
  std::vector<v1::MeasureState> states;
  std::vector<std::string> units;                        // Of the case.
  std::optional<std::vector<std::string>> owner_keys;    // Any of these (OwnerKey).
  std::optional<absl::Time> due_before;
};

// Where a page ended: by due time, then by id.
struct MeasurePlace {
  std::optional<absl::Time> due;
  std::string id;
};

struct MeasurePage {
  std::vector<Measure> measures;
  bool more = false;
  int64_t total = 0;
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached. A measure is visible with its case.
class MeasureStore {
 public:
  virtual ~MeasureStore() = default;

  // NOT_FOUND (MEASURE_NOT_FOUND) when it does not exist or is not visible.
  virtual absl::StatusOr<Measure> Get(const std::string& tenant, const std::string& id,
                                      const Visibility& visibility) = 0;

  // At most `limit` measures of a case after the one with id `after`, by id, and which case it is. NOT_FOUND
  // (CASE_NOT_FOUND) when there is no such case.
  struct OfCase {
    std::string case_id;
    MeasurePage page;
  };
  virtual absl::StatusOr<OfCase> ListOfCase(const std::string& tenant, const std::string& reference,
                                            const Visibility& visibility, const std::string& after,
                                            int limit) = 0;

  // At most `limit` measures behind `after`, by due time, without one last.
  virtual absl::StatusOr<MeasurePage> List(const std::string& tenant, const Visibility& visibility,
                                           const MeasureFilter& filter,
                                           const std::optional<MeasurePlace>& after, int limit) = 0;

  // Locks the case, lets `decide` decide a measure, and writes both with audit record and event in one
  // transaction. A repeat of `request_id` by the same actor gives the measure decided then. NOT_FOUND;
  // FAILED_PRECONDITION (CASE_ERASED); the errors of `decide`.
  virtual absl::StatusOr<Measure> Decide(const std::string& tenant, const std::string& reference,
                                         const Visibility& visibility,
                                         const std::string& request_id, const audit::Record& trace,
                                         const MeasureDecision& decide) = 0;

  // The same for a measure that is there.
  virtual absl::StatusOr<Measure> Change(const std::string& tenant, const std::string& id,
                                         const Visibility& visibility, const audit::Record& trace,
                                         const MeasureFurtherDecision& decide) = 0;
};

}  // namespace avvik::triage
