// Rebuilding the figures while they are in use, against real PostgreSQL.
#include "services/metrics/rebuild.h"

#include <atomic>
#include <thread>

#include "services/metrics/figure_set_test_support.h"
#include "services/metrics/painter.h"

namespace avvik::metrics {
namespace {

using avvik::testing::HasCode;

class RebuildTest : public FigureSetTest {
 protected:
  std::unique_ptr<Rebuilder> NewRebuilder() {
    std::vector<Source> sources;
    for (auto& [name, log] : town_.logs()) sources.push_back({name, &log});
    return std::make_unique<Rebuilder>(database_.settings(), database_.pool(), sources, handler_,
                                       clock_, [this] { ++done_; });
  }
  v1::Rebuild Begin(Rebuilder& rebuilder) {
    auto rebuild = rebuilder.Begin({.id = FakeIdSource::Nth(++traces_),
                                    .tenant = kTenant,
                                    .at = kNow,
                                    .actor = "root",
                                    .method = "avvik.metrics.v1.Metrics/RebuildFigures",
                                    .subject = "figures"});
    EXPECT_OK(rebuild);
    return *rebuild;
  }
  v1::Rebuild Last() { return *ReadLastRebuild(database_.pool()); }

  // Every row of a set of figures, but for the counter of changes.
  std::string Rows(const std::string& schema = kFigureSchema) {
    std::string sql = "SELECT concat_ws(E'\\n'";
    for (const char* table : {"report_figure", "case_figure", "duty_figure", "stage_figure",
                              "notice_figure", "parked_event"}) {
      sql += std::string(", (SELECT string_agg(line, E'\\n' ORDER BY line) FROM (SELECT '") + table +
             " ' || (to_jsonb(t) - 'change')::text AS line FROM " + schema + "." + table +
             " AS t) AS lines)";
    }
    sql += ", (SELECT string_agg(source || ' ' || position, ', ' ORDER BY source) FROM " + schema +
           ".consumer_offset))";
    return database_.Value(sql);
  }
  int64_t Position(const std::string& source) {
    return std::stoll(
        database_.Value("SELECT position FROM figures.consumer_offset WHERE source = '" + source + "'"));
  }

  int done_ = 0;
  unsigned traces_ = 0;
};

TEST_F(RebuildTest, FiguresAreTheSameToTheRowAfterwards) {
  town_.AddDeviations(1'000);
  HearAll();
  const std::string before = Rows();
  ASSERT_GT(before.size(), 100'000u);
  auto rebuilder = NewRebuilder();
  EXPECT_EQ(Begin(*rebuilder).state(), v1::REBUILD_STATE_RUNNING);
  while (rebuilder->RunOnce()) {
  }
  EXPECT_EQ(Rows(), before);
  EXPECT_EQ(done_, 1);
  const v1::Rebuild last = Last();
  EXPECT_EQ(last.state(), v1::REBUILD_STATE_DONE);
  EXPECT_EQ(last.applied_events(), last.total_events());
  int64_t told = 0;
  for (const auto& [source, log] : town_.logs()) told += log.head();
  EXPECT_EQ(last.total_events(), told);
  EXPECT_TRUE(last.has_end_time());
  EXPECT_EQ(database_.Value("SELECT actor || ' ' || method FROM audit_record"),
            "root avvik.metrics.v1.Metrics/RebuildFigures");
  // Those who heard before go on with the new set.
  town_.Shake(300);
  HearAll();
  const std::string heard = Rows();
  EXPECT_NE(heard, before);
  Begin(*rebuilder);
  while (rebuilder->RunOnce()) {
  }
  EXPECT_EQ(Rows(), heard);
}

TEST_F(RebuildTest, FiguresThatWentWrongAreRight) {
  town_.AddDeviations(200);
  HearAll();
  const std::string before = Rows();
  database_.Run(R"sql(
      UPDATE figures.case_figure SET unit = 'nonsense', version = 999 WHERE number LIKE '%7';
      DELETE FROM figures.report_figure WHERE number LIKE '%3';
      DELETE FROM figures.stage_figure)sql");
  auto rebuilder = NewRebuilder();
  Begin(*rebuilder);
  while (rebuilder->RunOnce()) {
  }
  EXPECT_EQ(Rows(), before);
}

TEST_F(RebuildTest, EventsThatComeInMeanwhileAreNotLost) {
  town_.AddDeviations(800);
  HearAll();
  auto rebuilder = NewRebuilder();
  Begin(*rebuilder);
  bool more = true;
  for (int i = 0; more; ++i) {
    if (i < 6) town_.Shake(100);
    // The figures in use run ahead of those being built.
    HearAll();
    more = rebuilder->RunOnce();
  }
  town_.AddDeviations(50);
  HearAll();
  const std::string heard = Rows();
  for (const auto& [source, log] : town_.logs()) EXPECT_EQ(Position(source), log.head());
  Begin(*rebuilder);
  while (rebuilder->RunOnce()) {
  }
  EXPECT_EQ(Rows(), heard);
}

TEST_F(RebuildTest, HearerThatIsBehindTheNewFiguresGoesOnWhereTheyEnd) {
  town_.AddDeviations(100);
  // Heard a first round, and then fell asleep.
  HearRound();
  town_.AddDeviations(300);
  auto rebuilder = NewRebuilder();
  Begin(*rebuilder);
  while (rebuilder->RunOnce()) {
  }
  const std::string rebuilt = Rows();
  EXPECT_EQ(Position("triage"), town_.logs()["triage"].head());
  const auto woken = consumers_[1]->RunOnce(absl::ZeroDuration());
  EXPECT_THAT(woken, HasCode(absl::StatusCode::kAborted));
  HearAll();
  EXPECT_EQ(Rows(), rebuilt);
}

TEST_F(RebuildTest, OneRebuildAtATimeOverAllCopiesOfTheService) {
  town_.AddDeviations(100);
  auto rebuilder = NewRebuilder();
  auto elsewhere = NewRebuilder();
  Begin(*rebuilder);
  EXPECT_EQ(Begin(*elsewhere).state(), v1::REBUILD_STATE_RUNNING);
  EXPECT_FALSE(elsewhere->RunOnce());
  Begin(*rebuilder);
  EXPECT_EQ(database_.Value("SELECT count(*) FROM rebuild"), "1");
  while (rebuilder->RunOnce()) {
  }
  Begin(*elsewhere);
  while (elsewhere->RunOnce()) {
  }
  EXPECT_EQ(database_.Value("SELECT count(*) FROM rebuild WHERE state = 2"), "2");
}

TEST_F(RebuildTest, CrashLeavesTheFiguresInUseAndTheNextRebuildStartsClean) {
  town_.AddDeviations(2'500);
  HearAll();
  const std::string before = Rows();
  auto rebuilder = NewRebuilder();
  Begin(*rebuilder);
  EXPECT_TRUE(rebuilder->RunOnce());
  EXPECT_EQ(database_.Value("SELECT count(*) > 0 FROM figures_next.case_figure"), "true");
  // As when the process is killed: every session of the rebuild ends at once.
  database_.Run(R"sql(
      SELECT pg_terminate_backend(pid, 5000) FROM pg_locks
       WHERE locktype = 'advisory' AND classid IN (4702, 4703) AND pid <> pg_backend_pid()
         AND (classid = 4703 OR objid::bigint IN (
              SELECT hashtext('figures_next/' || source)::bit(32)::bigint
                FROM unnest('{intake,triage,escalation,delivery}'::text[]) AS source)))sql");
  EXPECT_EQ(Last().state(), v1::REBUILD_STATE_FAILED);
  EXPECT_FALSE(rebuilder->RunOnce());
  EXPECT_EQ(Rows(), before);

  auto restarted = NewRebuilder();
  ASSERT_OK(restarted->Start());
  EXPECT_EQ(database_.Value("SELECT to_regnamespace('figures_next') IS NULL"), "true");
  restarted->Stop();
  EXPECT_EQ(Last().state(), v1::REBUILD_STATE_FAILED);
  EXPECT_TRUE(Last().has_end_time());

  auto next = NewRebuilder();
  Begin(*next);
  while (next->RunOnce()) {
  }
  EXPECT_EQ(Last().state(), v1::REBUILD_STATE_DONE);
  EXPECT_EQ(Rows(), before);
}

TEST_F(RebuildTest, StopGivesTheRebuildUp) {
  town_.AddDeviations(2'500);
  auto rebuilder = NewRebuilder();
  Begin(*rebuilder);
  EXPECT_TRUE(rebuilder->RunOnce());
  rebuilder->Stop();
  EXPECT_EQ(Last().state(), v1::REBUILD_STATE_FAILED);
  EXPECT_NE(Last().error().find("stopped"), std::string::npos);
  EXPECT_EQ(database_.Value("SELECT to_regnamespace('figures_next') IS NULL"), "true");
}

TEST_F(RebuildTest, NeighbourThatIsAwayIsWaitedForAndNotForEver) {
  town_.AddDeviations(100);
  auto rebuilder = NewRebuilder();
  MemoryLog& triage = town_.logs()["triage"];
  triage.SetAway(absl::UnavailableError("away"));
  EXPECT_THAT(rebuilder->Begin({}), HasCode(absl::StatusCode::kUnavailable));
  triage.SetAway(absl::OkStatus());
  Begin(*rebuilder);
  triage.SetAway(absl::UnavailableError("away"));
  EXPECT_TRUE(rebuilder->RunOnce());
  clock_.Advance(absl::Minutes(4));
  EXPECT_TRUE(rebuilder->RunOnce());
  EXPECT_EQ(Last().state(), v1::REBUILD_STATE_RUNNING);
  clock_.Advance(absl::Minutes(2));
  EXPECT_FALSE(rebuilder->RunOnce());
  EXPECT_EQ(Last().state(), v1::REBUILD_STATE_FAILED);
  triage.SetAway(absl::OkStatus());
  Begin(*rebuilder);
  while (rebuilder->RunOnce()) {
  }
  EXPECT_EQ(Last().state(), v1::REBUILD_STATE_DONE);
}

TEST_F(RebuildTest, EventThatCannotBeAppliedIsParkedInTheNewFiguresToo) {
  town_.AddDeviations(20);
  events::v1::Event broken;
  broken.set_type("avvik.triage.v1.CaseOpened");
  broken.set_tenant(kTenant);
  broken.set_subject("cases/broken");
  broken.mutable_data()->set_type_url("type.googleapis.com/avvik.triage.v1.CaseOpened");
  town_.logs()["triage"].Append(broken);
  auto rebuilder = NewRebuilder();
  Begin(*rebuilder);
  while (rebuilder->RunOnce()) {
  }
  EXPECT_EQ(database_.Value("SELECT subject FROM figures.parked_event"), "cases/broken");
  EXPECT_EQ(Position("triage"), town_.logs()["triage"].head());
}

TEST_F(RebuildTest, ReadersAlwaysSeeAllOfOneSet) {
  town_.AddDeviations(500);
  HearAll();
  Ledgers ledgers(store_, clock_);
  std::atomic<bool> stop = false;
  std::atomic<int> read = 0;
  std::vector<std::thread> readers;
  const std::string reports = database_.Value("SELECT count(*) FROM figures.report_figure");
  const std::string cases = database_.Value("SELECT count(*) FROM figures.case_figure");
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        int64_t seen_reports = 0;
        int64_t seen_cases = 0;
        ASSERT_OK(ledgers.Read(kTenant, absl::UTCTimeZone(), absl::Now() + absl::Seconds(10),
                               [&](const Ledger& ledger, absl::Time) {
                                 for (const Line& line : ledger.lines()) {
                                   seen_reports += line.has_report;
                                   seen_cases += line.has_case;
                                 }
                               }));
        EXPECT_EQ(std::to_string(seen_reports), reports);
        EXPECT_EQ(std::to_string(seen_cases), cases);
        ++read;
      }
    });
  }
  auto rebuilder = NewRebuilder();
  for (int i = 0; i < 5; ++i) {
    Begin(*rebuilder);
    while (rebuilder->RunOnce()) {
    }
    EXPECT_EQ(Last().state(), v1::REBUILD_STATE_DONE);
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(read, 10);
}

TEST_F(RebuildTest, LongReaderPutsTheExchangeOffAndIsNotDisturbed) {
  town_.AddDeviations(20);
  HearAll();
  auto reader = pg::Connection::Open(in_use_);
  ASSERT_OK(reader);
  ASSERT_OK((*reader)->ExecuteScript("BEGIN; LOCK TABLE consumer_offset IN ACCESS SHARE MODE"));
  auto rebuilder = NewRebuilder();
  Begin(*rebuilder);
  EXPECT_TRUE(rebuilder->RunOnce());
  EXPECT_EQ(Last().state(), v1::REBUILD_STATE_RUNNING);
  ASSERT_OK((*reader)->ExecuteScript("SELECT * FROM case_figure; COMMIT"));
  while (rebuilder->RunOnce()) {
  }
  EXPECT_EQ(Last().state(), v1::REBUILD_STATE_DONE);
}

}  // namespace
}  // namespace avvik::metrics
