#include "services/escalation/calendar.h"

#include "common/rpc/time.h"
#include "gmock/gmock.h"
#include "services/escalation/feed_secret.h"
#include "services/escalation/test_support.h"

namespace avvik::escalation {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Deadline SomeDeadline(type::v1::Sphere sphere = type::v1::SPHERE_OPEN) {
  Deadline deadline;
  deadline.duty_id = "00000000-0000-7000-8000-0000000000d1";
  deadline.case_id = "00000000-0000-7000-8000-0000000000c1";
  deadline.number = "AVV-2026-000123";
  deadline.regime = "SE-GDPR-33";
  deadline.stage = "anmalan";
  deadline.statutory = true;
  deadline.target = At("2026-11-23T16:40:00+01:00");
  deadline.sequence = 2;
  deadline.matter = {.unit = "social", .sphere = sphere, .parties = {"p_owner"}};
  return deadline;
}

organisation::RoleCatalogue Roles() {
  return *organisation::RoleCatalogue::Create(ParseText<organisation::v1::RoleCatalogue>(R"pb(
    roles {
      role: EMPLOYEE
      grants { permission: "calendar.feeds" reach: REACH_OWN }
    }
    roles {
      role: INFORMATION_SECURITY_OFFICER
      grants { permission: "duties.read" reach: REACH_ALL }
    })pb"));
}

TEST(Calendar, SecretsAreLongDifferentAndFitIntoAnAddress) {
  const std::string secret = NewFeedSecret();
  EXPECT_EQ(secret.size(), 43u);
  EXPECT_EQ(secret.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"),
            std::string::npos);
  EXPECT_NE(NewFeedSecret(), secret);
  EXPECT_EQ(HashOfSecret(secret).size(), 32u);
  EXPECT_THAT(HashOfSecret(secret), Not(HasSubstr(secret)));
  EXPECT_EQ(FeedPath("kalix.test", "s"), "/v1/calendar/kalix.test.s.ics");
}

TEST(Calendar, EntryTellsNumberAndTitlesOfTheLaw) {
  Deadline deadline = SomeDeadline();
  const auto& regime = *TestRegimes().Find(TestRegimes().messages()[0].id());
  deadline.regime = regime.id;
  const auto entry = EntryOf(deadline, TestRegimes());
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->number(), "AVV-2026-000123");
  EXPECT_EQ(entry->title(), regime.title);
  EXPECT_EQ(entry->stage_title(), "anmalan") << "no version of that name: the id stands for the title";
  EXPECT_EQ(entry->sequence(), 2);
  EXPECT_TRUE(entry->statutory());
  EXPECT_EQ(rpc::FromProtoTime(entry->target_time()), deadline.target);
  EXPECT_FALSE(entry->has_remind_time());
}

TEST(Calendar, UidIsThatOfTheStageAndTellsNothing) {
  const Deadline deadline = SomeDeadline();
  const std::string uid = EntryOf(deadline, TestRegimes())->uid();
  Deadline moved = deadline;
  moved.target += absl::Hours(5);
  moved.sequence = 3;
  EXPECT_EQ(EntryOf(moved, TestRegimes())->uid(), uid);
  Deadline other = deadline;
  other.stage = "komplettering";
  EXPECT_NE(EntryOf(other, TestRegimes())->uid(), uid);
  EXPECT_THAT(uid, Not(HasSubstr("anmalan")));
  EXPECT_THAT(uid, Not(HasSubstr(deadline.duty_id)));
}

TEST(Calendar, RestrictedCaseIsOnlyADeadline) {
  const auto entry = EntryOf(SomeDeadline(type::v1::SPHERE_RESTRICTED), TestRegimes());
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->number(), "");
  EXPECT_EQ(entry->title(), "");
  EXPECT_EQ(entry->stage_title(), "");
  EXPECT_FALSE(entry->statutory());
  EXPECT_TRUE(entry->has_target_time());
}

TEST(Calendar, MatterOfSecurityProtectionIsNeverInIt) {
  EXPECT_FALSE(EntryOf(SomeDeadline(type::v1::SPHERE_SECURITY_PROTECTION), TestRegimes()));
  EXPECT_FALSE(EntryOf(SomeDeadline(type::v1::SPHERE_UNSPECIFIED), TestRegimes()));
}

TEST(Calendar, DeadlineOfARegimeThatIsGoneHasIdsForTitles) {
  Deadline deadline = SomeDeadline();
  deadline.regime = "gone";
  const v1::Deadline proto = ToProto(deadline, TestRegimes());
  EXPECT_EQ(proto.title(), "gone");
  EXPECT_EQ(proto.stage_title(), "anmalan");
}

TEST(Calendar, PersonSeesByWhatTheOrganisationSays) {
  const auto organisation = TestOrganisation();
  const absl::Time now = At("2026-11-22T12:00:00+01:00");
  const auto all = VisibilityOfPerson(*organisation, Roles(), "isa", "duties.read", false, now);
  EXPECT_TRUE(organisation::Judge(all, SomeDeadline().matter).allowed());
  const auto own = VisibilityOfPerson(*organisation, Roles(), "isa", "duties.read", true, now);
  EXPECT_FALSE(organisation::Judge(own, SomeDeadline().matter).allowed());
  EXPECT_TRUE(organisation::Judge(
                  own, {.unit = "social",
                        .sphere = type::v1::SPHERE_OPEN,
                        .parties = {organisation::PersonId("kommun", "isa")}})
                  .allowed());
  const auto nothing = VisibilityOfPerson(*organisation, Roles(), "eva", "duties.read", false, now);
  EXPECT_THAT(nothing.spheres, IsEmpty());
  EXPECT_THAT(nothing.places, IsEmpty());
  EXPECT_THAT(nothing.keys, IsEmpty());
}

}  // namespace
}  // namespace avvik::escalation
