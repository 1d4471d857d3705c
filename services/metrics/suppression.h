// Which figures are withheld from those who may not read the cases behind them, so that no figure tells of
// fewer than so many, nor lets one be computed that does. Pure.
//
// A figure below the smallest group, and not 0, is withheld. So that it cannot be had from a total and the
// other groups, more are withheld with it, the smallest first, until there are two of them and together they
// are as many as the smallest group. Of a group that has too few cases or reports nothing is shown at all.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "avvik/metrics/v1/metrics.pb.h"
#include "services/metrics/view.h"

namespace avvik::metrics {

// Fewest cases a figure may rest on for who may not read them.
inline constexpr int kSmallestGroup = 5;

// Which parts of a total that is known are withheld; those of `already` are.
std::vector<bool> Withheld(std::span<const int64_t> parts, int smallest,
                           std::vector<bool> already = {});

// One figure of a table: how many it rests on, and of what in which group.
struct TableFigure {
  std::string id;     // An indicator's; figures of one id are parts of a total that is known.
  std::string group;
  int64_t observations = 0;
  bool withheld = false;
};

// Withholds what must be. Open and closed cases are two parts of the cases of their group; times rest on
// either. `small` are groups of which nothing is to be shown.
void WithholdSmall(int smallest, const std::set<std::string>& small,
                   std::vector<TableFigure>* figures);

// What is counted at a unit itself, by its id; `-` or a unit that is gone lies directly below the whole.
using UnitCounts = std::map<std::string, int64_t>;

// The units of which nothing is shown, by themselves and with what lies below: a unit's total is the sum of
// its own and its parts' totals, and all of them can be asked for.
struct WithheldUnits {
  std::set<std::string> own;
  std::set<std::string> totals;
};
WithheldUnits WithholdUnits(std::span<const PlacedUnit> tree, const UnitCounts& counts,
                            int smallest);

// A unit's own count and those of everything below.
std::map<std::string, int64_t> TotalsOf(std::span<const PlacedUnit> tree, const UnitCounts& counts);

// Withhold from answers; `units` are those found for the same answer's reports and cases.
void Withhold(int smallest, v1::Breakdown breakdown, const WithheldUnits& units,
              v1::ListIndicatorsResponse* response);
void Withhold(int smallest, const WithheldUnits& units, v1::Situation* situation);
// Everything of an answer that rests on a group as a whole too small.
void WithholdAll(v1::ListIndicatorsResponse* response);
void WithholdAll(v1::Situation* situation);

}  // namespace avvik::metrics
