#include "services/metrics/view.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/metrics/errors.h"
#include "services/metrics/suppression.h"

namespace avvik::metrics {
namespace {

absl::StatusOr<std::optional<Months>> MonthsOf(const v1::FigureFilter& filter) {
  if (filter.from_month().empty() && filter.to_month().empty()) return std::optional<Months>();
  Months months = {.first = 0, .last = std::numeric_limits<int32_t>::max()};
  std::vector<status::FieldViolation> wrong;
  for (const auto& [field, text, bound] :
       {std::tuple("filter.from_month", filter.from_month(), &months.first),
        std::tuple("filter.to_month", filter.to_month(), &months.last)}) {
    if (text.empty()) continue;
    const std::optional<int32_t> month = ParseMonth(text);
    if (month.has_value()) {
      *bound = *month;
    } else {
      wrong.push_back({field, "must be a month such as `2026-11`"});
    }
  }
  if (wrong.empty() && months.last < months.first) {
    wrong.push_back({"filter.to_month", "must not be before `filter.from_month`"});
  }
  if (!wrong.empty()) return status::InvalidFields(wrong);
  return std::optional(months);
}

// The widest extent of a grant, and the spheres of which it holds.
struct Widest {
  organisation::Extent extent;
  std::vector<organisation::Sphere> spheres;
};

Widest WidestOf(const organisation::Grant& grant) {
  Widest widest;
  for (const auto& [sphere, extent] : grant.spheres) {
    if (extent.everything > widest.extent.everything || widest.spheres.empty()) {
      widest = {extent, {}};
    }
    if (extent == widest.extent) widest.spheres.push_back(sphere);
  }
  return widest;
}

// What the caller may see of the unit asked for and everything below.
absl::StatusOr<std::optional<std::vector<std::string>>> UnitsOf(
    const std::string& unit, const organisation::Extent& extent,
    const organisation::Organisation& organisation) {
  std::vector<std::string> units;
  if (extent.everything) {
    if (unit.empty()) return std::optional<std::vector<std::string>>();
    units = organisation.Subtree(unit);
    // A unit that is gone may still have cases.
    if (units.empty()) units = {unit};
  } else if (!extent.units.empty()) {
    for (const std::string& reached : extent.units) {
      if (unit.empty()) {
        const std::vector<std::string> below = organisation.Subtree(reached);
        units.insert(units.end(), below.begin(), below.end());
      } else if (organisation.IsBelow(unit, reached)) {
        units = organisation.Subtree(unit);
      }
    }
    if (units.empty() && !unit.empty()) return error::UnitOutOfReach(unit);
  }
  if (units.empty()) return error::NoUnitInReach();
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
  return std::optional(std::move(units));
}

// Whether the grant reaches everything in these units and spheres.
bool ReachesAll(const organisation::Grant& grant,
                const std::optional<std::vector<std::string>>& units,
                const std::vector<organisation::Sphere>& spheres,
                const organisation::Organisation& organisation) {
  return std::all_of(spheres.begin(), spheres.end(), [&](const organisation::Sphere sphere) {
    const auto found = grant.spheres.find(sphere);
    if (found == grant.spheres.end()) return false;
    const organisation::Extent& extent = found->second;
    if (extent.everything) return true;
    if (!units.has_value()) return false;
    return std::all_of(units->begin(), units->end(), [&](const std::string& unit) {
      return std::any_of(extent.units.begin(), extent.units.end(), [&](const std::string& above) {
        return organisation.IsBelow(unit, above);
      });
    });
  });
}

}  // namespace

std::optional<int32_t> ParseMonth(const std::string& text) {
  if (text.size() != 7 || text[4] != '-') return std::nullopt;
  for (const size_t i : {0, 1, 2, 3, 5, 6}) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  }
  int32_t year = 0;
  int32_t month = 0;
  std::from_chars(text.data(), text.data() + 4, year);
  std::from_chars(text.data() + 5, text.data() + 7, month);
  if (month < 1 || month > 12) return std::nullopt;
  return year * 12 + month - 1;
}

std::string MonthText(int32_t month) {
  return fmt::format("{:04}-{:02}", month / 12, month % 12 + 1);
}

absl::StatusOr<View> MakeView(const v1::FigureFilter& filter, const organisation::Grant& grant,
                              const organisation::Grant& cases,
                              const organisation::Organisation& organisation) {
  View view;
  view.tenant = organisation.tenant();
  view.zone = organisation.time_zone().name();
  Widest widest = WidestOf(grant);
  AVVIK_ASSIGN_OR_RETURN(view.units, UnitsOf(filter.unit(), widest.extent, organisation));
  view.unit = filter.unit();
  AVVIK_ASSIGN_OR_RETURN(view.reach, UnitsOf("", widest.extent, organisation));
  for (const organisation::v1::Unit& unit : organisation.proto().units()) {
    const bool shown = !view.reach.has_value() ||
                       std::binary_search(view.reach->begin(), view.reach->end(), unit.id());
    if (shown) view.tree.push_back({unit.id(), unit.parent(), unit.employees()});
  }
  if (!ReachesAll(cases, view.units, widest.spheres, organisation)) {
    view.smallest_group = kSmallestGroup;
  }
  view.spheres = std::move(widest.spheres);
  view.system = filter.system();
  view.kind = filter.kind();
  view.property = filter.property();
  AVVIK_ASSIGN_OR_RETURN(view.months, MonthsOf(filter));
  return view;
}

}  // namespace avvik::metrics
