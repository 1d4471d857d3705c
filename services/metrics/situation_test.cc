#include "services/metrics/situation.h"

#include "common/rpc/time.h"
#include "gmock/gmock.h"
#include "services/metrics/indicators.h"
#include "services/metrics/test_figures.h"

namespace avvik::metrics {
namespace {

using ::testing::ElementsAre;

// `group: id` → value; groups and indicators that have a value.
std::map<std::string, double> ValuesOf(const v1::ListIndicatorsResponse& response) {
  std::map<std::string, double> values;
  for (const v1::Indicator& indicator : response.indicators()) {
    if (indicator.has_value()) values[indicator.group() + ": " + indicator.id()] = indicator.value();
  }
  return values;
}

std::vector<std::string> GroupsOf(const v1::ListIndicatorsResponse& response) {
  std::vector<std::string> groups;
  for (const v1::Indicator& indicator : response.indicators()) {
    if (groups.empty() || groups.back() != indicator.group()) groups.push_back(indicator.group());
  }
  return groups;
}

// `group count/open` each.
std::vector<std::string> Texts(
    const google::protobuf::RepeatedPtrField<v1::GroupCount>& counts) {
  std::vector<std::string> texts;
  for (const v1::GroupCount& count : counts) {
    texts.push_back(count.group() + " " + std::to_string(count.count()) + "/" +
                    std::to_string(count.open_count()));
  }
  return texts;
}

TEST(IndicatorsTest, EmptyLedgerHasEveryIndicatorAtNothing) {
  const auto response = ListIndicators(Ledger(), {}, v1::BREAKDOWN_UNSPECIFIED, kNow);
  ASSERT_EQ(static_cast<size_t>(response.indicators_size()), Indicators().size());
  for (const v1::Indicator& indicator : response.indicators()) {
    EXPECT_EQ(indicator.observations(), 0);
    EXPECT_EQ(indicator.group(), "");
    // A count of nothing is zero; a time or a share of nothing is unknown.
    EXPECT_EQ(indicator.has_value(), indicator.unit() == "count") << indicator.id();
  }
  EXPECT_EQ(ListIndicators(Ledger(), {}, v1::BREAKDOWN_UNIT, kNow).indicators_size(), 0);
}

TEST(IndicatorsTest, CaseThatHitsTwoPropertiesCountsInBoth) {
  Ledger ledger;
  CaseFigure both = MakeCase(1);
  both.levels = {1, std::nullopt, 3, std::nullopt};
  ledger.PutCase(both);
  CaseFigure none = MakeCase(2);
  none.levels = {};
  ledger.PutCase(none);
  const auto response = ListIndicators(ledger, {}, v1::BREAKDOWN_PROPERTY, kNow);
  EXPECT_THAT(GroupsOf(response), ElementsAre("SECURITY_PROPERTY_CONFIDENTIALITY",
                                              "SECURITY_PROPERTY_AVAILABILITY", "-"));
  auto values = ValuesOf(response);
  EXPECT_EQ(values["SECURITY_PROPERTY_CONFIDENTIALITY: cases"], 1);
  EXPECT_EQ(values["SECURITY_PROPERTY_AVAILABILITY: cases"], 1);
  EXPECT_EQ(values["-: cases"], 1);
}

TEST(IndicatorsTest, GroupsComeInOrderWithNoneLast) {
  Ledger ledger;
  ledger.PutCase(MakeCase(1, "social"));
  ledger.PutCase(MakeCase(2, ""));
  ledger.PutCase(MakeCase(3, "energi"));
  EXPECT_THAT(GroupsOf(ListIndicators(ledger, {}, v1::BREAKDOWN_UNIT, kNow)),
              ElementsAre("energi", "social", "-"));
  CaseFigure older = MakeCase(4);
  older.reported = absl::FromCivil(absl::CivilDay(2025, 3, 1), absl::UTCTimeZone());
  older.kind = type::v1::KIND_EVENT;
  ledger.PutCase(older);
  ledger.PutNotices({2026, 5}, {.waiting = 1});
  EXPECT_THAT(GroupsOf(ListIndicators(ledger, {}, v1::BREAKDOWN_MONTH, kNow)),
              ElementsAre("2025-03", "2026-11", "-"));
  EXPECT_THAT(GroupsOf(ListIndicators(ledger, {}, v1::BREAKDOWN_KIND, kNow)),
              ElementsAre("KIND_EVENT", "KIND_INCIDENT", "-"));
}

TEST(IndicatorsTest, StagesMetIsAShareOfThoseDue) {
  Ledger ledger;
  auto stage = [](escalation::v1::StageState state, absl::Duration left) {
    return StageFigure{.stage = "s" + std::to_string(state),
                       .state = state,
                       .statutory = true,
                       .target = kNow + left,
                       .submitted = {}};
  };
  DutyFigure duty = MakeDuty(1, absl::Hours(1));
  duty.stages = {stage(escalation::v1::STAGE_STATE_SUBMITTED, absl::Hours(5)),
                 stage(escalation::v1::STAGE_STATE_SUBMITTED_LATE, -absl::Hours(5)),
                 stage(escalation::v1::STAGE_STATE_RUNNING, absl::Hours(5)),
                 stage(escalation::v1::STAGE_STATE_DUE_SOON, -absl::Hours(5))};
  ledger.PutDuties({2026, 1}, std::vector{duty});
  auto values = ValuesOf(ListIndicators(ledger, {}, v1::BREAKDOWN_UNSPECIFIED, kNow));
  EXPECT_EQ(values[": stages_due"], 3);
  EXPECT_EQ(values[": overdue_stages"], 1);
  EXPECT_DOUBLE_EQ(values[": stages_met_share"], 1.0 / 3);
  EXPECT_EQ(values[": duties"], 1);
}

TEST(SituationTest, CasesAreGroupedByWhatTheManagementAsks) {
  Ledger ledger;
  ledger.PutCase(MakeCase(1, "energi", ""));
  ledger.PutCase(MakeCase(2, "social"));
  CaseFigure closed = MakeCase(3, "social");
  closed.state = triage::v1::CASE_STATE_CLOSED;
  closed.severity = type::v1::SEVERITY_LOW;
  ledger.PutCase(closed);
  CaseFigure unclear = MakeCase(4, "social");
  unclear.severity = type::v1::SEVERITY_UNSPECIFIED;
  ledger.PutCase(unclear);
  // A report without a case is no case.
  ledger.PutReport(MakeReport(5, "social"));
  const v1::Situation situation = MakeSituation(ledger, {}, kNow);
  EXPECT_THAT(Texts(situation.by_unit()), ElementsAre("social 3/2", "energi 1/1"));
  EXPECT_THAT(Texts(situation.by_system()), ElementsAre("journal 3/2", "- 1/1"));
  EXPECT_THAT(Texts(situation.by_kind()), ElementsAre("KIND_INCIDENT 4/3"));
  EXPECT_THAT(Texts(situation.by_severity()),
              ElementsAre("SEVERITY_LOW 1/0", "SEVERITY_HIGH 2/2", "- 1/1"));
  EXPECT_THAT(Texts(situation.by_month()), ElementsAre("2026-11 4/3"));
  EXPECT_EQ(rpc::FromProtoTime(situation.as_of_time()), kNow);
}

TEST(SituationTest, OpenCasesAreSortedByWholeDaysOfAge) {
  Ledger ledger;
  int sequence = 0;
  for (const absl::Duration age :
       {absl::Hours(0), absl::Hours(48) - absl::Microseconds(1), absl::Hours(48), absl::Hours(24 * 8),
        absl::Hours(24 * 31) - absl::Seconds(1), absl::Hours(24 * 31), absl::Hours(24 * 91),
        absl::Hours(24 * 4000)}) {
    CaseFigure figure = MakeCase(++sequence);
    figure.opened = kNow - age;
    ledger.PutCase(figure);
  }
  CaseFigure closed = MakeCase(++sequence);
  closed.state = triage::v1::CASE_STATE_CLOSED;
  ledger.PutCase(closed);
  EXPECT_THAT(Texts(MakeSituation(ledger, {}, kNow).open_by_age()),
              ElementsAre("0-1 2/2", "2-7 1/1", "8-30 2/2", "31-90 1/1", "91- 2/2"));
}

TEST(SituationTest, HeatMapTellsHowOftenAndHowHard) {
  Ledger ledger;
  for (const int level : {1, 3, 0}) {
    CaseFigure figure = MakeCase(10 + level, "social");
    figure.levels = {level, std::nullopt, std::nullopt, std::nullopt};
    ledger.PutCase(figure);
  }
  CaseFigure other = MakeCase(20, "");
  other.levels = {std::nullopt, std::nullopt, std::nullopt, 0};
  ledger.PutCase(other);
  const v1::Situation situation = MakeSituation(ledger, {}, kNow);
  ASSERT_EQ(situation.heat_map_size(), 2);
  EXPECT_EQ(situation.heat_map(0).unit(), "social");
  EXPECT_EQ(situation.heat_map(0).property(), type::v1::SECURITY_PROPERTY_CONFIDENTIALITY);
  EXPECT_EQ(situation.heat_map(0).count(), 3);
  EXPECT_EQ(situation.heat_map(0).highest_level(), 3);
  EXPECT_EQ(situation.heat_map(1).unit(), "-");
  EXPECT_EQ(situation.heat_map(1).highest_level(), 0);
}

TEST(SituationTest, ClocksAreTheFiftyMostUrgent) {
  Ledger ledger;
  for (int i = 60; i >= 1; --i) {
    ledger.PutDuties(Heading(i, 1).number, std::vector{MakeDuty(i, absl::Hours(i - 5))});
  }
  DutyFigure told = MakeDuty(61, -absl::Hours(999));
  told.stages[0].state = escalation::v1::STAGE_STATE_SUBMITTED;
  ledger.PutDuties({2026, 61}, std::vector{told});
  const v1::Situation situation = MakeSituation(ledger, {}, kNow);
  ASSERT_EQ(situation.clocks_size(), 50);
  for (int i = 0; i < 50; ++i) {
    const v1::RunningClock& clock = situation.clocks(i);
    EXPECT_EQ(clock.number(), CaseNumber({2026, static_cast<uint32_t>(i) + 1}).ToText());
    EXPECT_EQ(clock.overdue(), i < 4);
    EXPECT_EQ(rpc::FromProtoTime(clock.target_time()), kNow + absl::Hours(i + 1 - 5));
    EXPECT_EQ(clock.regime(), "SE-GDPR-33");
    EXPECT_EQ(clock.stage(), "notification");
    EXPECT_EQ(clock.duty_id(), FakeIdSource::Nth(3001 + static_cast<unsigned>(i)));
  }
}

}  // namespace
}  // namespace avvik::metrics
