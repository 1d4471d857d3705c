#include "services/metrics/situation.h"

#include <algorithm>
#include <queue>
#include <string>
#include <tuple>
#include <utility>

#include "common/rpc/time.h"
#include "services/metrics/groups.h"
#include "services/metrics/indicators.h"
#include "services/metrics/suppression.h"
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
// Months in a trend.
constexpr int32_t kTrendMonths = 24;
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

// Reports and cases of each unit by itself, with everything but the unit asked for narrowing them.
struct CountsByUnit {
  UnitCounts reports;
  UnitCounts cases;
};

CountsByUnit CountByUnit(const Ledger& ledger, const View& view) {
  View whole = view;
  whole.units = view.reach;
  const Selection selection(ledger, whole);
  std::vector<std::pair<int64_t, int64_t>> counts(ledger.units().size());
  for (const Line& line : ledger.lines()) {
    if (!selection.Shows(line)) continue;
    counts[line.unit].first += line.has_report ? 1 : 0;
    counts[line.unit].second += line.has_case ? 1 : 0;
  }
  CountsByUnit by_unit;
  for (size_t i = 0; i < counts.size(); ++i) {
    const std::string name = i == 0 ? kNoGroup : ledger.units()[i];
    if (counts[i].first > 0) by_unit.reports[name] = counts[i].first;
    if (counts[i].second > 0) by_unit.cases[name] = counts[i].second;
  }
  return by_unit;
}

// Units of which nothing is shown to whom figures of small groups are withheld.
WithheldUnits WithheldOf(const View& view, const CountsByUnit& counts) {
  WithheldUnits withheld = WithholdUnits(view.tree, counts.reports, view.smallest_group);
  const WithheldUnits cases = WithholdUnits(view.tree, counts.cases, view.smallest_group);
  withheld.own.insert(cases.own.begin(), cases.own.end());
  withheld.totals.insert(cases.totals.begin(), cases.totals.end());
  return withheld;
}

// Whether the unit asked for is one of them as a whole. A unit that is gone has nothing below it.
bool IsWithheld(const View& view, const WithheldUnits& withheld) {
  const bool there =
      std::any_of(view.tree.begin(), view.tree.end(),
                  [&](const PlacedUnit& unit) { return unit.id == view.unit; });
  return (there ? withheld.totals : withheld.own).contains(view.unit);
}

void AddRates(const View& view, const UnitCounts& reports, v1::Situation* situation) {
  const std::map<std::string, int64_t> totals = TotalsOf(view.tree, reports);
  for (const PlacedUnit& unit : view.tree) {
    const bool shown = !view.units.has_value() ||
                       std::binary_search(view.units->begin(), view.units->end(), unit.id);
    if (!shown || unit.employees <= 0) continue;
    const int64_t total = totals.at(unit.id);
    v1::UnitRate* rate = situation->add_report_rates();
    rate->set_unit(unit.id);
    rate->set_employees(unit.employees);
    rate->set_reports(total);
    rate->set_per_100(100.0 * static_cast<double>(total) / unit.employees);
  }
}

// The main indicators month by month, whatever month the view begins with.
class Trends {
 public:
  Trends(const Ledger& ledger, const View& view, absl::Time now)
      : last_(LastMonth(ledger, view, now)),
        selection_(ledger, Through(view, last_)),
        tallies_(kTrendMonths) {}

  bool Shows(const Line& line) const { return selection_.Shows(line); }
  // A line that it shows.
  void Add(const Line& line, const StageCounts& stages) {
    tallies_[static_cast<size_t>(line.month - last_ + kTrendMonths - 1)].Add(line, stages);
  }

  void Write(v1::Situation* situation) const {
    for (const char* id : {"reports", "cases", "closed_cases", "time_to_acknowledge_median",
                           "time_to_close_median", "stages_met_share"}) {
      const auto indicators = Indicators();
      const auto indicator =
          std::find_if(indicators.begin(), indicators.end(),
                       [id](const Indicator& one) { return std::string(one.id) == id; });
      v1::Trend* trend = situation->add_trends();
      trend->set_id(id);
      trend->set_unit(indicator->unit);
      for (int i = 0; i < kTrendMonths; ++i) {
        const Reading reading = indicator->read(tallies_[static_cast<size_t>(i)]);
        v1::TrendPoint* point = trend->add_points();
        point->set_month(MonthText(last_ - kTrendMonths + 1 + i));
        point->set_observations(reading.observations);
        if (reading.value.has_value()) point->set_value(*reading.value);
      }
    }
  }

 private:
  static int32_t LastMonth(const Ledger& ledger, const View& view, absl::Time now) {
    const absl::CivilMonth month = absl::ToCivilMonth(now, ledger.zone());
    const int32_t present = static_cast<int32_t>(month.year()) * 12 + month.month() - 1;
    return view.months.has_value() ? std::min(view.months->last, present) : present;
  }
  static View Through(View view, int32_t last) {
    view.months = Months{.first = last - kTrendMonths + 1, .last = last};
    return view;
  }

  const int32_t last_;
  const Selection selection_;
  std::vector<Tally> tallies_;
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
    const MeasureCounts measures = CountMeasures(ledger.MeasuresOf(line), moment);
    groups.ForEach(line, [&](size_t group) {
      tallies[group].Add(line, stages, measures);
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
  if (view.smallest_group == 0) return response;
  const WithheldUnits withheld = WithheldOf(view, CountByUnit(ledger, view));
  if (IsWithheld(view, withheld)) {
    WithholdAll(&response);
  } else {
    Withhold(view.smallest_group, breakdown, withheld, &response);
  }
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
  GroupCounter by_cause(ledger, v1::BREAKDOWN_CAUSE);
  Trends trends(ledger, view, now);
  for (const Line& line : ledger.lines()) {
    const bool shown = selection.Shows(line);
    const bool trended = trends.Shows(line);
    if (!shown && !trended) continue;
    const std::span<const LineStage> stages = ledger.StagesOf(line);
    const StageCounts stage_counts = CountStages(stages, moment);
    if (trended) trends.Add(line, stage_counts);
    if (!shown) continue;
    tally.Add(line, stage_counts, CountMeasures(ledger.MeasuresOf(line), moment));
    clocks.Add(line, stages);
    if (!line.has_case) continue;
    by_unit.Add(line.unit, line.open);
    by_system.Add(line.system, line.open);
    by_kind.Add(line.kind, line.open);
    by_month.Add(by_month.groups().MonthGroup(line), line.open);
    heat_map.Add(line);
    ++by_severity[line.severity].first;
    if (!line.open) {
      by_cause.Add(line.cause, false);
      continue;
    }
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
  by_cause.Write(GroupCounter::Order::kMostFirst, situation.mutable_by_cause());
  trends.Write(&situation);
  const CountsByUnit counts = CountByUnit(ledger, view);
  AddRates(view, counts.reports, &situation);
  situation.set_smallest_group(view.smallest_group);
  if (view.smallest_group == 0) return situation;
  const WithheldUnits withheld = WithheldOf(view, counts);
  if (IsWithheld(view, withheld)) {
    WithholdAll(&situation);
  } else {
    Withhold(view.smallest_group, withheld, &situation);
  }
  return situation;
}

}  // namespace avvik::metrics
