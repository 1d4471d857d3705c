#include "services/metrics/watchers.h"

#include "common/clock/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace avvik::metrics {
namespace {

using avvik::testing::IsError;

class WatchersTest : public ::testing::Test {
 protected:
  // The figure that a picture shows; -1 for no picture.
  static int64_t Shown(const Watchers::Picture& picture) {
    return picture == nullptr ? -1 : picture->indicators(0).observations();
  }
  static int64_t Next(Watchers::Watcher& watcher) { return Shown(watcher.Next(absl::ZeroDuration())); }
  void Change(int64_t figure) {
    figure_ = figure;
    ++version_;
  }

  FakeClock clock_{absl::FromUnixSeconds(1'795'000'000)};
  telemetry::Registry telemetry_;
  int64_t figure_ = 7;
  int64_t version_ = 1;
  int painted_ = 0;
  absl::Status away_;
  Watchers watchers_{{.version = [this]() -> absl::StatusOr<int64_t> {
                        if (!away_.ok()) return away_;
                        return version_;
                      },
                      .paint = [this](const View&) -> absl::StatusOr<v1::Situation> {
                        if (!away_.ok()) return away_;
                        ++painted_;
                        v1::Situation situation;
                        situation.add_indicators()->set_observations(figure_);
                        situation.mutable_as_of_time()->set_seconds(
                            absl::ToUnixSeconds(clock_.Now()));
                        return situation;
                      }},
                     clock_,
                     telemetry_,
                     3};
  const View view_ = {.tenant = "by"};
};

TEST_F(WatchersTest, FirstPictureComesAtOnce) {
  auto watcher = watchers_.Join(view_);
  ASSERT_OK(watcher);
  EXPECT_EQ(Next(*watcher), -1);
  watchers_.RunOnce();
  EXPECT_EQ(Next(*watcher), 7);
  EXPECT_EQ(Next(*watcher), -1);
}

TEST_F(WatchersTest, ThoseWhoLookAtTheSameShareOnePainting) {
  auto first = watchers_.Join(view_);
  watchers_.RunOnce();
  auto second = watchers_.Join(view_);
  watchers_.RunOnce();
  EXPECT_EQ(painted_, 1);
  EXPECT_EQ(Next(*first), 7);
  // Who comes later gets what is there.
  EXPECT_EQ(Next(*second), 7);
  View other = view_;
  other.system = "journal";
  auto third = watchers_.Join(other);
  watchers_.RunOnce();
  EXPECT_EQ(painted_, 2);
  EXPECT_EQ(Next(*third), 7);
}

TEST_F(WatchersTest, ChangeIsShownAtMostFourTimesASecond) {
  auto watcher = watchers_.Join(view_);
  watchers_.RunOnce();
  EXPECT_EQ(Next(*watcher), 7);
  Change(8);
  EXPECT_EQ(watchers_.RunOnce(), absl::Milliseconds(250));
  EXPECT_EQ(Next(*watcher), -1);
  clock_.Advance(absl::Milliseconds(100));
  EXPECT_EQ(watchers_.RunOnce(), absl::Milliseconds(150));
  clock_.Advance(absl::Milliseconds(150));
  watchers_.RunOnce();
  EXPECT_EQ(Next(*watcher), 8);
}

TEST_F(WatchersTest, NothingIsPaintedWhileNothingChanges) {
  auto watcher = watchers_.Join(view_);
  watchers_.RunOnce();
  for (int i = 0; i < 10; ++i) {
    clock_.Advance(absl::Seconds(1));
    watchers_.RunOnce();
  }
  EXPECT_EQ(painted_, 1);
}

TEST_F(WatchersTest, ChangeElsewhereIsPaintedButNotSent) {
  auto watcher = watchers_.Join(view_);
  watchers_.RunOnce();
  EXPECT_EQ(Next(*watcher), 7);
  Change(7);
  clock_.Advance(absl::Seconds(1));
  watchers_.RunOnce();
  EXPECT_EQ(painted_, 2);
  EXPECT_EQ(Next(*watcher), -1);
}

TEST_F(WatchersTest, PictureIsSentAgainAfterFifteenQuietSeconds) {
  auto watcher = watchers_.Join(view_);
  watchers_.RunOnce();
  EXPECT_EQ(Next(*watcher), 7);
  clock_.Advance(absl::Seconds(14));
  watchers_.RunOnce();
  EXPECT_EQ(Next(*watcher), -1);
  clock_.Advance(absl::Seconds(1));
  watchers_.RunOnce();
  EXPECT_EQ(Next(*watcher), 7);
  EXPECT_EQ(painted_, 2);
}

TEST_F(WatchersTest, SlowWatcherGetsTheNewestOnly) {
  auto watcher = watchers_.Join(view_);
  for (int i = 1; i <= 5; ++i) {
    Change(i);
    clock_.Advance(absl::Seconds(1));
    watchers_.RunOnce();
  }
  EXPECT_EQ(Next(*watcher), 5);
  EXPECT_EQ(Next(*watcher), -1);
}

TEST_F(WatchersTest, PictureComesLateWhenTheStoreIsAway) {
  away_ = absl::UnavailableError("away");
  auto watcher = watchers_.Join(view_);
  watchers_.RunOnce();
  EXPECT_EQ(Next(*watcher), -1);
  away_ = absl::OkStatus();
  watchers_.RunOnce();
  EXPECT_EQ(Next(*watcher), 7);
}

TEST_F(WatchersTest, NoMoreThanAllowedAndAPlaceComesFreeAgain) {
  auto first = watchers_.Join(view_);
  auto second = watchers_.Join(view_);
  {
    auto third = watchers_.Join(view_);
    ASSERT_OK(third);
    EXPECT_THAT(watchers_.Join(view_).status(),
                IsError(absl::StatusCode::kResourceExhausted, "TOO_MANY_WATCHERS"));
  }
  EXPECT_OK(watchers_.Join(view_));
}

TEST_F(WatchersTest, LookThatNobodyLooksAtIsForgotten) {
  { auto watcher = watchers_.Join(view_); }
  watchers_.RunOnce();
  EXPECT_EQ(painted_, 0);
}

TEST_F(WatchersTest, StopLetsEveryoneGoAndNobodyIn) {
  auto watcher = watchers_.Join(view_);
  watchers_.RunOnce();
  watchers_.Stop();
  EXPECT_TRUE(watchers_.stopped());
  EXPECT_EQ(Shown(watcher->Next(absl::Hours(1))), -1);
  EXPECT_THAT(watchers_.Join(view_).status(), IsError(absl::StatusCode::kUnavailable, "STOPPING"));
}

}  // namespace
}  // namespace avvik::metrics
