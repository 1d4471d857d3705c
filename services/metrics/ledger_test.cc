#include "services/metrics/ledger.h"

#include "gmock/gmock.h"
#include "services/metrics/test_figures.h"

namespace avvik::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

absl::TimeZone Zone(const std::string& name) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(name, &zone));
  return zone;
}

std::vector<int64_t> Targets(const Ledger& ledger, const Line& line) {
  std::vector<int64_t> targets;
  for (const LineStage& stage : ledger.StagesOf(line)) targets.push_back(stage.target);
  return targets;
}

TEST(LedgerTest, PartsOfOneDeviationShareALineInWhateverOrderTheyCome) {
  Ledger forth;
  forth.PutReport(MakeReport(1));
  forth.PutCase(MakeCase(1));
  forth.PutDuties({2026, 1}, std::vector{MakeDuty(1, absl::Hours(1))});
  forth.PutNotices({2026, 1}, {.sent = 2});
  Ledger back;
  back.PutNotices({2026, 1}, {.sent = 2});
  back.PutDuties({2026, 1}, std::vector{MakeDuty(1, absl::Hours(1))});
  back.PutCase(MakeCase(1));
  back.PutReport(MakeReport(1));
  for (const Ledger* ledger : {&forth, &back}) {
    ASSERT_THAT(ledger->lines(), SizeIs(1));
    const Line& line = ledger->lines()[0];
    EXPECT_TRUE(line.has_report && line.has_case && line.open);
    EXPECT_EQ(ledger->units()[line.unit], "social");
    EXPECT_EQ(line.duties, 1u);
    EXPECT_EQ(line.notices_sent, 2u);
    EXPECT_THAT(ledger->StagesOf(line), SizeIs(1));
  }
}

TEST(LedgerTest, LineIsPlacedByItsCaseWhateverTheReporterSaid) {
  for (const bool report_first : {true, false}) {
    Ledger ledger;
    if (report_first) ledger.PutReport(MakeReport(1, "energi", ""));
    ledger.PutCase(MakeCase(1, "social", "journal"));
    if (!report_first) ledger.PutReport(MakeReport(1, "energi", ""));
    const Line& line = ledger.lines()[0];
    EXPECT_EQ(ledger.units()[line.unit], "social");
    EXPECT_EQ(ledger.systems()[line.system], "journal");
  }
}

TEST(LedgerTest, LineWithoutACaseIsPlacedByItsReport) {
  Ledger ledger;
  ledger.PutReport(MakeReport(1, "energi", ""));
  EXPECT_EQ(ledger.units()[ledger.lines()[0].unit], "energi");
  EXPECT_NE(ledger.lines()[0].month, kNoMonth);
  ledger.PutNotices({2026, 2}, {});
  EXPECT_EQ(ledger.lines()[1].month, kNoMonth);
}

TEST(LedgerTest, TimesOfACaseAreFromItsOpening) {
  Ledger ledger;
  CaseFigure figure = MakeCase(1);
  figure.acknowledged = figure.opened + absl::Minutes(3);
  figure.closed = figure.opened + absl::Hours(2);
  ledger.PutCase(figure);
  const Line& line = ledger.lines()[0];
  EXPECT_EQ(line.to_acknowledge, 180'000'000);
  // Not closed now, whatever is left of an earlier closing.
  EXPECT_EQ(line.to_close, kUnset);
  figure.state = triage::v1::CASE_STATE_CLOSED;
  ledger.PutCase(figure);
  EXPECT_FALSE(line.open);
  EXPECT_EQ(line.to_close, 7'200'000'000);
}

TEST(LedgerTest, OnlyStatutoryStagesOfDutiesThatAreNotRuledOutAreKept) {
  Ledger ledger;
  DutyFigure duty = MakeDuty(1, absl::Hours(1));
  duty.stages.push_back({.stage = "own", .state = escalation::v1::STAGE_STATE_RUNNING});
  duty.stages.push_back({.stage = "void",
                         .state = escalation::v1::STAGE_STATE_NOT_APPLICABLE,
                         .statutory = true});
  DutyFigure ruled_out = MakeDuty(2, absl::Hours(1));
  ruled_out.state = escalation::v1::DUTY_STATE_RULED_OUT;
  ledger.PutDuties({2026, 1}, std::vector{duty, ruled_out});
  EXPECT_EQ(ledger.lines()[0].duties, 1u);
  EXPECT_THAT(ledger.StagesOf(ledger.lines()[0]), SizeIs(1));
}

TEST(LedgerTest, DutiesThatGrowAndShrinkLeaveTheStagesOfOthersAlone) {
  Ledger ledger;
  auto duties = [](std::vector<int> hours) {
    std::vector<DutyFigure> all;
    for (const int h : hours) all.push_back(MakeDuty(h, absl::Hours(h)));
    return all;
  };
  auto at = [](int h) { return absl::ToUnixMicros(kNow + absl::Hours(h)); };
  ledger.PutDuties({2026, 1}, duties({1}));
  ledger.PutDuties({2026, 2}, duties({2, 3}));
  ledger.PutDuties({2026, 1}, duties({4, 5, 6}));
  ledger.PutDuties({2026, 2}, duties({7}));
  EXPECT_THAT(Targets(ledger, ledger.lines()[0]), ElementsAre(at(4), at(5), at(6)));
  EXPECT_THAT(Targets(ledger, ledger.lines()[1]), ElementsAre(at(7)));
  ledger.PutDuties({2026, 2}, duties({8, 9}));
  ledger.PutDuties({2026, 1}, {});
  EXPECT_THAT(Targets(ledger, ledger.lines()[0]), ElementsAre());
  EXPECT_THAT(Targets(ledger, ledger.lines()[1]), ElementsAre(at(8), at(9)));
}

TEST(LedgerTest, MonthsAreLocal) {
  Ledger ledger(Zone("Europe/Stockholm"));
  CaseFigure figure = MakeCase(1);
  // Half past midnight on 1 August in Stockholm, still July in UTC.
  figure.reported = absl::FromCivil(absl::CivilMinute(2026, 7, 31, 22, 30), absl::UTCTimeZone());
  ledger.PutCase(figure);
  EXPECT_EQ(ledger.lines()[0].month, 2026 * 12 + 7);
  ledger.SetZone(absl::UTCTimeZone());
  EXPECT_EQ(ledger.lines()[0].month, 2026 * 12 + 6);
}

}  // namespace
}  // namespace avvik::metrics
