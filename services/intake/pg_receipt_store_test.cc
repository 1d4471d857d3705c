#include "services/intake/pg_receipt_store.h"

#include "absl/time/clock.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "common/audit/audit.h"
#include "common/clock/clock.h"
#include "common/events/migrations.h"
#include "common/events/outbox.h"
#include "common/secrecy/pg_tenant_key_store.h"
#include "common/secrecy/test_vault.h"
#include "services/intake/campaign_event_handler.h"
#include "services/intake/case_event_handler.h"
#include "services/intake/pg_report_store.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::intake {
namespace {

using avvik::testing::IsError;
using avvik::testing::TestDatabase;

const absl::Time kNow = absl::FromUnixSeconds(1'795'000'000);

class PgReceiptStoreTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database_ = new TestDatabase(
        pg::Join({events::outbox::Migrations(), audit::Migrations(), secrecy::Migrations(),
                  Migrations()}));
  }
  static void TearDownTestSuite() {
    delete database_;
    database_ = nullptr;
  }
  void SetUp() override {
    database_->Clear();
    Submission submission;
    Report& report = submission.report;
    report.id = report_id_;
    report.tenant = "kalix";
    report.request_id = "request-1";
    report.content.title = "Brev";
    report.content.confidentiality = v1::CONFIDENTIALITY_ANONYMOUS;
    report.submitted = kNow;
    report.reported = kNow;
    submission.year = 2026;
    submission.trace = Trace();
    std::vector<Submission> all;
    all.push_back(std::move(submission));
    const auto answers = reports_.SubmitAll(std::move(all));
    ASSERT_OK(answers);
    ASSERT_OK((*answers)[0]);
  }

  audit::Record Trace() { return {.id = ids_.Next(), .tenant = "kalix", .at = kNow}; }
  Message Make(const std::string& request_id,
               v1::MessageAuthor author = v1::MESSAGE_AUTHOR_REPORTER,
               const std::string& handler = "") {
    return {.id = ids_.Next(),
            .request_id = request_id,
            .author = author,
            .handler = handler,
            .text = "Hej 'å' \\ $1;\n" + request_id,
            .created = kNow};
  }
  absl::StatusOr<Message> Add(const Message& message) {
    return store_.AddMessage("kalix", report_id_, message, Trace());
  }
  std::string Value(const std::string& sql) { return database_->Value(sql); }

  inline static TestDatabase* database_ = nullptr;
  SystemClock clock_;
  Uuid7Source ids_{clock_};
  const std::string report_id_ = ids_.Next();
  secrecy::TestVault vault_;
  PgReportStore reports_{database_->pool(), ids_, *vault_};
  PgReceiptStore store_{database_->pool(), ids_, *vault_};
};

TEST_F(PgReceiptStoreTest, ReceiptOpensItsReportInItsTenantOnly) {
  const std::string key = std::string("\0\xff'key", 6);
  ASSERT_OK(store_.KeepReceipt("kalix", key, report_id_));
  ASSERT_OK(store_.KeepReceipt("kalix", "another key", report_id_));
  for (const std::string& good : {key, std::string("another key")}) {
    const auto found = store_.FindReceipt("kalix", good);
    ASSERT_OK(found);
    EXPECT_EQ(*found, report_id_);
  }
  EXPECT_THAT(store_.FindReceipt("orebro", key),
              IsError(absl::StatusCode::kNotFound, "RECEIPT_UNKNOWN"));
  EXPECT_THAT(store_.FindReceipt("kalix", "key"),
              IsError(absl::StatusCode::kNotFound, "RECEIPT_UNKNOWN"));
}

TEST_F(PgReceiptStoreTest, ChallengeIsGoodForOneCallUntilItIsForgotten) {
  const OpenedChallenge challenge{.difficulty = 16, .expires = kNow + kChallengeLife, .nonce = "n"};
  ASSERT_OK(store_.Spend("kalix", challenge));
  EXPECT_THAT(store_.Spend("kalix", challenge),
              IsError(absl::StatusCode::kFailedPrecondition, "PROOF_OF_WORK"));
  ASSERT_OK(store_.Spend("orebro", challenge));
  EXPECT_EQ(*store_.SpentLately("kalix", kNow), 1);
  EXPECT_EQ(*store_.SpentLately("kalix", kNow + kChallengeLife), 0);
  ASSERT_OK(store_.ForgetExpired(kNow));
  EXPECT_EQ(Value("SELECT count(*) FROM spent_challenge"), "2");
  ASSERT_OK(store_.ForgetExpired(kNow + kChallengeLife));
  EXPECT_EQ(Value("SELECT count(*) FROM spent_challenge"), "0");
}

TEST_F(PgReceiptStoreTest, MessageComesBackAsWrittenWithEventAndTraceAndARaisedVersion) {
  ASSERT_OK(Add(Make("message-1")));
  ASSERT_OK(Add(Make("message-2", v1::MESSAGE_AUTHOR_HANDLER, "ida")));
  const auto messages = store_.Messages("kalix", report_id_);
  ASSERT_OK(messages);
  ASSERT_EQ(messages->size(), 2u);
  EXPECT_EQ((*messages)[0].text, "Hej 'å' \\ $1;\nmessage-1");
  EXPECT_EQ((*messages)[0].handler, "");
  EXPECT_EQ((*messages)[1].author, v1::MESSAGE_AUTHOR_HANDLER);
  EXPECT_EQ((*messages)[1].handler, "ida");
  EXPECT_EQ(Value("SELECT version FROM report"), "3");
  EXPECT_EQ(Value("SELECT count(*) FROM event_log"), "3");
  EXPECT_EQ(Value("SELECT count(*) FROM audit_record WHERE subject = 'reports/" + report_id_ + "'"),
            "2");
  EXPECT_TRUE(store_.Messages("orebro", report_id_)->empty());
}

TEST_F(PgReceiptStoreTest, RepeatOfAMessageWritesNothing) {
  const auto first = Add(Make("message-1"));
  const auto second = Add(Make("message-1"));
  ASSERT_OK(second);
  EXPECT_EQ(second->id, first->id);
  // Two people may choose the same.
  ASSERT_OK(Add(Make("message-1", v1::MESSAGE_AUTHOR_HANDLER, "ida")));
  ASSERT_OK(Add(Make("message-1", v1::MESSAGE_AUTHOR_HANDLER, "olle")));
  EXPECT_EQ(Value("SELECT count(*) FROM report_message"), "3");
  EXPECT_EQ(Value("SELECT count(*) FROM event_log"), "4");
}

TEST_F(PgReceiptStoreTest, MessageToAReportThatIsNotThereIsNotFound) {
  EXPECT_THAT(store_.AddMessage("orebro", report_id_, Make("message-1"), Trace()),
              IsError(absl::StatusCode::kNotFound, "REPORT_NOT_FOUND"));
}

TEST_F(PgReceiptStoreTest, FullDialogueTakesNoMore) {
  ASSERT_OK(Add(Make("message-7")));
  database_->Run(
      "INSERT INTO report_message SELECT gen_random_uuid(), 'kalix', '" + report_id_ +
      "', n::text, 1, '', '', now() FROM generate_series(1, 999) AS n");
  EXPECT_THAT(Add(Make("one more")),
              IsError(absl::StatusCode::kFailedPrecondition, "TOO_MANY_MESSAGES"));
  ASSERT_OK(Add(Make("message-7")));
}

TEST_F(PgReceiptStoreTest, TextIsNowhereInTheClearAndGoneWithTheReportsKey) {
  ASSERT_OK(Add(Make("message-1")));
  EXPECT_EQ(Value("SELECT count(*) FROM report_message WHERE position('Hej'::bytea IN text) > 0"),
            "0");
  EXPECT_EQ(Value("SELECT count(*) FROM event_log WHERE position('Hej'::bytea IN event) > 0"), "0");
  database_->Run("DELETE FROM report_key");
  EXPECT_TRUE(store_.Messages("kalix", report_id_)->empty());
  EXPECT_THAT(Add(Make("message-2")),
              IsError(absl::StatusCode::kFailedPrecondition, "REPORT_ERASED"));
}

TEST_F(PgReceiptStoreTest, ErasedReportLosesItsDialogueAndItsReceipts) {
  ASSERT_OK(store_.KeepReceipt("kalix", "a key", report_id_));
  ASSERT_OK(Add(Make("message-1")));
  ASSERT_OK(Add(Make("message-2", v1::MESSAGE_AUTHOR_HANDLER, "ida")));
  triage::v1::CaseErased told;
  told.mutable_facts()->set_report_id(report_id_);
  told.mutable_facts()->set_case_id(ids_.Next());
  events::v1::StoredEvent stored;
  *stored.mutable_event() = events::MakeEvent(
      ids_, "triage", {.tenant = "kalix", .subject = "cases/x", .time = kNow}, told);
  CampaignEventHandler campaigns(ids_, clock_);
  CaseEventHandler cases(*vault_, campaigns, ids_, clock_, [] {});
  ASSERT_OK(pg::RunInTransaction(
      database_->pool(), pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
      [&](pg::Transaction& transaction) { return cases.Apply(transaction, stored); }));
  EXPECT_EQ(Value("SELECT count(*) FROM report_message"), "0");
  EXPECT_THAT(store_.FindReceipt("kalix", "a key"),
              IsError(absl::StatusCode::kNotFound, "RECEIPT_UNKNOWN"));
  EXPECT_THAT(Value("SELECT erasure::text FROM erasure"), ::testing::HasSubstr("messages=2"));
  EXPECT_THAT(Add(Make("message-3")),
              IsError(absl::StatusCode::kFailedPrecondition, "REPORT_ERASED"));
}

TEST_F(PgReceiptStoreTest, MessageThatWasPutInAnothersPlaceIsFound) {
  ASSERT_OK(Add(Make("message-1")));
  ASSERT_OK(Add(Make("message-2")));
  database_->Run("UPDATE report_message SET text = (SELECT text FROM report_message WHERE "
                 "request_id = 'message-1') WHERE request_id = 'message-2'");
  EXPECT_THAT(store_.Messages("kalix", report_id_),
              avvik::testing::HasCode(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace avvik::intake
