// For tests: a database with the tables of metrics, and the figures of a generated town in them.
#pragma once

#include <memory>
#include <string>

#include "common/audit/audit.h"
#include "common/clock/fake_clock.h"
#include "common/events/consumer.h"
#include "services/metrics/event_handlers.h"
#include "services/metrics/generated_town.h"
#include "services/metrics/ledgers.h"
#include "services/metrics/migrations.h"
#include "services/metrics/pg_figure_store.h"
#include "services/metrics/test_figures.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::metrics {

class FigureSetTest : public ::testing::Test {
 protected:
  FigureSetTest() {
    EXPECT_OK(MigrateFigures(database_.settings()));
    for (const char* source : {"intake", "triage", "escalation", "delivery"}) {
      consumers_.push_back(std::make_unique<events::Consumer>(
          events::ConsumerSettings{
              .source = source, .database = in_use_, .streams = {}, .batch = 500},
          handler_, town_.logs()[source], clock_));
    }
  }

  // One round of each consumer; whether any had something to do.
  bool HearRound() {
    bool applied = false;
    for (const auto& consumer : consumers_) {
      const auto round = consumer->RunOnce(absl::ZeroDuration());
      // A position that was moved by somebody else is read again in the next round.
      if (!round.ok()) {
        EXPECT_EQ(round.status().code(), absl::StatusCode::kAborted) << round.status();
        applied = true;
        continue;
      }
      EXPECT_TRUE(round->active);
      EXPECT_EQ(round->parked, 0);
      applied = applied || round->applied > 0;
    }
    return applied;
  }
  void HearAll() {
    while (HearRound()) {
    }
  }

  avvik::testing::TestDatabase database_{pg::Join({audit::Migrations(), Migrations()})};
  const pg::Settings in_use_ = OnSchema(database_.settings(), kFigureSchema);
  pg::Pool pool_{in_use_, 4};
  PgFigureStore store_{pool_};
  FigureEventHandler handler_{store_, [] {}};
  FakeClock clock_{kNow};
  GeneratedTown town_{kNow, 20261121};
  std::vector<std::unique_ptr<events::Consumer>> consumers_;
};

}  // namespace avvik::metrics
