// The event path against real PostgreSQL and Redis: outbox, publisher, stream, consumer, parking,
// replay.
#include <set>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "absl/time/clock.h"
#include "common/clock/fake_clock.h"
#include "common/events/consumer.h"
#include "common/events/inbox.h"
#include "common/events/migrations.h"
#include "common/events/outbox.h"
#include "common/events/publisher.h"
#include "common/events/stream_entry.h"
#include "common/events/test_keys.h"
#include "common/ids/fake_id_source.h"
#include "google/protobuf/timestamp.pb.h"
#include "tests/support/certificates.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tls_redis.h"

namespace avvik::events {
namespace {

using avvik::testing::HasCode;
using avvik::testing::TestDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr pg::Migration kEffects[] = {
    {"test/0001_effect.sql",
     "CREATE TABLE effect (place bigint GENERATED ALWAYS AS IDENTITY, "
     "subject text, version bigint)"}};
constexpr pg::Statement kInsertEffect{"test_insert_effect",
                                      "INSERT INTO effect (subject, version) VALUES ($1, $2)"};
constexpr pg::Statement kDivide{"test_divide", "SELECT 1 / $1::int"};

// Writes down what it hears; refuses, or finds the surroundings missing, when told to.
class RecordingHandler final : public EventHandler {
 public:
  absl::Status Prepare(std::span<const v1::StoredEvent> batch) override {
    prepared_.clear();
    for (const v1::StoredEvent& stored : batch) {
      if (stored.event().subject() == refuse_in_prepare)
        return absl::NotFoundError("no such thing");
      prepared_.insert(stored.position());
    }
    return absl::OkStatus();
  }
  absl::Status Apply(pg::Transaction& transaction, const v1::StoredEvent& stored) override {
    if (away) return absl::UnavailableError("the neighbour is away");
    if (!prepared_.contains(stored.position())) return absl::UnavailableError("not prepared");
    const v1::Event& event = stored.event();
    AVVIK_RETURN_IF_ERROR(
        transaction.Execute(kInsertEffect, {event.subject(), event.subject_version()}).status());
    // An error of the database itself, which spoils the whole transaction.
    if (event.subject() == refuse) return transaction.Execute(kDivide, {0}).status();
    return absl::OkStatus();
  }

  std::string refuse;
  std::string refuse_in_prepare;
  bool away = false;

 private:
  // What the last Prepare brought, and nothing older.
  std::set<int64_t> prepared_;
};

class EventsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto migrations =
        pg::Join({outbox::Migrations(), inbox::Migrations(), std::span(kEffects)});
    database_ = new TestDatabase(migrations);
  }
  static void TearDownTestSuite() {
    delete database_;
    database_ = nullptr;
  }

  void SetUp() override {
    database_->Clear();
    redis_ = *redis::Connection::Open(server_, absl::Seconds(5));
    // A stream of its own for each test.
    static int count = 0;
    source_ = "source-" + std::to_string(getpid()) + "-" + std::to_string(++count);
    reader_ = std::make_unique<PgEventLogReader>(database_->pool());
    publisher_ = NewPublisher();
    consumer_ = NewConsumer();
  }
  void TearDown() override { Redis({"DEL", StreamKey(source_)}); }

  std::unique_ptr<Publisher> NewPublisher(const std::string& keys = "1") {
    return std::make_unique<Publisher>(
        PublisherSettings{.source = source_,
                          .database = database_->settings(),
                          .streams = {server_, TestKeys(keys)},
                          .batch = 100});
  }
  std::unique_ptr<Consumer> NewConsumer(const std::string& keys = "1") {
    return std::make_unique<Consumer>(
        ConsumerSettings{.source = source_,
                         .database = database_->settings(),
                         .streams = {server_, TestKeys(keys)},
                         .batch = 100,
                         .telemetry = &telemetry_},
        handler_, *reader_, clock_);
  }

  redis::Reply Redis(std::vector<std::string> command) { return *redis_->Command(command); }

  // Tells that `subject` has reached `version`.
  void Tell(const std::string& subject, int64_t version) {
    ASSERT_OK(pg::RunInTransaction(
        database_->pool(), pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
        [&](pg::Transaction& transaction) {
          const v1::Event event = MakeEvent(
              ids_, source_,
              {.tenant = "t", .subject = subject, .subject_version = version, .time = clock_.Now()},
              google::protobuf::Timestamp());
          return Append(transaction, std::span(&event, 1));
        }));
  }
  void Publish() {
    ASSERT_OK(OnceActive([&] { return publisher_->RunOnce(); }));
  }
  // Runs the consumer until it has nothing more to do.
  void Consume() {
    for (int rounds = 0; rounds < 20; ++rounds) {
      const auto round = OnceActive([&] { return consumer_->RunOnce(absl::ZeroDuration()); });
      if (round.ok() && round->applied + round->parked == 0) return;
    }
  }
  // The round in which it is its turn. The server lets go of a predecessor's lock when it notices
  // that the connection has ended.
  template <typename Work>
  static std::invoke_result_t<Work> OnceActive(Work work) {
    const absl::Time patience = absl::Now() + absl::Seconds(10);
    auto round = work();
    while (round.ok() && !round->active && absl::Now() < patience) {
      std::this_thread::yield();
      round = work();
    }
    return round;
  }

  // What took effect, in order.
  std::vector<std::string> Effects() {
    static constexpr pg::Statement statement{
        "test_effects", "SELECT subject || ' ' || version AS effect FROM effect ORDER BY place"};
    std::vector<std::string> effects;
    const pg::Rows rows = *database_->pool().Query(pg::Scope::Everything(), statement);
    for (const pg::Row row : rows) effects.push_back(row.Text("effect"));
    return effects;
  }
  // Puts an entry into the stream: `fields` with their values by turns.
  void Put(const std::string& id, std::vector<std::string> fields) {
    fields.insert(fields.begin(), {"XADD", StreamKey(source_), id});
    ASSERT_FALSE(Redis(fields).is_error());
  }
  // The bytes of an event that nobody told.
  std::string Invented() {
    return MakeEvent(ids_, source_, {.tenant = "t", .subject = "invented", .subject_version = 1},
                     google::protobuf::Timestamp())
        .SerializeAsString();
  }
  // That so many forged entries were counted.
  void ExpectForged(int count) {
    EXPECT_THAT(telemetry_.Text(), HasSubstr("avvik_events_forged_total{source=\"" + source_ +
                                             "\"} " + std::to_string(count) + "\n"));
  }
  std::string Position() { return database_->Value("SELECT max(position) FROM consumer_offset"); }

  inline static TestDatabase* database_ = nullptr;
  FakeClock clock_{absl::FromUnixSeconds(1'795'000'000)};
  FakeIdSource ids_;
  std::string source_;
  telemetry::Registry telemetry_;
  RecordingHandler handler_;
  redis::Server server_ = avvik::testing::TestRedis();
  std::unique_ptr<redis::Connection> redis_;
  std::unique_ptr<PgEventLogReader> reader_;
  std::unique_ptr<Publisher> publisher_;
  std::unique_ptr<Consumer> consumer_;
};

TEST_F(EventsTest, EventsTakeEffectInOrder) {
  Tell("a", 1);
  Tell("b", 1);
  Tell("a", 2);
  Publish();
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("a 1", "b 1", "a 2"));
}

TEST_F(EventsTest, PositionsHaveNoGapWhenATransactionCommitsLateOrNever) {
  static constexpr pg::Statement burn{"test_burn", "SELECT nextval('event_log_seq_seq')"};
  Tell("a", 1);
  ASSERT_OK(database_->pool().Query(pg::Scope::Everything(), burn));
  Tell("b", 1);
  // A transaction that took its number early and commits after the others were published.
  auto late = pg::Connection::Open(database_->settings());
  ASSERT_OK(late);
  ASSERT_OK((*late)->ExecuteScript("BEGIN"));
  pg::Transaction transaction(**late);
  const v1::Event event =
      MakeEvent(ids_, source_, {.tenant = "t", .subject = "late", .subject_version = 1},
                google::protobuf::Timestamp());
  ASSERT_OK(Append(transaction, std::span(&event, 1)));
  Tell("c", 1);
  Publish();
  ASSERT_OK((*late)->ExecuteScript("COMMIT"));
  Publish();
  EXPECT_EQ(database_->Value("SELECT string_agg(position::text, ',' ORDER BY seq) FROM event_log"),
            "1,2,4,3");
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("a 1", "b 1", "c 1", "late 1"));
}

TEST_F(EventsTest, EventsGoThroughRedisByTls) {
  // The consumer has nothing but the stream.
  struct NoLog final : EventLogReader {
    absl::StatusOr<LogPage> Read(int64_t, int) override { return absl::UnavailableError("away"); }
  } no_log;
  const avvik::testing::TestAuthority authority;
  avvik::testing::TlsRedis away(authority.Certify("redis", "IP:127.0.0.1"));
  server_ = away.Seen(authority.Certify("intake"));
  redis_ = *redis::Connection::Open(server_, absl::Seconds(5));
  publisher_ = NewPublisher();
  consumer_ = std::make_unique<Consumer>(
      ConsumerSettings{.source = source_,
                       .database = database_->settings(),
                       .streams = {server_, TestKeys("1")},
                       .batch = 100,
                       .telemetry = &telemetry_},
      handler_, no_log, clock_);
  const auto consume_one = [&] {
    const auto round = OnceActive([&] { return consumer_->RunOnce(absl::Seconds(10)); });
    ASSERT_OK(round);
    EXPECT_EQ(round->applied, 1);
  };
  Tell("a", 1);
  Publish();
  EXPECT_EQ(Redis({"XLEN", StreamKey(source_)}).integer(), 1);
  consume_one();

  // It comes back with nothing in it.
  away.Stop();
  away.Start();
  Tell("a", 2);
  EXPECT_FALSE(publisher_->RunOnce().ok());
  EXPECT_FALSE(consumer_->RunOnce(absl::ZeroDuration()).ok());
  Publish();
  consume_one();
  EXPECT_THAT(Effects(), ElementsAre("a 1", "a 2"));
  redis_ = *redis::Connection::Open(avvik::testing::TestRedis(), absl::Seconds(5));
}

TEST_F(EventsTest, RolledBackEventIsNeverTold) {
  const absl::Status status = pg::RunInTransaction(
      database_->pool(), pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
      [&](pg::Transaction& transaction) {
        const v1::Event event = MakeEvent(ids_, source_, {.tenant = "t", .subject = "a"},
                                          google::protobuf::Timestamp());
        AVVIK_RETURN_IF_ERROR(Append(transaction, std::span(&event, 1)));
        return absl::CancelledError("changed my mind");
      });
  EXPECT_THAT(status, HasCode(absl::StatusCode::kCancelled));
  Publish();
  Consume();
  EXPECT_THAT(Effects(), ElementsAre());
}

TEST_F(EventsTest, SecondPublisherStandsByAndTakesOver) {
  Tell("a", 1);
  Publish();
  auto second = NewPublisher();
  EXPECT_FALSE(second->RunOnce()->active);
  publisher_.reset();
  Tell("a", 2);
  publisher_ = std::move(second);
  Publish();
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("a 1", "a 2"));
}

TEST_F(EventsTest, PublishingAgainAfterACrashDoublesNothing) {
  Tell("a", 1);
  Publish();
  // A new publisher knows nothing of what the first one sent.
  publisher_.reset();
  publisher_ = NewPublisher();
  Tell("a", 2);
  Publish();
  EXPECT_EQ(Redis({"XLEN", StreamKey(source_)}).integer(), 2);
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("a 1", "a 2"));
}

TEST_F(EventsTest, VanishedStreamIsFilledAnew) {
  Tell("a", 1);
  Publish();
  Redis({"DEL", StreamKey(source_)});
  Tell("a", 2);
  // Appending finds no stream; the next round repairs.
  EXPECT_THAT(publisher_->RunOnce().status(), HasCode(absl::StatusCode::kUnavailable));
  Publish();
  EXPECT_EQ(Redis({"XLEN", StreamKey(source_)}).integer(), 2);
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("a 1", "a 2"));
}

TEST_F(EventsTest, StreamOfAnotherLogIsReplaced) {
  Redis({"XADD", StreamKey(source_), "1000-0", "t", "x", "e", "x"});
  Tell("a", 1);
  Publish();
  EXPECT_EQ(Redis({"XRANGE", StreamKey(source_), "-", "+"})[0][0].text(), "1-0");
}

TEST_F(EventsTest, ConsumerReadsFromTheLogWhatTheStreamLost) {
  Tell("a", 1);
  Tell("a", 2);
  Tell("a", 3);
  Publish();
  Redis({"XDEL", StreamKey(source_), "2-0"});
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("a 1", "a 2", "a 3"));
}

TEST_F(EventsTest, ConsumerGoesOnWithoutRedis) {
  Tell("a", 1);
  Publish();
  Redis({"DEL", StreamKey(source_)});
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("a 1"));
}

TEST_F(EventsTest, ForgedEventIsNotAppliedAndTheTrueOneIs) {
  Tell("a", 1);
  Publish();
  // It takes the place of what is told next.
  Put("2-0", {"t", "x", "e", Invented()});
  Tell("a", 2);
  Tell("a", 3);
  Publish();
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("a 1", "a 2", "a 3"));
  ExpectForged(1);
}

TEST_F(EventsTest, EventProvenByAnUnknownKeyIsForged) {
  Put("1-0", EntryFields(*TestKeys("2"), source_, 1, "x", Invented()));
  Tell("a", 1);
  // The publisher knows of no stream yet, and takes the entry for its own.
  Publish();
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("a 1"));
  ExpectForged(1);
}

TEST_F(EventsTest, EntryCopiedToAnotherPositionIsForged) {
  Tell("a", 1);
  Tell("b", 1);
  Publish();
  const redis::Reply entries = Redis({"XRANGE", StreamKey(source_), "-", "+"});
  Redis({"DEL", StreamKey(source_)});
  // Each entry where the other one was.
  for (const size_t from : {1, 0}) {
    std::vector<std::string> fields;
    for (size_t i = 0; i < entries[from][1].size(); ++i) {
      fields.push_back(entries[from][1][i].text());
    }
    Put(EntryId(from == 1 ? 1 : 2), fields);
  }
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("a 1", "b 1"));
  ExpectForged(1);
}

TEST_F(EventsTest, EntryCopiedFromAnotherStreamIsForged) {
  Put("1-0", EntryFields(*TestKeys(), "another-" + source_, 1, "x", Invented()));
  Tell("a", 1);
  Publish();
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("a 1"));
  ExpectForged(1);
}

TEST_F(EventsTest, ForgedEntryThatNothingIsToldBehindIsReportedOnceAndLookedAtCalmly) {
  Put("1-0", {"e", Invented(), "m", std::string(32, 'm')});
  for (int i = 0; i < 3; ++i) {
    const auto round = OnceActive([&] { return consumer_->RunOnce(absl::ZeroDuration()); });
    ASSERT_OK(round);
    EXPECT_TRUE(round->astray);
    EXPECT_EQ(round->applied + round->parked, 0);
    EXPECT_EQ(round->position, 0);
  }
  ExpectForged(1);
}

TEST_F(EventsTest, KeysAreExchangedWhileEventsTravel) {
  Tell("a", 1);
  Publish();
  // The new key behind the old one, in front of it, and alone; a publisher's turn and a consumer's come
  // at different times.
  consumer_ = NewConsumer("12");
  Consume();
  publisher_ = NewPublisher("21");
  Tell("a", 2);
  Publish();
  Consume();
  consumer_ = NewConsumer("2");
  publisher_ = NewPublisher("2");
  Tell("a", 3);
  Publish();
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("a 1", "a 2", "a 3"));
  ExpectForged(0);
}

TEST_F(EventsTest, EventAppliedByAnotherConsumerIsNotAppliedAgain) {
  Tell("a", 1);
  Tell("a", 2);
  Publish();
  // This consumer has read its position; then another one moves it behind its back.
  ASSERT_OK(consumer_->RunOnce(absl::ZeroDuration()));
  Tell("a", 3);
  Publish();
  database_->Run("UPDATE consumer_offset SET position = 3");
  EXPECT_THAT(consumer_->RunOnce(absl::ZeroDuration()).status(),
              HasCode(absl::StatusCode::kAborted));
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("a 1", "a 2"));
}

TEST_F(EventsTest, SecondConsumerStandsByAndGoesOnWhereTheFirstEnded) {
  Tell("a", 1);
  Publish();
  Consume();
  auto second = NewConsumer();
  EXPECT_FALSE(second->RunOnce(absl::ZeroDuration())->active);
  consumer_ = std::move(second);
  Tell("a", 2);
  Publish();
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("a 1", "a 2"));
}

TEST_F(EventsTest, CrashBeforeTheCommitLeavesNeitherEffectNorPosition) {
  Tell("a", 1);
  Publish();
  handler_.away = true;
  EXPECT_THAT(consumer_->RunOnce(absl::ZeroDuration()).status(),
              HasCode(absl::StatusCode::kUnavailable));
  EXPECT_EQ(Position(), "0");
  EXPECT_EQ(database_->Value("SELECT count(*) FROM parked_event"), "0");
  handler_.away = false;
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("a 1"));
}

TEST_F(EventsTest, RefusedEventIsParkedAndLaterOnesOfItsSubjectBehindIt) {
  handler_.refuse = "bad";
  Tell("good", 1);
  Tell("bad", 1);
  Tell("good", 2);
  Tell("bad", 2);
  Publish();
  Consume();
  Tell("bad", 3);
  Tell("good", 3);
  Publish();
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("good 1", "good 2", "good 3"));
  EXPECT_EQ(database_->Value("SELECT string_agg(position::text || ' ' || attempts, ',' ORDER BY "
                             "position) FROM parked_event"),
            "2 1,4 0,5 0");
}

TEST_F(EventsTest, EventThatCannotBePreparedIsParkedAloneWithItsReason) {
  handler_.refuse_in_prepare = "bad";
  Tell("good", 1);
  Tell("bad", 1);
  Tell("good", 2);
  Publish();
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("good 1", "good 2"));
  EXPECT_EQ(database_->Value("SELECT error FROM parked_event"), "NOT_FOUND: no such thing");
}

TEST_F(EventsTest, ReplayAppliesParkedEventsInOrder) {
  handler_.refuse = "bad";
  Tell("bad", 1);
  Tell("bad", 2);
  Publish();
  Consume();
  Inbox inbox(database_->pool(), {{source_, &handler_}}, clock_);

  auto replayed = inbox.Replay("");
  ASSERT_OK(replayed);
  EXPECT_EQ(replayed->applied_events(), 0);
  EXPECT_EQ(replayed->parked_events(), 2);
  EXPECT_EQ(inbox.ListParked(10)->parked_events(0).attempts(), 2);

  handler_.refuse.clear();
  replayed = inbox.Replay("bad");
  ASSERT_OK(replayed);
  EXPECT_EQ(replayed->applied_events(), 2);
  EXPECT_EQ(replayed->parked_events(), 0);
  EXPECT_THAT(Effects(), ElementsAre("bad 1", "bad 2"));
  Tell("bad", 3);
  Publish();
  Consume();
  EXPECT_THAT(Effects(), ElementsAre("bad 1", "bad 2", "bad 3"));
}

TEST_F(EventsTest, ConsumersSayHowFarTheyAre) {
  Tell("a", 1);
  Publish();
  Consume();
  Inbox inbox(database_->pool(), {{source_, &handler_}}, clock_);
  const auto consumers = inbox.ListConsumers();
  ASSERT_OK(consumers);
  EXPECT_EQ(consumers->consumers(0).source(), source_);
  EXPECT_EQ(consumers->consumers(0).position(), 1);
}

}  // namespace
}  // namespace avvik::events
