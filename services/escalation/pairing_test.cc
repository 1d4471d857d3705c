#include "services/escalation/pairing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/escalation/test_support.h"

namespace avvik::escalation {
namespace {

// What is decided of a regime for some entities.
std::vector<DutyDecision> Decisions(const std::vector<std::string>& entities) {
  std::vector<DutyDecision> decisions;
  for (const std::string& entity : entities) {
    DutyDecision& decision = decisions.emplace_back();
    decision.regime = TestRegimes().Find("SE-GDPR-33");
    decision.entity = {entity, entity};
    decision.need = Need::kRequired;
  }
  return decisions;
}

std::vector<Duty> Duties(const std::vector<std::string>& entities) {
  std::vector<Duty> duties;
  for (const std::string& entity : entities) {
    Duty& duty = duties.emplace_back();
    duty.id = "of-" + entity;
    duty.regime = "SE-GDPR-33";
    duty.entity = {entity, entity};
  }
  return duties;
}

// `entity duty need` for each pairing.
std::vector<std::string> Paired(const std::vector<std::string>& decided,
                                const std::vector<std::string>& known) {
  const std::vector<Duty> duties = Duties(known);
  std::vector<std::string> lines;
  for (const auto& [decision, duty] : Pair(Decisions(decided), duties)) {
    lines.push_back(decision.entity.unit + " " + (duty == nullptr ? "-" : duty->id) +
                    (decision.need == Need::kRequired ? " required" : " none"));
  }
  return lines;
}

using ::testing::ElementsAre;

TEST(PairingTest, DutiesAreThoseOfTheirEntity) {
  EXPECT_THAT(Paired({"a", "b"}, {}), ElementsAre("a - required", "b - required"));
  EXPECT_THAT(Paired({"a", "b"}, {"b", "a"}), ElementsAre("a of-a required", "b of-b required"));
  EXPECT_THAT(Paired({"a", "b"}, {"a"}), ElementsAre("a of-a required", "b - required"));
}

TEST(PairingTest, CaseThatMovesTakesItsDutyAlong) {
  EXPECT_THAT(Paired({"b"}, {"a"}), ElementsAre("b of-a required"));
}

TEST(PairingTest, DutyOfAnEntityThatIsNotHitIsNotNeeded) {
  EXPECT_THAT(Paired({"a"}, {"a", "b"}), ElementsAre("a of-a required", "b of-b none"));
  const std::vector<Duty> duties = Duties({"a", "b"});
  EXPECT_THAT(Pair(Decisions({"a"}), duties)[1].decision.reasons, ElementsAre("b is not hit"));
}

TEST(PairingTest, DutiesOfOtherRegimesAreLeftAlone) {
  std::vector<Duty> duties = Duties({"a"});
  duties[0].regime = "GONE";
  EXPECT_EQ(Pair(Decisions({"a"}), duties).size(), 1u);
  EXPECT_EQ(Pair(Decisions({"a"}), duties)[0].duty, nullptr);
}

}  // namespace
}  // namespace avvik::escalation
