#include "services/metrics/pg_figure_store.h"

#include <thread>

#include "services/metrics/figure_set_test_support.h"

namespace avvik::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Writes down what it is given.
class Notes final : public FigureSink {
 public:
  void BeginAnew() override { texts.emplace_back("anew"); }
  void Take(const ReportFigure& report) override {
    reports.push_back(report);
    texts.push_back("report " + report.heading.number.ToText());
  }
  void Take(const CaseFigure& figure) override {
    cases.push_back(figure);
    texts.push_back("case " + figure.heading.number.ToText());
  }
  void TakeDuties(const std::string&, CaseNumber number,
                  std::span<const DutyFigure> given) override {
    duties.insert(duties.end(), given.begin(), given.end());
    texts.push_back(std::to_string(given.size()) + " duties " + number.ToText());
  }
  void TakeNotices(const std::string&, CaseNumber number, const NoticeCounts& counts) override {
    texts.push_back("notices " + number.ToText() + " " + std::to_string(counts.sent) + "/" +
                    std::to_string(counts.waiting) + "/" + std::to_string(counts.failed));
  }
  void TakeMeasures(const std::string&, CaseNumber number,
                    std::span<const MeasureFigure> given) override {
    measures.insert(measures.end(), given.begin(), given.end());
    texts.push_back(std::to_string(given.size()) + " measures " + number.ToText());
  }
  std::vector<std::string> texts;
  std::vector<MeasureFigure> measures;
  std::vector<ReportFigure> reports;
  std::vector<CaseFigure> cases;
  std::vector<DutyFigure> duties;
};

class PgFigureStoreTest : public FigureSetTest {
 protected:
  void Put(const Figure& figure) {
    ASSERT_OK(pg::RunInTransaction(
        pool_, pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
        [&](pg::Transaction& transaction) { return store_.Put(transaction, figure); }));
  }
  // What is new since the last time.
  Notes Changes() {
    Notes notes;
    auto seen = store_.ReadChanges(seen_, notes, absl::Now() + absl::Seconds(5));
    EXPECT_OK(seen);
    seen_ = *seen;
    return notes;
  }
  NoticeFigure Notice(int sequence, unsigned id, delivery::v1::NoticeState state,
                      int64_t version = 1) {
    return {.heading = Heading(sequence, 4000 + id, version), .state = state};
  }
  Seen seen_;
};

TEST_F(PgFigureStoreTest, FiguresComeBackAsTheyWent) {
  CaseFigure full = MakeCase(1);
  full.levels = {0, std::nullopt, 4, 1};
  full.acknowledged = full.opened + absl::Microseconds(123'456);
  full.closed = kNow;
  full.state = triage::v1::CASE_STATE_CLOSED;
  full.reopen_count = 3;
  DutyFigure duty = MakeDuty(1, absl::Hours(3));
  duty.stages.push_back({.stage = "z", .submitted = kNow});
  Put(MakeReport(1));
  Put(full);
  Put(MakeCase(2, "", ""));
  Put(duty);
  const Notes notes = Changes();
  EXPECT_THAT(notes.reports, ElementsAre(MakeReport(1)));
  EXPECT_THAT(notes.cases, ElementsAre(full, MakeCase(2, "", "")));
  EXPECT_THAT(notes.duties, ElementsAre(duty));
}

TEST_F(PgFigureStoreTest, OnlyWhatIsNewIsRead) {
  EXPECT_THAT(Changes().texts, ElementsAre("anew"));
  EXPECT_THAT(Changes().texts, IsEmpty());
  Put(MakeReport(1));
  Put(MakeReport(2));
  EXPECT_THAT(Changes().texts, ElementsAre("report AVV-2026-000001", "report AVV-2026-000002"));
  Put(MakeCase(1));
  EXPECT_THAT(Changes().texts, ElementsAre("case AVV-2026-000001"));
  EXPECT_THAT(Changes().texts, IsEmpty());
}

TEST_F(PgFigureStoreTest, OlderEventChangesNothing) {
  CaseFigure newer = MakeCase(1);
  newer.heading.version = 5;
  Put(newer);
  DutyFigure duty = MakeDuty(1, absl::Hours(1));
  duty.heading.version = 5;
  Put(duty);
  (void)Changes();
  CaseFigure older = MakeCase(1, "energi");
  DutyFigure older_duty = MakeDuty(1, absl::Hours(2));
  older_duty.stages.push_back({.stage = "other"});
  for (const int64_t version : {4, 5}) {
    older.heading.version = version;
    older_duty.heading.version = version;
    Put(older);
    Put(older_duty);
  }
  EXPECT_THAT(Changes().texts, IsEmpty());
  seen_ = {};
  const Notes all = Changes();
  EXPECT_THAT(all.cases, ElementsAre(newer));
  EXPECT_THAT(all.duties, ElementsAre(duty));
}

TEST_F(PgFigureStoreTest, StagesFollowTheirDuty) {
  DutyFigure duty = MakeDuty(1, absl::Hours(1));
  duty.stages = {{.stage = "a"}, {.stage = "b"}};
  Put(duty);
  duty.heading.version = 2;
  duty.stages = {{.stage = "b", .statutory = true}, {.stage = "c"}};
  Put(duty);
  EXPECT_THAT(Changes().duties, ElementsAre(duty));
  duty.heading.version = 3;
  duty.stages.clear();
  Put(duty);
  EXPECT_THAT(Changes().duties, ElementsAre(duty));
}

TEST_F(PgFigureStoreTest, AllDutiesOfADeviationComeWhenOneHasChanged) {
  DutyFigure first = MakeDuty(1, absl::Hours(1));
  DutyFigure second = MakeDuty(1, absl::Hours(1));
  second.heading.id = FakeIdSource::Nth(3999);
  Put(first);
  Put(second);
  Put(MakeDuty(2, absl::Hours(1)));
  (void)Changes();
  first.heading.version = 2;
  Put(first);
  EXPECT_THAT(Changes().texts, ElementsAre("2 duties AVV-2026-000001"));
}

TEST_F(PgFigureStoreTest, NoticesAreCountedByDeviation) {
  Put(Notice(1, 1, delivery::v1::NOTICE_STATE_SENT));
  Put(Notice(1, 2, delivery::v1::NOTICE_STATE_WAITING));
  Put(Notice(1, 3, delivery::v1::NOTICE_STATE_SENDING));
  Put(Notice(2, 4, delivery::v1::NOTICE_STATE_FAILED));
  EXPECT_THAT(Changes().texts,
              ::testing::UnorderedElementsAre("anew", "notices AVV-2026-000001 1/2/0",
                                              "notices AVV-2026-000002 0/0/1"));
  Put(Notice(1, 2, delivery::v1::NOTICE_STATE_SENT, 2));
  EXPECT_THAT(Changes().texts, ElementsAre("notices AVV-2026-000001 2/1/0"));
}

TEST_F(PgFigureStoreTest, LargeSetIsReadInPagesWithoutAGap) {
  database_.Run(R"sql(
      SET search_path = figures;
      INSERT INTO report_figure (report_id, tenant, number, version, unit, system, reported_at)
      SELECT gen_random_uuid(), 'by', 'AVV-2026-' || lpad(i::text, 6, '0'), 1, 'social', '', now()
        FROM generate_series(1, 25000) AS i;
      INSERT INTO duty_figure (duty_id, tenant, number, version, regime, state)
      SELECT gen_random_uuid(), 'by', 'AVV-2026-' || lpad((i / 2 + 1)::text, 6, '0'), 1, 'r', 2
        FROM generate_series(1, 25000) AS i)sql");
  const Notes notes = Changes();
  EXPECT_EQ(notes.reports.size(), 25'000u);
  std::map<CaseNumber, size_t> duties;
  for (const DutyFigure& duty : notes.duties) ++duties[duty.heading.number];
  EXPECT_EQ(duties.size(), 12'501u);
  EXPECT_THAT(Changes().texts, IsEmpty());
}

TEST_F(PgFigureStoreTest, ChangesOfOneReadingAreOfOneMoment) {
  Put(MakeReport(1));
  (void)Changes();
  // A writer that is not done is not seen, nor passed over when it is.
  auto writer = pg::Connection::Open(in_use_);
  ASSERT_OK(writer);
  ASSERT_OK((*writer)->Enter(pg::Scope::Everything()));
  ASSERT_OK((*writer)->ExecuteScript("BEGIN"));
  pg::Transaction transaction(**writer);
  ASSERT_OK(store_.Put(transaction, MakeReport(2)));
  EXPECT_THAT(Changes().texts, IsEmpty());
  Put(MakeCase(1));
  EXPECT_THAT(Changes().texts, ElementsAre("case AVV-2026-000001"));
  ASSERT_OK((*writer)->ExecuteScript("COMMIT"));
  EXPECT_THAT(Changes().texts, ElementsAre("report AVV-2026-000002"));
}

TEST_F(PgFigureStoreTest, LedgersAreSharedByThoseWhoAskAtOnce) {
  town_.AddDeviations(200);
  HearAll();
  Ledgers ledgers(store_, clock_);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      absl::TimeZone zone = absl::UTCTimeZone();
      if (i % 2 == 1) {
        ASSERT_TRUE(absl::LoadTimeZone("Europe/Stockholm", &zone));
      }
      for (int n = 0; n < 20; ++n) {
        ASSERT_OK(ledgers.Read(kTenant, zone, absl::Now() + absl::Seconds(10),
                               [&](const Ledger& ledger, absl::Time as_of) {
                                 EXPECT_EQ(ledger.lines().size(), 200u);
                                 EXPECT_EQ(ledger.zone(), zone);
                                 EXPECT_EQ(as_of, kNow);
                               }));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_OK(ledgers.Read("nobody", absl::UTCTimeZone(), absl::Now() + absl::Seconds(10),
                         [](const Ledger& ledger, absl::Time) {
                           EXPECT_TRUE(ledger.lines().empty());
                         }));
}

}  // namespace
}  // namespace avvik::metrics
