#include "services/escalation/due_worker.h"

#include "services/escalation/store_test_support.h"

namespace avvik::escalation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DueWorkerTest : public StoreTest {
 protected:
  telemetry::Registry telemetry_;
  int told_ = 0;
  DueWorker worker_{store_, clock_, telemetry_, [this] { ++told_; }};
};

TEST_F(DueWorkerTest, RoundTellsWhatTheClockSaysIsDue) {
  ASSERT_OK(Hear(ToldCase()));
  EXPECT_EQ(worker_.RunOnce()->duties, 0);
  EXPECT_EQ(told_, 0);
  clock_.Set(*OnlyDuty().stages[0].times.target + absl::Milliseconds(250));
  const auto round = worker_.RunOnce();
  ASSERT_OK(round);
  EXPECT_EQ(round->overdue, 1);
  EXPECT_EQ(told_, 1);
  EXPECT_THAT(Told(), ElementsAre("DutyFound", "StageOverdue"));
  EXPECT_THAT(telemetry_.Text(), HasSubstr("avvik_stages_overdue_total 1"));
}

TEST_F(DueWorkerTest, RunningWorkerTellsWithinASecondOfTheDeadline) {
  ASSERT_OK(Hear(ToldCase()));
  ASSERT_OK(worker_.Start());
  clock_.Set(*OnlyDuty().stages[0].times.target);
  const absl::Time set = absl::Now();
  while (Count("event_log") != "2" && absl::Now() - set < absl::Seconds(5)) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  EXPECT_LE(absl::Now() - set, absl::Seconds(1));
  worker_.Stop();
}

// 100,000 other timers wait; the one that is due must not wait for them.
TEST_F(DueWorkerTest, ManyWaitingTimersDoNotDelayTheOneThatIsDue) {
  ASSERT_OK(Hear(ToldCase()));
  database_->Run(R"sql(
      INSERT INTO duty
      SELECT md5(n::text)::uuid, tenant, md5('c' || n)::uuid, 'AVV-2026-' || n, regime, regime_version,
             entity, entity_name, state, reasons, aware_at, handled_at, '', 0, unit, parties,
             urgent_at + interval '1 year', due_at + interval '1 year', created_at, updated_at, 1
        FROM duty, generate_series(1, 100000) AS n)sql");
  database_->Run("ANALYZE duty");
  clock_.Set(*Duties()[0].stages[0].times.target);
  const absl::Time begin = absl::Now();
  EXPECT_EQ(worker_.RunOnce()->overdue, 1);
  EXPECT_LE(absl::Now() - begin, absl::Seconds(1));
}

}  // namespace
}  // namespace avvik::escalation
