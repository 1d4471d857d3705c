#include "common/organisation/matter.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace avvik::organisation {
namespace {

using testing::ElementsAre;

triage::v1::CaseFacts Facts(const std::string& rest) {
  triage::v1::CaseFacts facts;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
            unit: "hemtjanst"
            system: "journal"
            owner { person_id: "p_siv" role: SYSTEM_OWNER unit: "omsorg" }
            drawn_in { person_id: "p_dora" role: DATA_PROTECTION_OFFICER }
      )pb" +
          rest,
      &facts));
  return facts;
}

TEST(MatterOf, OpenCasesPassOnWithTheFunction) {
  for (const char* sphere : {"", "sphere: SPHERE_OPEN", "sphere: SPHERE_PERSONAL_DATA"}) {
    EXPECT_THAT(MatterOf(Facts(sphere)).parties,
                ElementsAre("p_siv", FunctionKey(v1::SYSTEM_OWNER, "", "journal"), "p_dora",
                            FunctionKey(v1::DATA_PROTECTION_OFFICER, "", "")));
  }
}

TEST(MatterOf, ClosedSpheresAreForPersonsAndFunctionsNamed) {
  for (const char* sphere : {"sphere: SPHERE_RESTRICTED ", "sphere: SPHERE_SECURITY_PROTECTION "}) {
    EXPECT_THAT(MatterOf(Facts(sphere)).parties, ElementsAre("p_siv", "p_dora"));
    EXPECT_THAT(MatterOf(Facts(std::string(sphere) +
                               "named { person_id: 'p_sam' role: COORDINATOR unit: 'omsorg' } "
                               "named { role: FORUM_MEMBER }"))
                    .parties,
                ElementsAre("p_siv", "p_dora", "p_sam", FunctionKey(v1::FORUM_MEMBER, "", "")));
  }
}

TEST(MatterOf, SphereThatIsNotSaidFollowsFromTheClassification) {
  EXPECT_EQ(MatterOf(Facts("")).sphere, type::v1::SPHERE_OPEN);
  EXPECT_EQ(MatterOf(Facts("")).unit, "hemtjanst");
  EXPECT_EQ(MatterOf(Facts("classification { personal_data: ANSWER_YES }")).sphere,
            type::v1::SPHERE_PERSONAL_DATA);
  EXPECT_EQ(MatterOf(Facts("classification { national_security: ANSWER_YES }")).sphere,
            type::v1::SPHERE_SECURITY_PROTECTION);
}

TEST(CaseFactsIn, AreFoundInEveryEventOfACaseAndInNoOther) {
  events::v1::Event event;
  triage::v1::CaseHandedOver told;
  told.mutable_facts()->set_number("AVV-2026-000001");
  event.set_type(told.GetDescriptor()->full_name());
  event.mutable_data()->PackFrom(told);
  EXPECT_EQ((*CaseFactsIn(event))->number(), "AVV-2026-000001");
  event.mutable_data()->set_value("\xff");
  EXPECT_EQ(CaseFactsIn(event).status().code(), absl::StatusCode::kDataLoss);
  triage::v1::OrganisationApplied other;
  event.set_type(other.GetDescriptor()->full_name());
  event.mutable_data()->PackFrom(other);
  EXPECT_FALSE(CaseFactsIn(event)->has_value());
}

}  // namespace
}  // namespace avvik::organisation
