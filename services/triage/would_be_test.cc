#include "services/triage/would_be.h"

#include "services/triage/test_support.h"
#include "tests/support/status_matchers.h"

namespace avvik::triage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

absl::Time Day(const std::string& day) {
  absl::Time time;
  EXPECT_TRUE(absl::ParseTime("%Y-%m-%d %H:%M", day + " 12:00",
                              TestOrganisation()->time_zone(), &time, nullptr));
  return time;
}

ReportTold Told(const std::string& unit, const std::string& system = "") {
  ReportTold report;
  report.unit = unit;
  report.system = system;
  report.facts.category = type::v1::CATEGORY_LOST_DEVICE;
  return report;
}

std::shared_ptr<const organisation::Organisation> With(const std::string& stand_ins) {
  organisation::v1::Organisation proto = TestOrganisationProto();
  proto.MergeFrom(ParseText<organisation::v1::Organisation>(stand_ins));
  return organisation::MakeOrganisation(proto);
}

std::vector<std::string> ActingFor(const WouldBe& would) {
  std::vector<std::string> acting;
  for (const Acting& entry : would.acting) {
    acting.push_back(entry.by->person() + " for " + entry.absent);
  }
  return acting;
}

TEST(WouldBeTest, CaseIsOpenedAndRoutedLikeAnyOther) {
  const WouldBe would =
      WouldBecome(Told("hemtjanst", "journal"), ShippedRules(), *TestOrganisation(), Day("2026-06-01"));
  const CaseChange opened = Open(Told("hemtjanst", "journal"), "by", "", ShippedRules(),
                                 *TestOrganisation(), Day("2026-06-01"));
  EXPECT_EQ(would.opened.classification.SerializeAsString(),
            opened.changed.classification.SerializeAsString());
  EXPECT_NE(would.opened.classification.severity(), type::v1::SEVERITY_UNSPECIFIED);
  const Route route = RouteCase(RoutedFactsOf(opened.changed), *TestOrganisation());
  EXPECT_EQ(would.route.owner, route.owner);
  EXPECT_EQ(would.route.owner.login, "siv");
  EXPECT_EQ(would.route.drawn_in, route.drawn_in);
  EXPECT_THAT(would.acting, IsEmpty());
}

TEST(WouldBeTest, StandInForThePersonActsOnItsDays) {
  const auto organisation = With(
      "stand_ins { id: 's' person: 'ove' absent: 'sam' first_day: '2026-06-01' last_day: "
      "'2026-06-10' }");
  const auto on = [&](const std::string& day) {
    return ActingFor(WouldBecome(Told("omsorg"), ShippedRules(), *organisation, Day(day)));
  };
  EXPECT_THAT(on("2026-05-31"), IsEmpty());
  EXPECT_THAT(on("2026-06-01"), ElementsAre("ove for sam"));
  EXPECT_THAT(on("2026-06-10"), ElementsAre("ove for sam"));
  EXPECT_THAT(on("2026-06-11"), IsEmpty());
}

TEST(WouldBeTest, StandInInAFunctionActsWhereItIsHeld) {
  const auto organisation = With(
      "stand_ins { id: 'a' person: 'ove' role: COORDINATOR unit: 'social' first_day: '2026-06-01' "
      "last_day: '2026-06-10' } stand_ins { id: 'b' person: 'root' role: COORDINATOR unit: "
      "'styrelsen' first_day: '2026-06-01' last_day: '2026-06-10' } stand_ins { id: 'c' person: "
      "'karl' role: DATA_PROTECTION_OFFICER first_day: '2026-06-01' last_day: '2026-06-10' }");
  ReportTold report = Told("omsorg");
  report.facts.personal_data = type::v1::ANSWER_YES;
  EXPECT_THAT(ActingFor(WouldBecome(report, ShippedRules(), *organisation, Day("2026-06-05"))),
              ElementsAre("ove for sam", "karl for dora"));
}

}  // namespace
}  // namespace avvik::triage
