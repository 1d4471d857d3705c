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
#include "services/intake/receipt_book.h"
#include "services/intake/receipt_sweeper.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::intake {
namespace {

using avvik::testing::IsError;
using avvik::testing::TestDatabase;

const absl::Time kNow = absl::FromUnixSeconds(1'795'000'000);
const ReceiptKeys::Secret kKey{1};
const ReceiptKeys::Secret kNewKey{2};
constexpr char kDigits[] = "1234567890123456";
constexpr char kOtherDigits[] = "6543210987654321";
const auto kUnknown = IsError(absl::StatusCode::kNotFound, "RECEIPT_UNKNOWN");

std::string Hex(const std::string& bytes) {
  std::string hex;
  for (const unsigned char byte : bytes) {
    hex.push_back("0123456789abcdef"[byte >> 4]);
    hex.push_back("0123456789abcdef"[byte & 15]);
  }
  return hex;
}

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
  absl::Status Keep(ReceiptKeys& keys, const std::string& digits) {
    const auto hashed = keys.Hash(*keys.Enter(), "kalix", digits);
    return hashed.ok() ? store_.KeepReceipt("kalix", *hashed, report_id_) : hashed.status();
  }
  absl::StatusOr<std::string> Find(ReceiptKeys& keys, const std::string& digits,
                                   const std::string& tenant = "kalix") {
    return ReceiptBook(keys, store_).Find(*keys.Enter(), tenant, digits);
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
  ReceiptKeys keys(std::vector{kKey});
  ASSERT_OK(Keep(keys, kDigits));
  ASSERT_OK(Keep(keys, kOtherDigits));
  EXPECT_EQ(*Find(keys, kDigits), report_id_);
  EXPECT_EQ(*Find(keys, kOtherDigits), report_id_);
  EXPECT_THAT(Find(keys, kDigits, "orebro"), kUnknown);
  EXPECT_THAT(Find(keys, "1111222233334444"), kUnknown);
  EXPECT_EQ(Value("SELECT count(DISTINCT salt) FROM receipt"), "2");
  EXPECT_EQ(Value("SELECT count(*) FROM receipt WHERE length(tag) = 3 AND length(hash) = 32"), "2");
}

TEST_F(PgReceiptStoreTest, TwoReceiptsWithTheSameTagAreToldApart) {
  ReceiptKeys keys(std::vector{kKey});
  ASSERT_OK(Keep(keys, kDigits));
  const std::string other_report = ids_.Next();
  database_->Run("INSERT INTO report SELECT (jsonb_populate_record(report, jsonb_build_object('id', '" +
                 other_report + "', 'number', 'AVV-2026-000999', 'request_key', 'x'))).* FROM report");
  HashedReceipt other = *keys.Hash(*keys.Enter(), "kalix", kOtherDigits);
  other.tag = *keys.Tag(*keys.Enter(), keys.Ids()[0], "kalix", kDigits);
  ASSERT_OK(store_.KeepReceipt("kalix", other, other_report));
  EXPECT_EQ(store_.FindReceipts("kalix", keys.Ids()[0], other.tag)->size(), 2u);
  EXPECT_EQ(*Find(keys, kDigits), report_id_);
  // Whatever comes first, only the whole hash counts.
  database_->Run("UPDATE receipt SET report_id = '" + other_report + "' WHERE report_id = '" +
                 report_id_ + "'");
  EXPECT_EQ(*Find(keys, kDigits), other_report);
  database_->Run("DELETE FROM receipt WHERE salt <> '\\x" + Hex(other.salt) + "'::bytea");
  EXPECT_THAT(Find(keys, kDigits), kUnknown);
}

TEST_F(PgReceiptStoreTest, ReceiptOfAnOlderKeyOpensAndIsHashedAnewWhenItIsUsed) {
  ReceiptKeys before(std::vector{kKey});
  ReceiptKeys during(std::vector{kNewKey, kKey});
  ReceiptKeys after(std::vector{kNewKey});
  ASSERT_OK(Keep(before, kDigits));
  ASSERT_OK(Keep(before, kOtherDigits));
  ASSERT_OK(Keep(during, "1111222233334444"));
  const std::string old_id = before.Ids()[0];
  const std::string new_id = after.Ids()[0];
  using Counts = std::map<std::string, int64_t>;
  EXPECT_EQ(*store_.CountReceipts(), (Counts{{old_id, 2}, {new_id, 1}}));

  for (int i = 0; i < 2; ++i) EXPECT_EQ(*Find(during, kDigits), report_id_);
  EXPECT_EQ(*store_.CountReceipts(), (Counts{{old_id, 1}, {new_id, 2}}));
  // The old key opens it no longer, and the new one does without the old.
  EXPECT_THAT(Find(before, kDigits), kUnknown);
  EXPECT_EQ(*Find(after, kDigits), report_id_);
  EXPECT_THAT(Find(after, kOtherDigits), kUnknown);
  EXPECT_EQ(*Find(during, kOtherDigits), report_id_);
  EXPECT_EQ(*store_.CountReceipts(), (Counts{{new_id, 3}}));
}

TEST_F(PgReceiptStoreTest, MetricSaysHowManyReceiptsNeedAnOlderKey) {
  ReceiptKeys before(std::vector{kKey});
  ReceiptKeys during(std::vector{kNewKey, kKey});
  ASSERT_OK(Keep(before, kDigits));
  telemetry::Registry telemetry;
  ReceiptSweeper sweeper(store_, during, clock_, telemetry);
  const std::string metric = "avvik_receipts{key=\"" + before.Ids()[0] + "\",newest=\"false\"} ";
  ASSERT_OK(sweeper.Sweep());
  EXPECT_THAT(telemetry.Text(), ::testing::HasSubstr(metric + "1\n"));
  ASSERT_OK(Find(during, kDigits));
  ASSERT_OK(sweeper.Sweep());
  EXPECT_THAT(telemetry.Text(), ::testing::HasSubstr(metric + "0\n"));
  EXPECT_THAT(telemetry.Text(), ::testing::HasSubstr("newest=\"true\"} 1\n"));
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
  ReceiptKeys keys(std::vector{kKey});
  ASSERT_OK(Keep(keys, kDigits));
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
  EXPECT_THAT(Find(keys, kDigits), kUnknown);
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
