#include "common/process/loop.h"

#include <future>

#include "gtest/gtest.h"

namespace avvik::process {
namespace {

TEST(LoopTest, WakeCutsTheWaitShort) {
  std::promise<void> first, second;
  int steps = 0;
  Loop loop("test", [&] {
    if (++steps == 1) first.set_value();
    if (steps == 2) second.set_value();
    return absl::Hours(1);
  });
  ASSERT_TRUE(loop.Start().ok());
  first.get_future().wait();
  loop.Wake();
  second.get_future().wait();
  loop.Stop();
  EXPECT_GE(steps, 2);
}

TEST(LoopTest, StopEndsALongWaitAndMayBeCalledTwice) {
  std::promise<void> ran;
  Loop loop("test", [&, once = false]() mutable {
    if (!once) ran.set_value();
    once = true;
    return absl::Hours(1);
  });
  ASSERT_TRUE(loop.Start().ok());
  ran.get_future().wait();
  loop.Stop();
  loop.Stop();
  EXPECT_TRUE(loop.stopping());
}

TEST(LoopTest, StopBeforeStartIsHarmless) {
  Loop loop("test", [] { return absl::ZeroDuration(); });
  loop.Stop();
}

TEST(LoopTest, SecondStartIsRefused) {
  Loop loop("test", [] { return absl::Hours(1); });
  ASSERT_TRUE(loop.Start().ok());
  EXPECT_FALSE(loop.Start().ok());
}

}  // namespace
}  // namespace avvik::process
