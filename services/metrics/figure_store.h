// Where figures are kept.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/pg/pool.h"
#include "services/metrics/figures.h"
#include "services/metrics/ledger.h"

namespace avvik::metrics {

// How much of the figures a reader has seen.
struct Seen {
  std::string set;  // Which set of tables; another one after a rebuild.
  int64_t reports = 0;
  int64_t cases = 0;
  int64_t duties = 0;
  int64_t notices = 0;
  int64_t measures = 0;

  friend bool operator==(const Seen&, const Seen&) = default;
};

// Takes what has changed.
class FigureSink {
 public:
  virtual ~FigureSink() = default;

  // What follows is everything there is, and replaces what was known before.
  virtual void BeginAnew() = 0;
  virtual void Take(const ReportFigure& report) = 0;
  virtual void Take(const CaseFigure& figure) = 0;
  // All duties of one deviation.
  virtual void TakeDuties(const std::string& tenant, CaseNumber number,
                          std::span<const DutyFigure> duties) = 0;
  // All notices of one deviation.
  virtual void TakeNotices(const std::string& tenant, CaseNumber number,
                           const NoticeCounts& counts) = 0;
  // All measures of one deviation.
  virtual void TakeMeasures(const std::string& tenant, CaseNumber number,
                            std::span<const MeasureFigure> measures) = 0;
};

// Thread-safe.
class FigureStore {
 public:
  virtual ~FigureStore() = default;

  // Writes a figure in the set of tables that `transaction` works on, unless that has it as new or newer.
  // Errors: those of pg::Connection.
  virtual absl::Status Put(pg::Transaction& transaction, const Figure& figure) = 0;

  // Gives `sink` everything that has changed since `seen`, as of one moment, and answers how much it has seen
  // now. On an error the sink has seen a part, and what it was given is of no use. UNAVAILABLE when the
  // database cannot be reached, RESOURCE_EXHAUSTED when no connection comes free before `deadline`.
  virtual absl::StatusOr<Seen> ReadChanges(const Seen& seen, FigureSink& sink,
                                           absl::Time deadline) = 0;
};

}  // namespace avvik::metrics
