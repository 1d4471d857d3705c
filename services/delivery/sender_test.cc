// The queue and its sender against real PostgreSQL, with a mail server that does as it is told.
#include "services/delivery/sender.h"

#include <cstdlib>

#include "services/delivery/queue_keeper.h"
#include "services/delivery/test_support.h"

namespace avvik::delivery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What mailers share: the answers to give, and what they were given.
struct Script {
  HandOverResult answer{.outcome = HandOver::kAccepted, .reply_code = 250, .error = ""};
  std::vector<Envelope> sent;
};

class ScriptedMailer final : public Mailer {
 public:
  explicit ScriptedMailer(Script& script) : script_(script) {}
  HandOverResult Send(const Envelope& envelope) override {
    script_.sent.push_back(envelope);
    return script_.answer;
  }

 private:
  Script& script_;
};

// A queue whose database goes away when told to.
class FragileQueue final : public SendQueue {
 public:
  explicit FragileQueue(SendQueue& queue) : queue_(queue) {}
  absl::StatusOr<std::optional<Notice>> Take(const std::string& holder, absl::Time now,
                                             absl::Time lease) override {
    return queue_.Take(holder, now, lease);
  }
  absl::StatusOr<std::optional<Notice>> Record(const Notice& notice, const std::string& holder,
                                               const Attempt& attempt, const Verdict& verdict,
                                               absl::Time now) override {
    if (lose_record) return absl::UnavailableError("the database is away");
    auto recorded = queue_.Record(notice, holder, attempt, verdict, now);
    if (lose_answer) return absl::UnavailableError("the database went away in the commit");
    return recorded;
  }
  absl::Status Renew(const std::string& holder, absl::Time lease) override {
    return queue_.Renew(holder, lease);
  }
  absl::StatusOr<int64_t> Rescue(absl::Time now) override { return queue_.Rescue(now); }
  absl::StatusOr<int64_t> EraseAddresses(absl::Time before) override {
    return queue_.EraseAddresses(before);
  }
  absl::StatusOr<QueueDepth> Depth() override { return queue_.Depth(); }

  bool lose_record = false;
  bool lose_answer = false;

 private:
  SendQueue& queue_;
};

class SenderTest : public DeliveryTest {
 protected:
  static const TemplateSet& Templates() {
    static const TemplateSet set =
        *TemplateSet::Load(std::string(std::getenv("AVVIK_SOURCE_DIR")) + "/deploy/templates");
    return set;
  }
  std::unique_ptr<Sender> NewSender(const SenderSettings& settings = {}) {
    return std::make_unique<Sender>(
        settings,
        SenderParts{.clock = clock_,
                    .ids = ids_,
                    .queue = fragile_,
                    .templates = Templates(),
                    .directory = directory_,
                    .telemetry = telemetry_,
                    .new_mailer = [this] { return std::make_unique<ScriptedMailer>(script_); },
                    .random = [] { return 0.5; },
                    .told = [] {}});
  }
  void Answer(HandOver outcome, int reply_code, const std::string& error) {
    script_.answer = {.outcome = outcome, .reply_code = reply_code, .error = error};
  }
  // Sends everything that is due.
  void SendAll() {
    for (auto round = sender_->RunOnce(); round.ok() && round->took; round = sender_->RunOnce()) {
    }
  }
  // `state attempts` of the notices, in the order they were queued.
  std::vector<std::string> States() {
    static constexpr pg::Statement statement{
        "test_states",
        "SELECT state || ' ' || attempt_count AS line FROM notice ORDER BY notice_id"};
    std::vector<std::string> states;
    const auto rows = database_->pool().Query(pg::Scope::Everything(), statement);
    for (const pg::Row row : *rows) states.push_back(row.Text("line"));
    return states;
  }
  std::vector<Attempt> Attempts() {
    const std::string id = Value("SELECT notice_id FROM notice ORDER BY notice_id LIMIT 1");
    return store_.Get(kTenant, id, {.cases = organisation::EverythingVisible(), .person_ids = {}})->attempts;
  }

  Script script_;
  telemetry::Registry telemetry_;
  FragileQueue fragile_{queue_};
  std::unique_ptr<Sender> sender_ = NewSender();
};

TEST_F(SenderTest, ANoticeIsSentOnceWithNumberAndLinkOnly) {
  Queue("event-1");
  clock_.Advance(absl::Seconds(2));
  SendAll();
  ASSERT_EQ(script_.sent.size(), 1u);
  EXPECT_EQ(script_.sent[0].from, "avvik@kalix.example");
  EXPECT_EQ(script_.sent[0].to, "anna@kalix.example");
  EXPECT_THAT(script_.sent[0].message, HasSubstr("AVV-2026-000123"));
  EXPECT_THAT(script_.sent[0].message,
              HasSubstr("https://avvik.kalix.example/cases/AVV-2026-000123\r\n"));
  EXPECT_THAT(script_.sent[0].message,
              HasSubstr("Message-ID: <" + Value("SELECT message_id FROM notice") + ">\r\n"));
  EXPECT_THAT(States(), ElementsAre("3 1"));
  EXPECT_THAT(Told(), ElementsAre("NoticeQueued 1", "NoticeSent 2"));
  const std::vector<Attempt> attempts = Attempts();
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_TRUE(attempts[0].succeeded);
  EXPECT_EQ(attempts[0].reply_code, 250);
}

TEST_F(SenderTest, ReportersAreLedToTheirReport) {
  NoticeDraft draft = Draft("event-1");
  draft.template_id = TemplateId::kReportReceived;
  draft.language = "da";
  Queue(draft);
  SendAll();
  EXPECT_THAT(script_.sent[0].message,
              HasSubstr("https://avvik.kalix.example/reports/AVV-2026-000123\r\n"));
  EXPECT_THAT(script_.sent[0].message, HasSubstr("Content-Language: da\r\n"));
}

TEST_F(SenderTest, TheSettingsBaseUrlComesFirst) {
  sender_ = NewSender({.base_url = "http://127.0.0.1:8080/"});
  Queue("event-1");
  SendAll();
  EXPECT_THAT(script_.sent[0].message,
              HasSubstr("http://127.0.0.1:8080/cases/AVV-2026-000123\r\n"));
}

TEST_F(SenderTest, ARefusedNoticeFailsAtOnce) {
  Queue("event-1");
  Answer(HandOver::kRefused, 550, "550 5.1.1 no such \xffmailbox\n");
  SendAll();
  EXPECT_THAT(States(), ElementsAre("4 1"));
  EXPECT_THAT(Told(), ElementsAre("NoticeQueued 1", "NoticeFailed 2"));
  EXPECT_EQ(Attempts()[0].error, "550 5.1.1 no such ?mailbox?");
  clock_.Advance(absl::Hours(100));
  SendAll();
  EXPECT_EQ(script_.sent.size(), 1u);
}

TEST_F(SenderTest, ADeferredNoticeIsTriedAgainAsTheSameMessage) {
  Queue("event-1");
  Answer(HandOver::kDeferred, 451, "451 later");
  SendAll();
  EXPECT_THAT(States(), ElementsAre("1 1"));
  clock_.Advance(absl::Seconds(59));
  SendAll();
  EXPECT_EQ(script_.sent.size(), 1u);
  clock_.Advance(absl::Seconds(1));
  SendAll();
  clock_.Advance(absl::Minutes(2));
  Answer(HandOver::kAccepted, 250, "");
  SendAll();
  ASSERT_EQ(script_.sent.size(), 3u);
  EXPECT_EQ(script_.sent[0].message, script_.sent[2].message);
  EXPECT_THAT(States(), ElementsAre("3 3"));
  EXPECT_THAT(Told(), ElementsAre("NoticeQueued 1", "NoticeSent 2"));
}

TEST_F(SenderTest, ANoticeIsGivenUpAfterTwoDays) {
  Queue("event-1");
  Answer(HandOver::kDeferred, 451, "451 later");
  for (int hours = 0; hours < 60; ++hours) {
    SendAll();
    clock_.Advance(absl::Hours(1));
  }
  EXPECT_EQ(Value("SELECT state FROM notice"), "4");
  EXPECT_GT(script_.sent.size(), 10u);
  EXPECT_THAT(Told(), ElementsAre("NoticeQueued 1", "NoticeFailed 2"));
}

TEST_F(SenderTest, WhileTheServerIsAwayTheOthersAreNotTried) {
  for (int i = 0; i < 5; ++i) Queue("event-" + std::to_string(i));
  Answer(HandOver::kUnreachable, 0, "no connection");
  SendAll();
  EXPECT_EQ(script_.sent.size(), 1u);
  clock_.Advance(absl::Seconds(1));
  SendAll();
  clock_.Advance(absl::Seconds(1));  // The second pause is longer.
  SendAll();
  EXPECT_EQ(script_.sent.size(), 2u);
  clock_.Advance(absl::Seconds(1));
  Answer(HandOver::kAccepted, 250, "");
  SendAll();
  EXPECT_THAT(States(), ElementsAre("1 1", "1 1", "3 1", "3 1", "3 1"));
  clock_.Advance(absl::Minutes(1));
  SendAll();
  EXPECT_THAT(States(), ElementsAre("3 2", "3 2", "3 1", "3 1", "3 1"));
}

TEST_F(SenderTest, AnAddressThatNoServerTakesFailsAtOnce) {
  NoticeDraft draft = Draft("event-1");
  draft.recipient = "anna@kalix.example\r\nBcc: eve@example.org";
  Queue(draft);
  SendAll();
  EXPECT_THAT(script_.sent, IsEmpty());
  EXPECT_THAT(States(), ElementsAre("4 1"));
  EXPECT_THAT(Attempts()[0].error, HasSubstr("recipient's address"));
}

TEST_F(SenderTest, WithoutASenderAddressANoticeWaits) {
  organisation::v1::Organisation organisation = Kalix();
  organisation.clear_mail_from();
  ASSERT_OK(directory_.Put(organisation, 2));
  Queue("event-1");
  SendAll();
  EXPECT_THAT(States(), ElementsAre("1 1"));
  EXPECT_THAT(Attempts()[0].error, HasSubstr("mail_from"));
  sender_ = NewSender({.mail_from = "avvik@example.org"});
  clock_.Advance(absl::Minutes(1));
  SendAll();
  EXPECT_EQ(script_.sent.at(0).from, "avvik@example.org");
}

TEST_F(SenderTest, TwoSendersNeverTakeTheSameNotice) {
  Queue("event-1");
  const auto first = queue_.Take("a", clock_.Now(), clock_.Now() + absl::Seconds(15));
  ASSERT_TRUE(first->has_value());
  EXPECT_FALSE(queue_.Take("b", clock_.Now(), clock_.Now() + absl::Seconds(15))->has_value());
  EXPECT_THAT(States(), ElementsAre("2 0"));
}

TEST_F(SenderTest, ANoticeOfASenderThatIsGoneIsSentAgainWithTheSameId) {
  Queue("event-1");
  const auto lost = queue_.Take("gone", clock_.Now(), clock_.Now() + absl::Seconds(15));
  QueueKeeper keeper({.holder = sender_->holder()}, queue_, clock_, telemetry_);
  clock_.Advance(absl::Seconds(15));
  EXPECT_EQ(keeper.RunOnce()->rescued, 0);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(keeper.RunOnce()->rescued, 1);
  SendAll();
  EXPECT_THAT(States(), ElementsAre("3 2"));
  EXPECT_THAT(script_.sent.at(0).message, HasSubstr((*lost)->message_id));
  EXPECT_THAT(Attempts().at(0).error, HasSubstr("may have taken it"));
}

TEST_F(SenderTest, ALivingSendersNoticeIsNotRescued) {
  Queue("event-1");
  ASSERT_TRUE(
      queue_.Take(sender_->holder(), clock_.Now(), clock_.Now() + absl::Seconds(15))->has_value());
  QueueKeeper keeper({.holder = sender_->holder()}, queue_, clock_, telemetry_);
  for (int i = 0; i < 100; ++i) {
    clock_.Advance(absl::Seconds(3));
    EXPECT_EQ(keeper.RunOnce()->rescued, 0);
  }
  EXPECT_THAT(States(), ElementsAre("2 0"));
}

TEST_F(SenderTest, ALateSuccessCountsAndALateFailureDoesNot) {
  Queue("event-1");
  const Notice taken = **queue_.Take("slow", clock_.Now(), clock_.Now() + absl::Seconds(15));
  clock_.Advance(absl::Seconds(16));
  ASSERT_EQ(*queue_.Rescue(clock_.Now()), 1);
  const Attempt failure{.time = clock_.Now(), .succeeded = false, .reply_code = 451, .error = "x"};
  EXPECT_FALSE(queue_
                   .Record(taken, "slow", failure,
                           {.state = v1::NOTICE_STATE_FAILED, .next_attempt = clock_.Now()},
                           clock_.Now())
                   ->has_value());
  EXPECT_THAT(States(), ElementsAre("1 1"));
  const Attempt success{.time = clock_.Now(), .succeeded = true, .reply_code = 250, .error = ""};
  const Verdict sent{.state = v1::NOTICE_STATE_SENT, .next_attempt = clock_.Now()};
  EXPECT_TRUE(queue_.Record(taken, "slow", success, sent, clock_.Now())->has_value());
  EXPECT_THAT(States(), ElementsAre("3 2"));
  EXPECT_THAT(Told(), ElementsAre("NoticeQueued 1", "NoticeSent 2"));
}

TEST_F(SenderTest, AnAttemptIsRecordedBeforeTheNextWhenTheDatabaseWasAway) {
  Queue("event-1");
  Queue("event-2");
  fragile_.lose_record = true;
  EXPECT_FALSE(sender_->RunOnce().ok());
  EXPECT_FALSE(sender_->RunOnce().ok());
  EXPECT_EQ(script_.sent.size(), 1u);
  EXPECT_THAT(States(), ElementsAre("2 0", "1 0"));
  fragile_.lose_record = false;
  SendAll();
  EXPECT_EQ(script_.sent.size(), 2u);
  EXPECT_THAT(States(), ElementsAre("3 1", "3 1"));
}

TEST_F(SenderTest, ARecordRepeatedAfterALostAnswerCountsOnce) {
  Queue("event-1");
  fragile_.lose_answer = true;
  EXPECT_FALSE(sender_->RunOnce().ok());
  fragile_.lose_answer = false;
  SendAll();
  EXPECT_THAT(States(), ElementsAre("3 1"));
  EXPECT_EQ(Attempts().size(), 1u);
  EXPECT_THAT(Told(), ElementsAre("NoticeQueued 1", "NoticeSent 2"));
}

TEST_F(SenderTest, TheKeeperMeasuresTheQueueAndErasesOldAddresses) {
  Queue("event-1");
  SendAll();
  Queue("event-2");
  clock_.Advance(absl::Hours(24 * 90));
  QueueKeeper keeper({.holder = sender_->holder()}, queue_, clock_, telemetry_);
  EXPECT_EQ(keeper.RunOnce()->erased, 0);
  EXPECT_THAT(telemetry_.Text(), HasSubstr("avvik_delivery_notices{state=\"waiting\"} 1"));
  EXPECT_THAT(telemetry_.Text(), HasSubstr("avvik_delivery_queue_age_seconds 7776000"));
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(keeper.RunOnce()->erased, 1);
  EXPECT_EQ(Value("SELECT string_agg(state || CASE WHEN recipient IS NULL THEN '' ELSE '!' END, ' ' "
                  "ORDER BY notice_id) FROM notice"),
            "3 1!");
}

}  // namespace
}  // namespace avvik::delivery
