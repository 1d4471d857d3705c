#include "services/metrics/suppression.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>

#include "services/metrics/groups.h"

namespace avvik::metrics {
namespace {

// Indicators that are withheld together: one of them tells of the others.
const char* BlockOf(const std::string& id) {
  static const std::map<std::string, const char*> blocks = {
      {"open_cases", "state"},
      {"closed_cases", "state"},
      {"time_to_close_median", "state"},
      {"time_to_close_p90", "state"},
      {"time_to_acknowledge_median", "acknowledged"},
      {"time_to_acknowledge_p90", "acknowledged"},
      {"stages_due", "stages"},
      {"stages_met_share", "stages"},
      {"overdue_stages", "stages"}};
  const auto found = blocks.find(id);
  return found == blocks.end() ? id.c_str() : found->second;
}

// Groups to withhold so that none of these figures can be computed: of each id by itself, until all agree.
void Spread(int smallest, const std::vector<std::vector<const TableFigure*>>& by_id,
            std::set<std::string>* groups) {
  for (bool more = true; more;) {
    more = false;
    for (const auto& figures : by_id) {
      std::vector<int64_t> parts;
      std::vector<bool> already;
      for (const TableFigure* figure : figures) {
        parts.push_back(figure->observations);
        already.push_back(groups->contains(figure->group));
      }
      const std::vector<bool> withheld = Withheld(parts, smallest, already);
      for (size_t i = 0; i < figures.size(); ++i) {
        if (withheld[i] && groups->insert(figures[i]->group).second) more = true;
      }
    }
  }
}

std::vector<std::vector<const TableFigure*>> ById(
    const std::vector<TableFigure>& figures,
    const std::function<bool(const std::string& id)>& wanted) {
  std::map<std::string, std::vector<const TableFigure*>> by_id;
  for (const TableFigure& figure : figures) {
    if (wanted(figure.id)) by_id[figure.id].push_back(&figure);
  }
  std::vector<std::vector<const TableFigure*>> all;
  for (auto& [id, list] : by_id) all.push_back(std::move(list));
  return all;
}

void Clear(v1::Indicator* indicator) {
  indicator->clear_value();
  indicator->clear_observations();
  indicator->set_suppressed(true);
}

void Clear(v1::GroupCount* count) {
  count->clear_count();
  count->clear_open_count();
  count->set_suppressed(true);
  count->set_open_suppressed(true);
}

// Rows of cases by group.
void WithholdRows(int smallest, const std::set<std::string>& small, bool most_first,
                  google::protobuf::RepeatedPtrField<v1::GroupCount>* rows) {
  std::vector<TableFigure> figures;
  for (const v1::GroupCount& row : *rows) {
    figures.push_back({.id = "cases", .group = row.group(), .observations = row.count()});
    figures.push_back({.id = "open_cases", .group = row.group(), .observations = row.open_count()});
    figures.push_back({.id = "closed_cases",
                       .group = row.group(),
                       .observations = row.count() - row.open_count()});
  }
  WithholdSmall(smallest, small, &figures);
  for (int i = 0; i < rows->size(); ++i) {
    v1::GroupCount* row = rows->Mutable(i);
    const size_t at = static_cast<size_t>(i) * 3;
    if (figures[at].withheld) {
      Clear(row);
    } else if (figures[at + 1].withheld) {
      row->clear_open_count();
      row->set_open_suppressed(true);
    }
  }
  // Their place among those that are shown would tell of them.
  if (!most_first) return;
  const auto shown_end = std::stable_partition(
      rows->pointer_begin(), rows->pointer_end(),
      [](const v1::GroupCount* row) { return !row->suppressed(); });
  std::sort(shown_end, rows->pointer_end(), [](const v1::GroupCount* a, const v1::GroupCount* b) {
    return a->group() < b->group();
  });
}

// Counts of one kind only, whose total is an indicator.
void WithholdCounts(int smallest, google::protobuf::RepeatedPtrField<v1::GroupCount>* rows) {
  std::vector<int64_t> parts;
  for (const v1::GroupCount& row : *rows) parts.push_back(row.count());
  const std::vector<bool> withheld = Withheld(parts, smallest);
  for (int i = 0; i < rows->size(); ++i) {
    if (withheld[static_cast<size_t>(i)]) Clear(rows->Mutable(i));
  }
}

void WithholdHeatMap(int smallest, const std::set<std::string>& small, v1::Situation* situation) {
  std::vector<TableFigure> figures;
  for (const v1::HeatCell& cell : situation->heat_map()) {
    figures.push_back({.id = type::v1::SecurityProperty_Name(cell.property()),
                       .group = cell.unit(),
                       .observations = cell.count()});
  }
  WithholdSmall(smallest, small, &figures);
  for (int i = 0; i < situation->heat_map_size(); ++i) {
    if (!figures[static_cast<size_t>(i)].withheld) continue;
    v1::HeatCell* cell = situation->mutable_heat_map(i);
    cell->clear_count();
    cell->clear_highest_level();
    cell->set_suppressed(true);
  }
}

void WithholdTrends(int smallest, v1::Situation* situation) {
  std::vector<TableFigure> figures;
  for (const v1::Trend& trend : situation->trends()) {
    for (const v1::TrendPoint& point : trend.points()) {
      figures.push_back(
          {.id = trend.id(), .group = point.month(), .observations = point.observations()});
    }
  }
  WithholdSmall(smallest, {}, &figures);
  size_t at = 0;
  for (v1::Trend& trend : *situation->mutable_trends()) {
    for (v1::TrendPoint& point : *trend.mutable_points()) {
      if (!figures[at++].withheld) continue;
      point.clear_value();
      point.clear_observations();
      point.set_suppressed(true);
    }
  }
}

void WithholdIndicators(int smallest, const std::set<std::string>& small,
                        google::protobuf::RepeatedPtrField<v1::Indicator>* indicators) {
  std::vector<TableFigure> figures;
  for (const v1::Indicator& indicator : *indicators) {
    figures.push_back({.id = indicator.id(),
                       .group = indicator.group(),
                       .observations = indicator.observations()});
  }
  WithholdSmall(smallest, small, &figures);
  for (int i = 0; i < indicators->size(); ++i) {
    if (figures[static_cast<size_t>(i)].withheld) Clear(indicators->Mutable(i));
  }
}

}  // namespace

std::vector<bool> Withheld(std::span<const int64_t> parts, int smallest,
                           std::vector<bool> already) {
  std::vector<bool> withheld = std::move(already);
  withheld.resize(parts.size());
  int64_t sum = 0;
  int count = 0;
  std::vector<size_t> others;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == 0) continue;
    if (parts[i] < smallest) withheld[i] = true;
    if (withheld[i]) {
      sum += parts[i];
      ++count;
    } else {
      others.push_back(i);
    }
  }
  if (count == 0) return withheld;
  std::stable_sort(others.begin(), others.end(),
                   [&](size_t a, size_t b) { return parts[a] < parts[b]; });
  for (const size_t next : others) {
    if (count >= 2 && sum >= smallest) break;
    withheld[next] = true;
    sum += parts[next];
    ++count;
  }
  return withheld;
}

void WithholdSmall(int smallest, const std::set<std::string>& small,
                   std::vector<TableFigure>* figures) {
  const auto is_size = [](const std::string& id) { return id == "cases" || id == "reports"; };
  std::set<std::string> nothing_of = small;
  Spread(smallest, ById(*figures, is_size), &nothing_of);
  std::set<std::string> blocks;
  for (const TableFigure& figure : *figures) blocks.insert(BlockOf(figure.id));
  for (const std::string& block : blocks) {
    std::set<std::string> groups = nothing_of;
    Spread(smallest, ById(*figures, [&](const std::string& id) { return BlockOf(id) == block; }),
           &groups);
    for (TableFigure& figure : *figures) {
      if (BlockOf(figure.id) == block && groups.contains(figure.group)) figure.withheld = true;
    }
  }
}

std::map<std::string, int64_t> TotalsOf(std::span<const PlacedUnit> tree,
                                        const UnitCounts& counts) {
  std::map<std::string, int64_t> totals;
  std::map<std::string, std::string> above;
  for (const PlacedUnit& unit : tree) {
    totals[unit.id];
    above[unit.id] = unit.parent;
  }
  for (const auto& [unit, count] : counts) {
    for (auto at = above.find(unit); at != above.end(); at = above.find(at->second)) {
      totals[at->first] += count;
    }
  }
  return totals;
}

WithheldUnits WithholdUnits(std::span<const PlacedUnit> tree, const UnitCounts& counts,
                            int smallest) {
  // Each sum: a unit's total, or the whole (an empty name), with its parts: what is the unit's own
  // (`true`) and the totals of those directly below.
  using Part = std::pair<std::string, bool>;
  const std::map<std::string, int64_t> totals = TotalsOf(tree, counts);
  std::map<std::string, std::vector<Part>> sums;
  for (const PlacedUnit& unit : tree) {
    sums[unit.id].push_back({unit.id, true});
    sums[totals.contains(unit.parent) ? unit.parent : ""].push_back({unit.id, false});
  }
  for (const auto& [unit, count] : counts) {
    if (!totals.contains(unit)) sums[""].push_back({unit, true});
  }
  WithheldUnits withheld;
  const auto value = [&](const Part& part) {
    if (!part.second) return totals.at(part.first);
    const auto own = counts.find(part.first);
    return own == counts.end() ? int64_t{0} : own->second;
  };
  const auto is_withheld = [&](const Part& part) {
    return (part.second ? withheld.own : withheld.totals).contains(part.first);
  };
  const auto withhold = [&](const Part& part) {
    return (part.second ? withheld.own : withheld.totals).insert(part.first).second;
  };
  for (bool more = true; more;) {
    more = false;
    for (const auto& [unit, parts] : sums) {
      std::vector<int64_t> values;
      std::vector<bool> already;
      for (const Part& part : parts) {
        values.push_back(value(part));
        already.push_back(is_withheld(part));
      }
      const bool total_withheld = withheld.totals.contains(unit);
      if (total_withheld && std::find(already.begin(), already.end(), true) == already.end()) {
        // The total is the sum of what is shown: one of its parts goes with it.
        size_t least = parts.size();
        for (size_t i = 0; i < parts.size(); ++i) {
          if (values[i] > 0 && (least == parts.size() || values[i] < values[least])) least = i;
        }
        if (least < parts.size()) already[least] = true;
      }
      const std::vector<bool> next =
          total_withheld ? [&] {
            std::vector<bool> small = already;
            for (size_t i = 0; i < values.size(); ++i) {
              if (values[i] > 0 && values[i] < smallest) small[i] = true;
            }
            return small;
          }()
                         : Withheld(values, smallest, already);
      for (size_t i = 0; i < parts.size(); ++i) {
        if (next[i] && withhold(parts[i])) more = true;
      }
      // A unit without anything below it is the same as its own.
      if (!unit.empty()) {
        const int64_t total = totals.at(unit);
        const bool alone = value({unit, true}) == total;
        if (alone && withheld.own.contains(unit) && withhold({unit, false})) more = true;
        if (alone && withheld.totals.contains(unit) && withhold({unit, true})) more = true;
      }
    }
  }
  return withheld;
}

void Withhold(int smallest, v1::Breakdown breakdown, const WithheldUnits& units,
              v1::ListIndicatorsResponse* response) {
  static const std::set<std::string> kNone;
  WithholdIndicators(smallest, breakdown == v1::BREAKDOWN_UNIT ? units.own : kNone,
                     response->mutable_indicators());
}

void Withhold(int smallest, const WithheldUnits& units, v1::Situation* situation) {
  WithholdIndicators(smallest, {}, situation->mutable_indicators());
  WithholdRows(smallest, units.own, true, situation->mutable_by_unit());
  WithholdRows(smallest, {}, true, situation->mutable_by_system());
  WithholdRows(smallest, {}, false, situation->mutable_by_kind());
  WithholdRows(smallest, {}, false, situation->mutable_by_severity());
  WithholdRows(smallest, {}, false, situation->mutable_by_month());
  WithholdCounts(smallest, situation->mutable_open_by_age());
  WithholdCounts(smallest, situation->mutable_by_cause());
  std::set<std::string> small = units.own;
  for (const v1::GroupCount& row : situation->by_unit()) {
    if (row.suppressed()) small.insert(row.group());
  }
  WithholdHeatMap(smallest, small, situation);
  WithholdTrends(smallest, situation);
  for (v1::UnitRate& rate : *situation->mutable_report_rates()) {
    if (!units.totals.contains(rate.unit())) continue;
    rate.clear_reports();
    rate.clear_per_100();
    rate.set_suppressed(true);
  }
}

void WithholdAll(v1::ListIndicatorsResponse* response) {
  for (v1::Indicator& indicator : *response->mutable_indicators()) Clear(&indicator);
}

void WithholdAll(v1::Situation* situation) {
  for (v1::Indicator& indicator : *situation->mutable_indicators()) Clear(&indicator);
  for (auto* rows : {situation->mutable_by_unit(), situation->mutable_by_system(),
                     situation->mutable_by_kind(), situation->mutable_by_severity(),
                     situation->mutable_by_month(), situation->mutable_open_by_age(),
                     situation->mutable_by_cause()}) {
    rows->Clear();
  }
  situation->clear_heat_map();
  situation->clear_clocks();
  situation->clear_report_rates();
  situation->clear_trends();
}

}  // namespace avvik::metrics
