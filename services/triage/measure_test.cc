#include "services/triage/measure.h"

#include "common/organisation/rights.h"
#include "gmock/gmock.h"
#include "services/triage/test_support.h"
#include "tests/support/status_matchers.h"

namespace avvik::triage {
namespace {

using avvik::testing::IsError;
using avvik::testing::NamesField;
using ::testing::ElementsAre;

const absl::Time kNow = absl::FromUnixSeconds(1'795'000'000);
const absl::Time kLater = kNow + absl::Hours(1);

Case SomeCase() {
  Case subject;
  subject.id = "c1";
  subject.tenant = "by";
  subject.version = 4;
  return subject;
}

Measure Decided() {
  return Decide(SomeCase(), "m1",
                {.title = "Byt lås", .kind = v1::MEASURE_KIND_CORRECTIVE, .owner = {.login = "sam"}, .due = {}},
                "siv", kNow)
      .changed;
}

Note Because(const std::string& text) {
  return {.id = "n1", .text = text, .author = {.login = "siv"}, .created = kLater};
}

absl::StatusOr<Party> OwnerFrom(const std::string& plan) {
  return OwnerOf(ParseText<v1::MeasurePlan>(plan), "siv",
                 {.unit = "hemtjanst", .system = "journal"}, *TestOrganisation());
}

TEST(MeasureTest, MeasureIsOpenWhenItIsDecidedAndSaysByWhom) {
  const Measure measure = Decided();
  EXPECT_EQ(measure.state, v1::MEASURE_STATE_OPEN);
  EXPECT_EQ(measure.decided_by, "siv");
  EXPECT_EQ(measure.decided, kNow);
  EXPECT_EQ(measure.case_id, "c1");
  EXPECT_EQ(EtagOf(measure), "1");
}

TEST(MeasureTest, DoneMeasureKeepsWhatWasSaidAndTakesNothingButReopening) {
  const auto done = Complete(Decided(), "Bytt", "sam", kLater);
  ASSERT_OK(done);
  EXPECT_EQ(done->happening, Happening::kMeasureDone);
  EXPECT_EQ(done->changed.note, "Bytt");
  EXPECT_EQ(done->changed.ended_by, "sam");
  EXPECT_EQ(done->changed.ended, kLater);
  EXPECT_EQ(EtagOf(done->changed), "2");
  EXPECT_THAT(AllowedMeasureCommands(done->changed.state), ElementsAre("reopen"));
  const auto refused = IsError(absl::StatusCode::kFailedPrecondition, "MEASURE_STATE");
  EXPECT_THAT(Complete(done->changed, "", "sam", kLater), refused);
  EXPECT_THAT(Drop(done->changed, "", "sam", kLater), refused);
  EXPECT_THAT(ChangePlan(done->changed, {}, kLater), refused);
  EXPECT_THAT(Reopen(Decided(), Because("nej")), refused);
}

TEST(MeasureTest, ReopenedMeasureIsOpenAgainAndItsReasonIsForTheCase) {
  const Measure dropped = Drop(Decided(), "För dyrt", "siv", kNow)->changed;
  EXPECT_EQ(dropped.state, v1::MEASURE_STATE_DROPPED);
  const auto reopened = Reopen(dropped, Because("Pengar finns"));
  ASSERT_OK(reopened);
  EXPECT_EQ(reopened->changed.state, v1::MEASURE_STATE_OPEN);
  EXPECT_EQ(reopened->changed.note, "");
  EXPECT_EQ(reopened->changed.ended, std::nullopt);
  EXPECT_EQ(reopened->changed.reopen_count, 1);
  EXPECT_EQ(reopened->note->text, "Pengar finns");
}

TEST(MeasureTest, CaseCountsItsMeasuresAndThoseOpen) {
  const MeasureChange decided = Decide(SomeCase(), "m1", {}, "siv", kNow);
  Case subject = WithMeasure(SomeCase(), nullptr, decided).changed;
  EXPECT_EQ(subject.measure_count, 1);
  EXPECT_EQ(subject.open_measure_count, 1);
  EXPECT_EQ(subject.version, 5);
  EXPECT_EQ(subject.updated, kNow);

  const auto done = Complete(decided.changed, "", "siv", kLater);
  subject = WithMeasure(subject, &decided.changed, *done).changed;
  EXPECT_EQ(subject.measure_count, 1);
  EXPECT_EQ(subject.open_measure_count, 0);

  const auto reopened = Reopen(done->changed, Because("Igen"));
  subject = WithMeasure(subject, &done->changed, *reopened).changed;
  EXPECT_EQ(subject.open_measure_count, 1);
  EXPECT_EQ(subject.notes.back().text, "Igen");

  const auto dropped = Drop(reopened->changed, "", "siv", kLater);
  const CaseChange told = WithMeasure(subject, &reopened->changed, *dropped);
  EXPECT_EQ(told.changed.measure_count, 0);
  EXPECT_EQ(told.changed.open_measure_count, 0);
  EXPECT_EQ(told.measure->state, v1::MEASURE_STATE_DROPPED);
  EXPECT_EQ(told.measure_before->state, v1::MEASURE_STATE_OPEN);
}

TEST(MeasureTest, OnlyAnOpenMeasureWhoseTimeIsOverIsOverdue) {
  Measure measure = Decided();
  EXPECT_FALSE(IsOverdue(measure, kLater));
  measure.due = kNow;
  EXPECT_FALSE(IsOverdue(measure, kNow));
  EXPECT_TRUE(IsOverdue(measure, kLater));
  EXPECT_FALSE(IsOverdue(Complete(measure, "", "sam", kNow)->changed, kLater));
}

TEST(MeasureTest, OwnerIsAPersonByTheirPartInTheCase) {
  EXPECT_EQ(*OwnerFrom("owner: 'ove'"),
            (Party{.login = "ove", .role = organisation::v1::SYSTEM_ADMINISTRATOR, .unit = "omsorg"}));
  EXPECT_EQ(OwnerFrom("owner: 'me'")->login, "siv");
  EXPECT_THAT(OwnerFrom("owner: 'nobody'"), NamesField("plan.owner"));
  EXPECT_THAT(OwnerFrom(""), NamesField("plan.owner"));
  EXPECT_THAT(OwnerFrom("owner: 'ove' owner_role: COORDINATOR"), NamesField("plan.owner"));
}

TEST(MeasureTest, OwnerByFunctionIsOfTheUnitThatItIsHeldFor) {
  EXPECT_EQ(*OwnerFrom("owner_role: COORDINATOR owner_unit: 'hemtjanst'"),
            (Party{.login = "", .role = organisation::v1::COORDINATOR, .unit = "omsorg"}));
  EXPECT_EQ(OwnerFrom("owner_role: INFORMATION_SECURITY_OFFICER")->unit, "");
  EXPECT_THAT(OwnerFrom("owner_role: SYSTEM_OWNER owner_unit: 'omsorg'"), NamesField("plan.owner"));
  EXPECT_THAT(OwnerFrom("owner_role: IT_SECURITY_OFFICER"), NamesField("plan.owner_role"));
  EXPECT_THAT(OwnerFrom("owner_role: COORDINATOR owner_unit: 'nowhere'"),
              NamesField("plan.owner_unit"));
}

TEST(MeasureTest, WhoeverHoldsTheFunctionDoesIt) {
  const Party function{.login = "", .role = organisation::v1::COORDINATOR, .unit = "omsorg"};
  EXPECT_THAT(LoginsOf(function, *TestOrganisation()), ElementsAre("sam"));
  EXPECT_THAT(LoginsOf({.login = "ove"}, *TestOrganisation()), ElementsAre("ove"));
  const auto keys = organisation::OwnRightsOf(
      TestOrganisation().get(), {.tenant = "by", .login = "sam", .groups = {}}).keys;
  EXPECT_THAT(keys, ::testing::Contains(OwnerKey("by", function)));
  EXPECT_THAT(keys, ::testing::Contains(OwnerKey("by", {.login = "sam"})));
}

TEST(MeasureTest, ChangeOnAnotherVersionIsRefused) {
  EXPECT_OK(CheckEtag(Decided(), ""));
  EXPECT_OK(CheckEtag(Decided(), "1"));
  EXPECT_THAT(CheckEtag(Decided(), "2"), IsError(absl::StatusCode::kAborted, "MEASURE_CHANGED"));
}

}  // namespace
}  // namespace avvik::triage
