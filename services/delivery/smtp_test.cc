// Mail through a real SMTP server with TLS, alone and from the queue.
#include <cstdlib>
#include <set>
#include <thread>

#include "services/delivery/mail.h"
#include "services/delivery/queue_keeper.h"
#include "services/delivery/sender.h"
#include "services/delivery/smtp_mailer.h"
#include "services/delivery/test_mail_server.h"
#include "services/delivery/test_support.h"

namespace avvik::delivery {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SmtpTest : public DeliveryTest {
 protected:
  static void SetUpTestSuite() {
    DeliveryTest::SetUpTestSuite();
    server_ = new TestMailServer();
  }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
    DeliveryTest::TearDownTestSuite();
  }
  void SetUp() override {
    DeliveryTest::SetUp();
    server_->Clear();
  }

  static Envelope Message(const std::string& id, const std::string& to = "anna@kalix.example") {
    const auto message = Compose({.from_name = "Kalix kommun",
                                  .from = "avvik@kalix.example",
                                  .to = to,
                                  .subject = "Du ansvarar för ärende AVV-2026-000123",
                                  .text = ".\n..\n. en rad som börjar med en punkt\nåäö\n",
                                  .html = "<p>åäö</p>\n",
                                  .language = "sv",
                                  .message_id = id + "@kalix.example",
                                  .thread_id = "thread@kalix.example",
                                  .date = kNow,
                                  .zone = absl::UTCTimeZone()});
    return {.from = "avvik@kalix.example", .to = to, .message = *message};
  }
  static HandOverResult SendOne(const SmtpSettings& settings, const Envelope& envelope) {
    SmtpMailer mailer(settings);
    return mailer.Send(envelope);
  }

  static TestMailServer* server_;
};

TestMailServer* SmtpTest::server_ = nullptr;

TEST_F(SmtpTest, MessagesArriveOneAfterTheOther) {
  SmtpMailer mailer(server_->settings());
  for (int i = 0; i < 5; ++i) {
    const HandOverResult result = mailer.Send(Message("id" + std::to_string(i)));
    ASSERT_EQ(result.outcome, HandOver::kAccepted) << result.error;
    EXPECT_EQ(result.reply_code, 250);
  }
  const auto deliveries = server_->Deliveries();
  ASSERT_EQ(deliveries.size(), 5u);
  EXPECT_EQ(deliveries[4].message_id, "<id4@kalix.example>");
  EXPECT_EQ(deliveries[4].to, "anna@kalix.example");
  EXPECT_EQ(deliveries[4].subject, "Du ansvarar för ärende AVV-2026-000123");
}

TEST_F(SmtpTest, AServerThatCannotProveWhoItIsGetsNothing) {
  SmtpSettings settings = server_->settings();
  settings.ca_file = "";
  const HandOverResult result = SendOne(settings, Message("id"));
  EXPECT_EQ(result.outcome, HandOver::kUnreachable);
  EXPECT_THAT(result.error, HasSubstr("certificate"));
  settings = server_->settings();
  // The certificate is for the name, not the address.
  settings.url.replace(settings.url.find("localhost"), 9, "127.0.0.1");
  EXPECT_EQ(SendOne(settings, Message("id")).outcome, HandOver::kUnreachable);
  EXPECT_THAT(server_->Deliveries(), IsEmpty());
}

TEST_F(SmtpTest, TlsFromTheStartIsNotGivenUpForPlainText) {
  SmtpSettings settings = server_->settings();
  settings.url.replace(0, 7, "smtps://");  // The server begins in plain text.
  EXPECT_EQ(SendOne(settings, Message("id")).outcome, HandOver::kUnreachable);
}

TEST_F(SmtpTest, ARefusedSignInIsNoFaultOfTheMessage) {
  SmtpSettings settings = server_->settings();
  settings.password = "wrong";
  const HandOverResult result = SendOne(settings, Message("id"));
  EXPECT_EQ(result.outcome, HandOver::kUnreachable);
  EXPECT_EQ(result.reply_code, 535);
  EXPECT_EQ(result.error.find("wrong"), std::string::npos);
  settings.user = settings.password = "";
  EXPECT_EQ(SendOne(settings, Message("id")).outcome, HandOver::kUnreachable);
}

TEST_F(SmtpTest, ARejectedRecipientIsFinal) {
  server_->Behave(R"({"reject": "gone"})");
  SmtpMailer mailer(server_->settings());
  const HandOverResult result = mailer.Send(Message("id", "gone@kalix.example"));
  EXPECT_EQ(result.outcome, HandOver::kRefused);
  EXPECT_EQ(result.reply_code, 550);
  EXPECT_THAT(result.error, HasSubstr("no such mailbox"));
  EXPECT_EQ(mailer.Send(Message("id")).outcome, HandOver::kAccepted);
}

TEST_F(SmtpTest, ADeferredMessageMayBeTriedAgain) {
  server_->Behave(R"({"defer_share": 1})");
  SmtpMailer mailer(server_->settings());
  const HandOverResult result = mailer.Send(Message("id"));
  EXPECT_EQ(result.outcome, HandOver::kDeferred);
  EXPECT_EQ(result.reply_code, 451);
  server_->Behave("{}");
  EXPECT_EQ(mailer.Send(Message("id")).outcome, HandOver::kAccepted);
}

TEST_F(SmtpTest, AMessageLostHalfWayIsToldApartByItsId) {
  server_->Behave(R"({"drop_share": 1})");
  SmtpMailer mailer(server_->settings());
  const HandOverResult result = mailer.Send(Message("id"));
  EXPECT_EQ(result.outcome, HandOver::kDeferred);
  EXPECT_EQ(result.reply_code, 0);
  server_->Behave("{}");
  EXPECT_EQ(mailer.Send(Message("id")).outcome, HandOver::kAccepted);
  const auto deliveries = server_->Deliveries();
  ASSERT_EQ(deliveries.size(), 2u);
  EXPECT_FALSE(deliveries[0].repeated);
  EXPECT_TRUE(deliveries[1].repeated);
}

TEST_F(SmtpTest, ASessionTheServerHasEndedIsBegunAnew) {
  SmtpMailer mailer(server_->settings());
  EXPECT_EQ(mailer.Send(Message("id1")).outcome, HandOver::kAccepted);
  server_->Stop();
  EXPECT_EQ(mailer.Send(Message("id2")).outcome, HandOver::kUnreachable);
  server_->Start();
  EXPECT_EQ(mailer.Send(Message("id2")).outcome, HandOver::kAccepted);
  server_->Stop();
  server_->Start();
  EXPECT_EQ(mailer.Send(Message("id3")).outcome, HandOver::kAccepted);
}

TEST_F(SmtpTest, TheWholeQueueArrivesOnceThroughABadServer) {
  constexpr int kNotices = 60;
  for (int i = 0; i < kNotices; ++i) Queue("event-" + std::to_string(i));
  const auto templates =
      TemplateSet::Load(std::string(std::getenv("AVVIK_SOURCE_DIR")) + "/deploy/templates");
  ASSERT_OK(templates);
  telemetry::Registry telemetry;
  Sender sender({.workers = 3},
                {.clock = clock_,
                 .ids = ids_,
                 .queue = queue_,
                 .templates = *templates,
                 .directory = directory_,
                 .telemetry = telemetry,
                 .new_mailer = [] { return std::make_unique<SmtpMailer>(server_->settings()); },
                 .random = [] { return 0.5; },
                 .told = [] {}});
  server_->Behave(R"({"defer_share": 0.2, "drop_share": 0.2})");
  ASSERT_OK(sender.Start());
  for (int i = 0;
       i < 600 && Value("SELECT count(*) FROM notice WHERE state = 3") != std::to_string(kNotices);
       ++i) {
    clock_.Advance(absl::Minutes(1));
    sender.Wake();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  sender.Stop();
  EXPECT_EQ(Value("SELECT count(*) FROM notice WHERE state = 3"), std::to_string(kNotices));
  std::set<std::string> arrived;
  for (const auto& delivery : server_->Deliveries()) {
    const bool first = arrived.insert(delivery.message_id).second;
    EXPECT_EQ(first, !delivery.repeated);
  }
  EXPECT_EQ(arrived.size(), static_cast<size_t>(kNotices));
}

}  // namespace
}  // namespace avvik::delivery
