#include "services/escalation/stage_times.h"

#include <gtest/gtest.h>

#include "common/deadline/instant.h"

namespace avvik::escalation {
namespace {

class StageTimesTest : public testing::Test {
 protected:
  absl::Time At(const std::string& text) const {
    return *deadline::ParseInstant(text, calendar_.zone);
  }
  StageTimes From(const std::string& start) const {
    return TimesFrom(At(start), rule_, std::nullopt, calendar_);
  }

  const deadline::Calendar calendar_{
      *deadline::LoadZone("Europe/Stockholm"), deadline::Country::kSweden, {8 * 60, 16 * 60 + 30}};
  StageRule rule_ = [] {
    StageRule rule;
    rule.clock.kind = StageClock::Kind::kPromptly;
    rule.clock.amount = 480;
    return rule;
  }();
};

TEST_F(StageTimesTest, OwnTargetRunsByNightUnlessItCountsOfficeHours) {
  const std::string friday_evening = "2026-11-20T20:00:00";
  EXPECT_EQ(From(friday_evening).target, At("2026-11-21T04:00:00"));
  EXPECT_EQ(From(friday_evening).remind, At("2026-11-21T02:00:00"));
  rule_.clock.office = true;
  EXPECT_EQ(From(friday_evening).target, At("2026-11-23T16:00:00"));
  EXPECT_EQ(From(friday_evening).remind, At("2026-11-23T14:00:00")) << "a quarter before";
  EXPECT_FALSE(From(friday_evening).outer);
}

TEST_F(StageTimesTest, ClockOfTheLawKnowsNoOfficeHours) {
  rule_.clock.kind = StageClock::Kind::kHours;
  rule_.clock.amount = 24;
  EXPECT_EQ(From("2026-11-20T16:40:00").target, At("2026-11-21T16:40:00"));
}

}  // namespace
}  // namespace avvik::escalation
