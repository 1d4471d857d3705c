#include "services/metrics/tally.h"

#include <algorithm>
#include <map>
#include <random>

#include "gmock/gmock.h"
#include "services/metrics/test_figures.h"

namespace avvik::metrics {
namespace {

using ::testing::ElementsAre;

TEST(PercentileTest, IsInterpolatedBetweenTheNearestRanks) {
  EXPECT_DOUBLE_EQ(Percentile({7}, 0.5), 7);
  EXPECT_DOUBLE_EQ(Percentile({7}, 0.9), 7);
  EXPECT_DOUBLE_EQ(Percentile({30, 10, 20}, 0.5), 20);
  EXPECT_DOUBLE_EQ(Percentile({40, 10, 30, 20}, 0.5), 25);
  EXPECT_DOUBLE_EQ(Percentile({1, 1, 1, 11}, 0.9), 8);
  EXPECT_DOUBLE_EQ(Percentile({100, 0}, 0.9), 90);
  EXPECT_DOUBLE_EQ(Percentile({5, 5, 5, 5}, 0.9), 5);
}

TEST(PercentileTest, ManyValuesGiveTheSameAsSortingThem) {
  std::mt19937 random(1);
  std::map<std::string, std::vector<int64_t>> all;
  for (int i = 0; i < 50'001; ++i) {
    all["even"].push_back(random() % 1'000'000);
    all["lopsided"].push_back(int64_t{1} << (random() % 50));
    all["alike"].push_back(7);
    all["few"].push_back(random() % 3);
    all["rising"].push_back(i);
    all["falling"].push_back(-i);
    // What the sample sees is not what there is.
    all["misleading"].push_back(i % 48 == 0 ? 1'000'000'000 : random() % 1'000);
  }
  for (const auto& [name, values] : all) {
    std::vector<int64_t> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    for (const double share : {0.0, 0.001, 0.5, 0.9, 0.90001, 0.999, 1.0}) {
      const double rank = share * 50'000;
      const auto below = static_cast<size_t>(rank);
      const double next = static_cast<double>(sorted[std::min<size_t>(below + 1, 50'000)]);
      const double at = static_cast<double>(sorted[below]);
      EXPECT_DOUBLE_EQ(Percentile(values, share),
                       at + (rank - static_cast<double>(below)) * (next - at))
          << name << " " << share;
    }
  }
}

TEST(TallyTest, StageIsOverdueFromItsTargetOnWithoutAnEvent) {
  Ledger ledger;
  ledger.PutCase(MakeCase(1));
  ledger.PutDuties({2026, 1}, std::vector{MakeDuty(1, absl::Hours(1))});
  const Line& line = ledger.lines()[0];
  const int64_t target = absl::ToUnixMicros(kNow + absl::Hours(1));
  EXPECT_EQ(CountStages(ledger.StagesOf(line), target).overdue, 0u);
  EXPECT_EQ(CountStages(ledger.StagesOf(line), target + 1).overdue, 1u);
}

TEST(TallyTest, StageWithoutATargetIsNeverOverdue) {
  Ledger ledger;
  DutyFigure duty = MakeDuty(1, absl::Hours(1));
  duty.stages[0].target.reset();
  duty.stages[0].state = escalation::v1::STAGE_STATE_WAITING;
  ledger.PutDuties({2026, 1}, std::vector{duty});
  const StageCounts counts =
      CountStages(ledger.StagesOf(ledger.lines()[0]), absl::ToUnixMicros(kNow + absl::Hours(999)));
  EXPECT_EQ(counts.overdue, 0u);
}

TEST(TallyTest, ClosedCaseWithAnOverdueStageIsNoOverdueCase) {
  Ledger ledger;
  CaseFigure figure = MakeCase(1);
  figure.state = triage::v1::CASE_STATE_CLOSED;
  figure.closed = kNow;
  ledger.PutCase(figure);
  ledger.PutDuties({2026, 1}, std::vector{MakeDuty(1, -absl::Hours(1))});
  Tally tally;
  const Line& line = ledger.lines()[0];
  tally.Add(line, CountStages(ledger.StagesOf(line), absl::ToUnixMicros(kNow)));
  EXPECT_EQ(tally.overdue_stages, 1);
  EXPECT_EQ(tally.overdue_cases, 0);
  EXPECT_EQ(tally.stages_due, 1);
  EXPECT_EQ(tally.stages_met, 0);
}

class SelectionTest : public ::testing::Test {
 protected:
  SelectionTest() {
    ledger_.PutCase(MakeCase(1, "social", "journal"));
    ledger_.PutCase(MakeCase(2, "energi", ""));
    CaseFigure nowhere = MakeCase(3, "", "");
    nowhere.kind = type::v1::KIND_WEAKNESS;
    nowhere.levels = {std::nullopt, 0, std::nullopt, std::nullopt};
    nowhere.reported = absl::FromCivil(absl::CivilMonth(2025, 12), absl::UTCTimeZone());
    ledger_.PutCase(nowhere);
    ledger_.PutNotices({2026, 4}, {});
  }
  // The sequence numbers of the lines shown.
  std::vector<uint32_t> Shown(const View& view) {
    const Selection selection(ledger_, view);
    std::vector<uint32_t> shown;
    for (const Line& line : ledger_.lines()) {
      if (selection.Shows(line)) shown.push_back(ledger_.NumberOf(line).sequence);
    }
    return shown;
  }
  Ledger ledger_;
};

TEST_F(SelectionTest, EmptyViewShowsEverything) {
  EXPECT_THAT(Shown({}), ElementsAre(1, 2, 3, 4));
}

TEST_F(SelectionTest, UnitsNarrow) {
  View view;
  view.units = std::vector<std::string>{"social", "unknown"};
  EXPECT_THAT(Shown(view), ElementsAre(1));
  view.units->clear();
  EXPECT_THAT(Shown(view), ElementsAre());
}

TEST_F(SelectionTest, SystemNarrows) {
  View view;
  view.system = "journal";
  EXPECT_THAT(Shown(view), ElementsAre(1));
  view.system = "unknown";
  EXPECT_THAT(Shown(view), ElementsAre());
}

TEST_F(SelectionTest, KindNarrows) {
  View view;
  view.kind = type::v1::KIND_WEAKNESS;
  EXPECT_THAT(Shown(view), ElementsAre(3));
}

TEST_F(SelectionTest, PropertyNarrowsToWhereItIsHitAtWhateverLevel) {
  View view;
  view.property = type::v1::SECURITY_PROPERTY_CONFIDENTIALITY;
  EXPECT_THAT(Shown(view), ElementsAre(1, 2));
  view.property = type::v1::SECURITY_PROPERTY_ACCURACY;
  EXPECT_THAT(Shown(view), ElementsAre(3));
}

TEST_F(SelectionTest, MonthsNarrowAndWhatHasNoneIsInNoSpan) {
  View view;
  view.months = Months{*ParseMonth("2025-12"), *ParseMonth("2025-12")};
  EXPECT_THAT(Shown(view), ElementsAre(3));
  view.months = Months{0, 999'999};
  EXPECT_THAT(Shown(view), ElementsAre(1, 2, 3));
}

TEST_F(SelectionTest, CasesOfASphereThatIsNotReachedDoNotShow) {
  Ledger ledger;
  CaseFigure restricted = MakeCase(1);
  restricted.sphere = type::v1::SPHERE_RESTRICTED;
  ReportFigure secret = MakeReport(2);
  secret.sphere = type::v1::SPHERE_SECURITY_PROTECTION;
  ledger.PutReport(MakeReport(1));
  ledger.PutCase(restricted);
  ledger.PutReport(secret);
  ledger.PutCase(MakeCase(3));
  View view;
  const auto shown = [&] {
    const Selection selection(ledger, view);
    std::vector<uint32_t> numbers;
    for (const Line& line : ledger.lines()) {
      if (selection.Shows(line)) numbers.push_back(ledger.NumberOf(line).sequence);
    }
    return numbers;
  };
  EXPECT_THAT(shown(), ElementsAre(3));
  view.spheres = {type::v1::SPHERE_RESTRICTED};
  EXPECT_THAT(shown(), ElementsAre(1));
  view.spheres = {type::v1::SPHERE_SECURITY_PROTECTION, type::v1::SPHERE_OPEN};
  EXPECT_THAT(shown(), ElementsAre(2, 3));
  // The report that is told again does not open what its case has closed.
  ledger.PutReport(MakeReport(1));
  EXPECT_THAT(shown(), ElementsAre(2, 3));
}

}  // namespace
}  // namespace avvik::metrics
