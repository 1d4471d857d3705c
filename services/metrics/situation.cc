#include "services/metrics/situation.h"

#include <algorithm>
#include <queue>
#include <string>
#include <tuple>
#include <utility>

#include "common/rpc/time.h"
#include "services/metrics/groups.h"
#include "services/metrics/indicators.h"
#include "services/metrics/tally.h"

namespace avvik::metrics {
namespace {

// Open cases by age: the last whole day of each bucket.
struct AgeBucket {
  const char* name;
  int64_t last_day;
};
constexpr AgeBucket kAges[] = {{"0-1", 1},
                               {"2-7", 7},
                               {"8-30", 30},
                               {"31-90", 90},
                               {"91-", std::numeric_limits<int64_t>::max()}};
constexpr int64_t kMicrosPerDay = 86'400'000'000;

void AddIndicators(const Tally& tally, const std::string& group,
                   google::protobuf::RepeatedPtrField<v1::Indicator>* indicators) {
  for (const Indicator& indicator : Indicators()) {
    const Reading reading = indicator.read(tally);
    v1::Indicator* added = indicators->Add();
    added->set_id(indicator.id);
    added->set_unit(indicator.unit);
    added->set_observations(reading.observations);
    added->set_group(group);
    if (reading.value.has_value()) added->set_value(*reading.value);
  }
}

// Cases by group, as the lines pass by.
class GroupCounter {
 public:
  GroupCounter(const Ledger& ledger, v1::Breakdown breakdown)
      : groups_(ledger, breakdown), counts_(groups_.size()) {}

  void Add(size_t group, bool open) {
    ++counts_[group].cases;
    counts_[group].open += open ? 1 : 0;
  }
  const Groups& groups() const { return groups_; }

  enum class Order { kByName, kMostFirst };
  void Write(Order order, google::protobuf::RepeatedPtrField<v1::GroupCount>* out) const {
    std::vector<size_t> shown = groups_.InOrder();
    if (order == Order::kMostFirst) {
      std::stable_sort(shown.begin(), shown.end(), [this](size_t a, size_t b) {
        return counts_[a].cases > counts_[b].cases;
      });
    }
    for (const size_t group : shown) {
      if (counts_[group].cases == 0) continue;
      v1::GroupCount* count = out->Add();
      count->set_group(groups_.NameOf(group));
      count->set_count(counts_[group].cases);
      count->set_open_count(counts_[group].open);
    }
  }

 private:
  struct Counts {
    int64_t cases = 0;
    int64_t open = 0;
  };
  const Groups groups_;
  std::vector<Counts> counts_;
};

// Unit × property.
class HeatMap {
 public:
  explicit HeatMap(const Ledger& ledger)
      : units_(ledger, v1::BREAKDOWN_UNIT), cells_(units_.size() * kProperties) {}

  void Add(const Line& line) {
    for (size_t i = 0; i < kProperties; ++i) {
      if (line.levels[i] == kNotHit) continue;
      Cell& cell = cells_[line.unit * kProperties + i];
      ++cell.cases;
      cell.highest = std::max(cell.highest, line.levels[i]);
    }
  }

  void Write(v1::Situation* situation) const {
    for (const size_t unit : units_.InOrder()) {
      for (size_t i = 0; i < kProperties; ++i) {
        const Cell& cell = cells_[unit * kProperties + i];
        if (cell.cases == 0) continue;
        v1::HeatCell* written = situation->add_heat_map();
        written->set_unit(units_.NameOf(unit));
        written->set_property(static_cast<type::v1::SecurityProperty>(i + 1));
        written->set_count(cell.cases);
        written->set_highest_level(cell.highest);
      }
    }
  }

 private:
  struct Cell {
    int64_t cases = 0;
    int8_t highest = 0;
  };
  const Groups units_;
  std::vector<Cell> cells_;
};

// The clocks with the earliest targets.
class UrgentClocks {
 public:
  explicit UrgentClocks(const Ledger& ledger) : ledger_(ledger) {}

  void Add(const Line& line, std::span<const LineStage> stages) {
    for (const LineStage& stage : stages) {
      if (stage.standing != LineStage::Standing::kToDo || stage.target == kUnset) continue;
      if (kept_.size() == kMostClocks && stage.target > kept_.top().stage->target) continue;
      kept_.push({&line, &stage});
      if (kept_.size() > kMostClocks) kept_.pop();
    }
  }

  void Write(int64_t now, v1::Situation* situation) {
    std::vector<Clock> clocks;
    for (; !kept_.empty(); kept_.pop()) clocks.push_back(kept_.top());
    std::reverse(clocks.begin(), clocks.end());
    for (const Clock& clock : clocks) {
      v1::RunningClock* written = situation->add_clocks();
      written->set_number(ledger_.NumberOf(*clock.line).ToText());
      written->set_duty_id(clock.stage->duty_id.data(), clock.stage->duty_id.size());
      written->set_regime(ledger_.regimes()[clock.stage->regime]);
      written->set_stage(ledger_.stage_names()[clock.stage->stage]);
      *written->mutable_target_time() =
          rpc::ToProtoTime(absl::FromUnixMicros(clock.stage->target));
      written->set_overdue(IsOverdue(*clock.stage, now));
    }
  }

 private:
  struct Clock {
    const Line* line;
    const LineStage* stage;

    // Least urgent on top. Equal targets go by duty and stage, so that the choice is always the same.
    auto Key() const { return std::tie(stage->target, stage->duty_id, stage->stage); }
    bool operator<(const Clock& other) const { return Key() < other.Key(); }
  };

  const Ledger& ledger_;
  std::priority_queue<Clock> kept_;
};

}  // namespace

v1::ListIndicatorsResponse ListIndicators(const Ledger& ledger, const View& view,
                                          v1::Breakdown breakdown, absl::Time now) {
  const int64_t moment = absl::ToUnixMicros(now);
  const Selection selection(ledger, view);
  const Groups groups(ledger, breakdown);
  std::vector<Tally> tallies(groups.size());
  // What is not split is one group even when it is empty.
  std::vector<bool> used(groups.size(), breakdown == v1::BREAKDOWN_UNSPECIFIED);
  for (const Line& line : ledger.lines()) {
    if (!selection.Shows(line)) continue;
    const StageCounts stages = CountStages(ledger.StagesOf(line), moment);
    groups.ForEach(line, [&](size_t group) {
      tallies[group].Add(line, stages);
      used[group] = true;
    });
  }
  v1::ListIndicatorsResponse response;
  for (const size_t group : groups.InOrder()) {
    if (used[group]) {
      AddIndicators(tallies[group], groups.NameOf(group), response.mutable_indicators());
    }
  }
  *response.mutable_as_of_time() = rpc::ToProtoTime(now);
  return response;
}

v1::Situation MakeSituation(const Ledger& ledger, const View& view, absl::Time now) {
  const int64_t moment = absl::ToUnixMicros(now);
  const Selection selection(ledger, view);
  Tally tally;
  tally.Reserve(ledger.lines().size());
  GroupCounter by_unit(ledger, v1::BREAKDOWN_UNIT);
  GroupCounter by_system(ledger, v1::BREAKDOWN_SYSTEM);
  GroupCounter by_kind(ledger, v1::BREAKDOWN_KIND);
  GroupCounter by_month(ledger, v1::BREAKDOWN_MONTH);
  std::array<std::pair<int64_t, int64_t>, type::v1::Severity_ARRAYSIZE> by_severity = {};
  std::array<int64_t, std::size(kAges)> ages = {};
  HeatMap heat_map(ledger);
  UrgentClocks clocks(ledger);
  for (const Line& line : ledger.lines()) {
    if (!selection.Shows(line)) continue;
    const std::span<const LineStage> stages = ledger.StagesOf(line);
    tally.Add(line, CountStages(stages, moment));
    clocks.Add(line, stages);
    if (!line.has_case) continue;
    by_unit.Add(line.unit, line.open);
    by_system.Add(line.system, line.open);
    by_kind.Add(line.kind, line.open);
    by_month.Add(by_month.groups().MonthGroup(line), line.open);
    heat_map.Add(line);
    ++by_severity[line.severity].first;
    if (!line.open) continue;
    ++by_severity[line.severity].second;
    const int64_t days = (moment - line.opened) / kMicrosPerDay;
    size_t age = 0;
    while (days > kAges[age].last_day) ++age;
    ++ages[age];
  }

  v1::Situation situation;
  *situation.mutable_as_of_time() = rpc::ToProtoTime(now);
  AddIndicators(tally, "", situation.mutable_indicators());
  by_unit.Write(GroupCounter::Order::kMostFirst, situation.mutable_by_unit());
  by_system.Write(GroupCounter::Order::kMostFirst, situation.mutable_by_system());
  by_kind.Write(GroupCounter::Order::kByName, situation.mutable_by_kind());
  by_month.Write(GroupCounter::Order::kByName, situation.mutable_by_month());
  heat_map.Write(&situation);
  clocks.Write(moment, &situation);
  for (size_t i = 1; i <= by_severity.size(); ++i) {
    const size_t severity = i % by_severity.size();  // Not said comes last.
    const auto& [cases, open] = by_severity[severity];
    if (cases == 0) continue;
    v1::GroupCount* count = situation.add_by_severity();
    count->set_group(severity == 0 ? kNoGroup : type::v1::Severity_Name(static_cast<int>(severity)));
    count->set_count(cases);
    count->set_open_count(open);
  }
  for (size_t i = 0; i < std::size(kAges); ++i) {
    v1::GroupCount* count = situation.add_open_by_age();
    count->set_group(kAges[i].name);
    count->set_count(ages[i]);
    count->set_open_count(ages[i]);
  }
  return situation;
}

}  // namespace avvik::metrics
