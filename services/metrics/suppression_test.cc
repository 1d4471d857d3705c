#include "services/metrics/suppression.h"

#include <random>

#include "gmock/gmock.h"
#include "services/metrics/situation.h"
#include "services/metrics/test_figures.h"

namespace avvik::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

// ---- Parts of one total ----

struct Split {
  std::vector<int64_t> parts;
  std::vector<bool> withheld;
};

TEST(WithheldTest, SmallPartsGoWithAsManyAsHideThem) {
  const Split kSplits[] = {
      // Nothing is small.
      {{}, {}},
      {{0, 0}, {false, false}},
      {{5, 0, 40}, {false, false, false}},
      // One alone would follow from the total: the next smallest goes with it.
      {{4, 9, 40}, {true, true, false}},
      {{9, 40, 4}, {true, false, true}},
      {{1, 5, 5}, {true, true, false}},
      // Two that are small and together fewer than the smallest group would tell of that few.
      {{1, 2, 9, 40}, {true, true, true, false}},
      {{3, 2, 9, 40}, {true, true, false, false}},
      // There is nothing to hide behind: the total is as small, and withheld itself.
      {{4}, {true}},
      {{4, 0}, {true, false}},
      {{1, 1}, {true, true}},
      {{4, 50}, {true, true}},
  };
  for (const Split& split : kSplits) {
    EXPECT_EQ(Withheld(split.parts, 5), split.withheld) << ::testing::PrintToString(split.parts);
  }
}

TEST(WithheldTest, PartsWithheldElsewhereAreHiddenToo) {
  EXPECT_THAT(Withheld(std::vector<int64_t>{10, 20, 30}, 5, {false, false, true}),
              ElementsAre(true, false, true));
}

// ---- Units ----

//   by ── social ── omsorg ── hemtjanst
//      │         └─ skola
//      └─ energi
const std::vector<PlacedUnit> kTree = {{"by", "", 100},         {"social", "by", 50},
                                       {"omsorg", "social", 30}, {"hemtjanst", "omsorg", 10},
                                       {"skola", "social", 20},  {"energi", "by", 10}};

TEST(WithholdUnitsTest, NothingSmallNothingWithheld) {
  const WithheldUnits withheld =
      WithholdUnits(kTree, {{"hemtjanst", 5}, {"skola", 8}, {"energi", 9}}, 5);
  EXPECT_THAT(withheld.own, IsEmpty());
  EXPECT_THAT(withheld.totals, IsEmpty());
}

TEST(WithholdUnitsTest, SmallUnitIsHiddenBehindItsNeighbour) {
  const WithheldUnits withheld =
      WithholdUnits(kTree, {{"hemtjanst", 2}, {"omsorg", 7}, {"skola", 20}, {"energi", 30}}, 5);
  EXPECT_THAT(withheld.own, UnorderedElementsAre("hemtjanst", "omsorg"));
  EXPECT_THAT(withheld.totals, UnorderedElementsAre("hemtjanst"));
}

TEST(WithholdUnitsTest, UnitAboveWithNothingElseIsAsSmall) {
  const WithheldUnits withheld = WithholdUnits(kTree, {{"hemtjanst", 2}, {"skola", 20}, {"energi", 30}}, 5);
  // Omsorg has what hemtjänst has; beside it skola is the next smallest.
  EXPECT_THAT(withheld.totals, UnorderedElementsAre("hemtjanst", "omsorg", "skola"));
  EXPECT_THAT(withheld.own, UnorderedElementsAre("hemtjanst", "skola"));
}

TEST(WithholdUnitsTest, WhatHasNoUnitIsAPartOfTheWhole) {
  const WithheldUnits withheld = WithholdUnits(kTree, {{"-", 1}, {"energi", 30}}, 5);
  EXPECT_TRUE(withheld.own.contains("-"));
  EXPECT_TRUE(withheld.totals.contains("by"));
  EXPECT_TRUE(withheld.own.contains("energi"));
}

// All that is shown of units, as equations: no withheld value may follow. What can be followed step by
// step, from sums of which all but one are known, is followed.
std::set<std::string> Followed(const UnitCounts& counts, const WithheldUnits& withheld) {
  const auto totals = TotalsOf(kTree, counts);
  std::set<std::string> unknown;
  for (const std::string& own : withheld.own) unknown.insert("own " + own);
  for (const std::string& total : withheld.totals) unknown.insert("total " + total);
  std::vector<std::set<std::string>> sums;
  std::set<std::string> whole;
  for (const PlacedUnit& unit : kTree) {
    std::set<std::string> sum = {"total " + unit.id, "own " + unit.id};
    for (const PlacedUnit& below : kTree) {
      if (below.parent == unit.id) sum.insert("total " + below.id);
    }
    sums.push_back(sum);
    if (unit.parent.empty()) whole.insert("total " + unit.id);
  }
  whole.insert("own -");
  sums.push_back(whole);
  const std::set<std::string> hidden = unknown;
  for (bool more = true; more;) {
    more = false;
    for (const auto& sum : sums) {
      std::vector<std::string> left;
      for (const std::string& one : sum) {
        // What is not there at all is not hidden.
        const bool own = one.starts_with("own ");
        const auto count = counts.find(one.substr(4));
        const bool zero = own && (count == counts.end() || count->second == 0);
        if (!zero && unknown.contains(one)) left.push_back(one);
      }
      if (left.size() == 1) more |= unknown.erase(left[0]) > 0;
    }
  }
  std::set<std::string> followed;
  for (const std::string& one : hidden) {
    if (!unknown.contains(one)) followed.insert(one);
  }
  return followed;
}

TEST(WithholdUnitsTest, NothingWithheldFollowsFromWhatIsShown) {
  std::mt19937 random(7);
  for (int round = 0; round < 5'000; ++round) {
    UnitCounts counts;
    for (const PlacedUnit& unit : kTree) counts[unit.id] = std::max(0, int(random() % 14) - 4);
    counts["-"] = std::max(0, int(random() % 14) - 6);
    std::erase_if(counts, [](const auto& entry) { return entry.second == 0; });
    int64_t whole = 0;
    for (const auto& [unit, count] : counts) whole += count;
    // The whole is shown only when it is large enough itself.
    if (whole < 10) continue;
    const WithheldUnits withheld = WithholdUnits(kTree, counts, 5);
    for (const auto& [unit, count] : counts) {
      EXPECT_TRUE(count >= 5 || withheld.own.contains(unit)) << unit;
    }
    for (const auto& [unit, total] : TotalsOf(kTree, counts)) {
      EXPECT_TRUE(total == 0 || total >= 5 || withheld.totals.contains(unit)) << unit;
    }
    for (const std::string& one : Followed(counts, withheld)) {
      // Of the large ones it is no harm, but for those that hide small ones.
      const bool own = one.starts_with("own ");
      const std::string unit = one.substr(own ? 4 : 6);
      const int64_t value = own ? counts[unit] : TotalsOf(kTree, counts)[unit];
      EXPECT_TRUE(value == 0 || value >= 5) << one << " = " << value << " in round " << round;
    }
  }
}

// ---- Answers ----

class SuppressionTest : public ::testing::Test {
 protected:
  SuppressionTest() {
    view_.tree = kTree;
    view_.smallest_group = kSmallestGroup;
  }
  // So many cases with their reports at a unit, of them so many closed.
  void Add(const std::string& unit, int cases, int closed = 0) {
    for (int i = 0; i < cases; ++i) {
      ++sequence_;
      CaseFigure figure = MakeCase(sequence_, unit);
      if (i < closed) {
        figure.state = triage::v1::CASE_STATE_CLOSED;
        figure.closed = figure.opened + absl::Hours(5);
        figure.cause = triage::v1::CAUSE_ROUTINE;
      }
      ledger_.PutReport(MakeReport(sequence_, unit));
      ledger_.PutCase(figure);
    }
  }
  v1::Situation Picture() { return MakeSituation(ledger_, view_, kNow); }
  std::map<std::string, v1::Indicator> Split(v1::Breakdown breakdown) {
    std::map<std::string, v1::Indicator> by_name;
    const auto listed = ListIndicators(ledger_, view_, breakdown, kNow);
    for (const auto& one : listed.indicators()) {
      by_name[one.group() + ":" + one.id()] = one;
    }
    return by_name;
  }
  // `social 12/8`, with `?` for what is withheld.
  static std::vector<std::string> Rows(
      const google::protobuf::RepeatedPtrField<v1::GroupCount>& rows) {
    std::vector<std::string> texts;
    for (const v1::GroupCount& row : rows) {
      texts.push_back(row.group() + " " +
                      (row.suppressed() ? "?" : std::to_string(row.count())) + "/" +
                      (row.open_suppressed() ? "?" : std::to_string(row.open_count())));
    }
    return texts;
  }

  Ledger ledger_;
  View view_{.tenant = kTenant};
  int sequence_ = 0;
};

TEST_F(SuppressionTest, WhoMayReadTheCasesSeesEveryFigure) {
  Add("hemtjanst", 2);
  view_.smallest_group = 0;
  EXPECT_THAT(Rows(Picture().by_unit()), ElementsAre("hemtjanst 2/2"));
  EXPECT_EQ(Picture().smallest_group(), 0);
  EXPECT_FALSE(Split(v1::BREAKDOWN_UNIT)["hemtjanst:cases"].suppressed());
}

TEST_F(SuppressionTest, SmallUnitIsWithheldWithTheNextSmallestAndTheirPlaceTellsNothing) {
  Add("energi", 40);
  Add("skola", 9);
  Add("hemtjanst", 2);
  EXPECT_THAT(Rows(Picture().by_unit()), ElementsAre("energi 40/40", "hemtjanst ?/?", "skola ?/?"));
  const auto split = Split(v1::BREAKDOWN_UNIT);
  for (const char* id : {"cases", "reports", "open_cases", "closed_cases", "overdue_cases",
                         "time_to_close_median", "notices_sent"}) {
    for (const char* unit : {"hemtjanst", "skola"}) {
      const v1::Indicator& one = split.at(std::string(unit) + ":" + id);
      EXPECT_TRUE(one.suppressed()) << unit << " " << id;
      EXPECT_FALSE(one.has_value());
      EXPECT_EQ(one.observations(), 0);
    }
    EXPECT_FALSE(split.at("energi:cases").suppressed());
  }
}

TEST_F(SuppressionTest, FewClosedHideBehindTheOpenAndBehindAnotherUnit) {
  Add("energi", 40, 20);
  Add("skola", 30, 10);
  Add("social", 20, 2);
  EXPECT_THAT(Rows(Picture().by_unit()),
              ElementsAre("energi 40/20", "skola 30/?", "social 20/?"));
  const auto split = Split(v1::BREAKDOWN_UNIT);
  for (const char* id : {"open_cases", "closed_cases", "time_to_close_median"}) {
    EXPECT_TRUE(split.at(std::string("social:") + id).suppressed()) << id;
    EXPECT_TRUE(split.at(std::string("skola:") + id).suppressed()) << id;
    EXPECT_FALSE(split.at(std::string("energi:") + id).suppressed()) << id;
  }
  EXPECT_FALSE(split.at("social:cases").suppressed());
}

TEST_F(SuppressionTest, UnitAskedForByItselfIsWithheldAsInTheSplit) {
  Add("energi", 40);
  Add("skola", 9);
  Add("hemtjanst", 2);
  view_.unit = "hemtjanst";
  view_.units = {{"hemtjanst"}};
  for (const auto& [name, one] : Split(v1::BREAKDOWN_UNSPECIFIED)) {
    EXPECT_TRUE(one.suppressed()) << name;
  }
  EXPECT_THAT(Picture().by_month(), IsEmpty());
  // Its neighbour is large enough, but the two and the unit above would tell.
  view_.unit = "skola";
  view_.units = {{"skola"}};
  EXPECT_TRUE(Split(v1::BREAKDOWN_UNSPECIFIED)[":cases"].suppressed());
  view_.unit = "social";
  view_.units = {{"hemtjanst", "omsorg", "skola", "social"}};
  EXPECT_EQ(Split(v1::BREAKDOWN_UNSPECIFIED)[":cases"].value(), 11);
}

TEST_F(SuppressionTest, RatesCountWhatLiesBelowAndAreWithheldLikeTheirUnits) {
  Add("energi", 5);
  Add("skola", 9);
  Add("hemtjanst", 6);
  const auto rates = [&] {
    std::map<std::string, std::string> texts;
    const v1::Situation picture = Picture();
    for (const v1::UnitRate& rate : picture.report_rates()) {
      texts[rate.unit()] = rate.suppressed() ? "?" : std::to_string(rate.reports()) + " " +
                                                         std::to_string(static_cast<int>(rate.per_100()));
    }
    return texts;
  };
  EXPECT_THAT(rates(), ElementsAre(Pair("by", "20 20"), Pair("energi", "5 50"),
                                   Pair("hemtjanst", "6 60"), Pair("omsorg", "6 20"),
                                   Pair("skola", "9 45"), Pair("social", "15 30")));
  Add("omsorg", 1);
  const auto withheld = rates();
  EXPECT_EQ(withheld.at("hemtjanst"), "?");
  EXPECT_EQ(withheld.at("omsorg"), "7 23");
}

TEST_F(SuppressionTest, CausesAreOfClosedCases) {
  Add("energi", 20, 10);
  EXPECT_THAT(Rows(Picture().by_cause()), ElementsAre("CAUSE_ROUTINE 10/0"));
  CaseFigure other = MakeCase(900, "energi");
  other.state = triage::v1::CASE_STATE_CLOSED;
  other.closed = other.opened + absl::Hours(1);
  other.cause = triage::v1::CAUSE_ADVERSARY;
  ledger_.PutCase(other);
  const v1::Situation picture = Picture();
  for (const v1::GroupCount& row : picture.by_cause()) EXPECT_TRUE(row.suppressed());
  EXPECT_TRUE(Split(v1::BREAKDOWN_CAUSE)["CAUSE_ADVERSARY:cases"].suppressed());
}

TEST_F(SuppressionTest, TrendsAreTwoYearsWithoutThePointsThatAreFew) {
  Add("energi", 20);
  for (int i = 0; i < 3; ++i) {
    CaseFigure older = MakeCase(800 + i, "energi");
    older.reported = absl::FromCivil(absl::CivilDay(2026, 1, 10), absl::UTCTimeZone());
    ledger_.PutCase(older);
  }
  view_.smallest_group = 0;
  const auto of = [](const v1::Situation& situation, const std::string& id) {
    for (const v1::Trend& trend : situation.trends()) {
      if (trend.id() == id) return trend;
    }
    return v1::Trend();
  };
  const v1::Trend open = of(Picture(), "cases");
  ASSERT_EQ(open.points_size(), 24);
  EXPECT_EQ(open.points(0).month(), "2024-12");
  EXPECT_EQ(open.points(23).month(), "2026-11");
  EXPECT_EQ(open.points(23).value(), 20);
  EXPECT_EQ(open.points(13).value(), 3);
  EXPECT_EQ(open.points(14).value(), 0);
  EXPECT_FALSE(of(Picture(), "time_to_close_median").points(23).has_value());
  view_.smallest_group = kSmallestGroup;
  const v1::Trend withheld = of(Picture(), "cases");
  EXPECT_TRUE(withheld.points(13).suppressed());
  EXPECT_TRUE(withheld.points(23).suppressed());
  EXPECT_FALSE(withheld.points(14).suppressed());
}

TEST_F(SuppressionTest, MeasuresAreCountedByTheMoment) {
  Add("energi", 10);
  const auto measure = [](triage::v1::MeasureState state, std::optional<absl::Time> due) {
    return MeasureFigure{.heading = Heading(1, 5000), .state = state, .due = due};
  };
  ledger_.PutMeasures({2026, 1}, std::vector{measure(triage::v1::MEASURE_STATE_OPEN, {}),
                                             measure(triage::v1::MEASURE_STATE_OPEN, kNow - absl::Hours(1)),
                                             measure(triage::v1::MEASURE_STATE_OPEN, kNow + absl::Hours(1)),
                                             measure(triage::v1::MEASURE_STATE_DONE, kNow),
                                             measure(triage::v1::MEASURE_STATE_DROPPED, kNow)});
  view_.smallest_group = 0;
  auto all = Split(v1::BREAKDOWN_UNSPECIFIED);
  EXPECT_EQ(all[":open_measures"].value(), 3);
  EXPECT_EQ(all[":overdue_measures"].value(), 1);
  EXPECT_EQ(all[":done_measures"].value(), 1);
}

}  // namespace
}  // namespace avvik::metrics
