#include "common/clock/synchronisation.h"

#include <sys/timex.h>

#include "common/clock/clock_watch.h"
#include "gtest/gtest.h"

namespace avvik {
namespace {

constexpr KernelClock kRight{.result = TIME_OK, .status = STA_PLL, .estimated_error = {}};
constexpr KernelClock kAdrift{.result = TIME_ERROR, .status = STA_UNSYNC, .estimated_error = {}};

TEST(SynchronisationTest, ClockThatIsKeptInStepIsSynchronised) {
  EXPECT_EQ(JudgeClock(kRight), Synchronisation::kSynchronised);
  // A leap second is no mistake.
  EXPECT_EQ(JudgeClock({.result = TIME_INS}), Synchronisation::kSynchronised);
}

TEST(SynchronisationTest, ClockThatNobodyKeepsIsNotSynchronised) {
  EXPECT_EQ(JudgeClock(kAdrift), Synchronisation::kNotSynchronised);
  EXPECT_EQ(JudgeClock({.result = TIME_OK, .status = STA_UNSYNC}),
            Synchronisation::kNotSynchronised);
  EXPECT_EQ(JudgeClock({.result = TIME_ERROR}), Synchronisation::kNotSynchronised);
}

TEST(SynchronisationTest, ClockFarOffIsNotSynchronisedWhateverItsFlagsSay) {
  KernelClock clock = kRight;
  clock.estimated_error = kLargestClockError;
  EXPECT_EQ(JudgeClock(clock), Synchronisation::kSynchronised);
  clock.estimated_error += absl::Microseconds(1);
  EXPECT_EQ(JudgeClock(clock), Synchronisation::kNotSynchronised);
}

TEST(SynchronisationTest, ClockThatMayNotBeAskedIsUnknownAndNotWrong) {
  EXPECT_EQ(JudgeClock({.result = -1, .status = STA_UNSYNC}), Synchronisation::kUnknown);
}

TEST(SynchronisationTest, KernelOfThisMachineGivesOneOfTheThree) {
  EXPECT_NE(NameOf(JudgeClock(AskKernelClock())), "");
}

TEST(ClockWatchTest, EachChangeIsToldOnceAndTheGaugeFollows) {
  telemetry::Registry registry;
  KernelClock clock = kRight;
  ClockWatch watch(registry, [&] { return clock; });
  const auto gauge = [&](const std::string& value) {
    return registry.Text().find("\navvik_clock_synchronised " + value + "\n") != std::string::npos;
  };
  EXPECT_TRUE(gauge("-1"));
  EXPECT_FALSE(watch.RunOnce());
  EXPECT_TRUE(gauge("1"));
  clock = kAdrift;
  EXPECT_TRUE(watch.RunOnce());
  EXPECT_TRUE(gauge("0"));
  EXPECT_FALSE(watch.RunOnce());
  clock = {};
  EXPECT_TRUE(watch.RunOnce());
  EXPECT_TRUE(gauge("-1"));
  clock = kRight;
  EXPECT_TRUE(watch.RunOnce());
  EXPECT_TRUE(gauge("1"));
}

TEST(ClockWatchTest, ClockThatIsWrongAtTheStartIsTold) {
  telemetry::Registry registry;
  ClockWatch watch(registry, [] { return kAdrift; });
  EXPECT_TRUE(watch.RunOnce());
}

TEST(ClockWatchTest, ClockThatMayNotBeAskedIsNotTold) {
  telemetry::Registry registry;
  ClockWatch watch(registry, [] { return KernelClock{}; });
  EXPECT_FALSE(watch.RunOnce());
}

}  // namespace
}  // namespace avvik
