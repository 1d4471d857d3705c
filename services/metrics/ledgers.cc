#include "services/metrics/ledgers.h"

#include <utility>
#include <vector>

#include "common/status/macros.h"
#include "services/metrics/errors.h"

namespace avvik::metrics {

// What a reading of the store brings: a few changes, kept aside until nobody reads the ledgers, or a whole
// new set of ledgers.
class Ledgers::Changes final : public FigureSink {
 public:
  void BeginAnew() override {
    anew_ = true;
    changes_.clear();
    fresh_.clear();
  }
  void Take(const ReportFigure& report) override {
    Later(report.heading.tenant, [report](Ledger& ledger) { ledger.PutReport(report); });
  }
  void Take(const CaseFigure& figure) override {
    Later(figure.heading.tenant, [figure](Ledger& ledger) { ledger.PutCase(figure); });
  }
  void TakeDuties(const std::string& tenant, CaseNumber number,
                  std::span<const DutyFigure> duties) override {
    Later(tenant, [number, kept = std::vector(duties.begin(), duties.end())](Ledger& ledger) {
      ledger.PutDuties(number, kept);
    });
  }
  void TakeNotices(const std::string& tenant, CaseNumber number,
                   const NoticeCounts& counts) override {
    Later(tenant, [number, counts](Ledger& ledger) { ledger.PutNotices(number, counts); });
  }

  void TakeMeasures(const std::string& tenant, CaseNumber number,
                    std::span<const MeasureFigure> measures) override {
    Later(tenant, [number, kept = std::vector(measures.begin(), measures.end())](Ledger& ledger) {
      ledger.PutMeasures(number, kept);
    });
  }

  bool empty() const { return !anew_ && changes_.empty(); }

  // Brings the changes into the ledgers; nobody may read them meanwhile.
  void MoveTo(ByTenant* ledgers) {
    if (anew_) {
      // A ledger's months stay in the zone they are read in.
      for (auto& [tenant, ledger] : fresh_) {
        if (const auto old = ledgers->find(tenant); old != ledgers->end()) {
          ledger.SetZone(old->second.zone());
        }
      }
      ledgers->swap(fresh_);
    }
    for (const auto& [tenant, change] : changes_) change((*ledgers)[tenant]);
  }

 private:
  template <typename Change>
  void Later(const std::string& tenant, Change change) {
    if (anew_) {
      change(fresh_[tenant]);
    } else {
      changes_.emplace_back(tenant, std::move(change));
    }
  }

  bool anew_ = false;
  ByTenant fresh_;
  std::vector<std::pair<std::string, std::function<void(Ledger&)>>> changes_;
};

absl::StatusOr<int64_t> Ledgers::CatchUp(absl::Time deadline) {
  const int64_t ticket = tickets_.fetch_add(1);
  std::unique_lock turn(catch_up_mutex_, absl::ToChronoTime(deadline));
  if (!turn.owns_lock()) return error::FiguresBusy();
  if (ticket < served_) return version_.load();

  const int64_t served = tickets_.load();
  const int64_t as_of = absl::ToUnixMicros(clock_.Now());
  Changes changes;
  AVVIK_ASSIGN_OR_RETURN(seen_, store_.ReadChanges(seen_, changes, deadline));
  served_ = served;
  // Readers need not be waited for when they read the newest already.
  std::unique_lock lock(mutex_, std::defer_lock);
  if (!changes.empty()) {
    lock.lock();
    changes.MoveTo(&ledgers_);
    ++version_;
  }
  as_of_ = as_of;
  return version_.load();
}

absl::Status Ledgers::Read(const std::string& tenant, absl::TimeZone zone, absl::Time deadline,
                           const Reading& reading) {
  AVVIK_RETURN_IF_ERROR(CatchUp(deadline).status());
  while (true) {
    {
      std::shared_lock lock(mutex_);
      const auto found = ledgers_.find(tenant);
      if (found == ledgers_.end()) {
        reading(Ledger(zone), absl::FromUnixMicros(as_of_));
        return absl::OkStatus();
      }
      if (found->second.zone() == zone) {
        reading(found->second, absl::FromUnixMicros(as_of_));
        return absl::OkStatus();
      }
    }
    // A ledger is made before anyone says in which zone it is read.
    std::unique_lock lock(mutex_);
    ledgers_[tenant].SetZone(zone);
  }
}

}  // namespace avvik::metrics
