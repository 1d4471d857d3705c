#include "services/intake/pg_attachment_store.h"

#include <atomic>
#include <cstdlib>
#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "common/audit/audit.h"
#include "common/clock/clock.h"
#include "common/events/migrations.h"
#include "common/events/outbox.h"
#include "common/malware/scanner.h"
#include "common/organisation/pg_keeper.h"
#include "common/secrecy/pg_tenant_key_store.h"
#include "common/secrecy/test_renewal.h"
#include "common/secrecy/test_vault.h"
#include "common/telemetry/registry.h"
#include "services/intake/attachment_receiver.h"
#include "services/intake/case_event_handler.h"
#include "services/intake/pg_campaign_store.h"
#include "services/intake/pg_receipt_store.h"
#include "services/intake/pg_report_store.h"
#include "services/intake/quarantine.h"
#include "services/intake/sealed_keys.h"
#include "services/intake/visibility.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::intake {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using avvik::testing::TestDatabase;

const absl::Time kNow = absl::FromUnixSeconds(1'795'000'000);

class AttachmentStoreTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database_ = new TestDatabase(
        pg::Join({events::outbox::Migrations(), audit::Migrations(), organisation::Migrations(),
                  secrecy::Migrations(), Migrations()}));
  }
  static void TearDownTestSuite() {
    delete database_;
    database_ = nullptr;
  }
  void SetUp() override {
    database_->Clear();
    report_ = Submit("request-1");
  }

  Report Submit(const std::string& request_id,
                type::v1::Answer national_security = type::v1::ANSWER_NO,
                const std::function<void(Report&)>& change = [](Report&) {}) {
    Submission submission;
    Report& report = submission.report;
    report.id = ids_.Next();
    report.tenant = "kalix";
    report.request_id = request_id;
    report.content.title = "Brev till fel person";
    report.content.language = "sv";
    report.content.national_security = national_security;
    report.state = v1::REPORT_STATE_SUBMITTED;
    report.reporter = {.login = "anna", .name = "Anna Berg", .email = "anna@kalix.example"};
    report.submitted = kNow;
    report.reported = kNow;
    change(report);
    submission.year = 2026;
    submission.trace = Trace();
    submission.trace.tenant = report.tenant;
    std::vector<Submission> all;
    all.push_back(std::move(submission));
    return *(*reports_.SubmitAll(std::move(all)))[0];
  }
  audit::Record Trace() {
    return {.id = ids_.Next(), .tenant = "kalix", .at = kNow, .actor = "anna", .method = "test"};
  }
  Report SubmittedBy(const std::string& login) {
    return Submit(ids_.Next(), type::v1::ANSWER_NO, [&](Report& report) { report.reporter.login = login; });
  }
  Report SubmittedByNobody(const std::string& tenant = "kalix") {
    return Submit(ids_.Next(), type::v1::ANSWER_NO, [&](Report& report) {
      report.tenant = tenant;
      report.reporter = {};
      report.content.confidentiality = v1::CONFIDENTIALITY_ANONYMOUS;
    });
  }
  // Sends a small file to a store with these limits.
  absl::Status SendWithin(const StorageLimits& limits, const Report& report, const std::string& content,
                          absl::Time at = kNow) {
    PgAttachmentStore store(database_->pool(), *vault_, ids_, limits);
    AttachmentReceiver receiver(store, [] {});
    audit::Record trace = Trace();
    trace.tenant = report.tenant;
    bool sent = false;
    return receiver
        .Receive(report, {.id = ids_.Next(), .filename = "fil.txt", .at = at}, trace,
                 [&]() -> absl::StatusOr<std::optional<std::string>> {
                   if (std::exchange(sent, true)) return std::nullopt;
                   return content;
                 })
        .status();
  }
  // Sends a file in pieces of 64 KiB; with `break_after`, only so many of them.
  absl::StatusOr<Attachment> Send(const std::string& content, const std::string& name = "fil.txt",
                                  std::optional<int> break_after = std::nullopt) {
    constexpr size_t kPiece = 64 << 10;
    size_t at = 0;
    int pieces = 0;
    return receiver_.Receive(
        report_, {.id = ids_.Next(), .filename = name, .at = kNow}, Trace(), [&]() -> absl::StatusOr<std::optional<std::string>> {
          if (break_after.has_value() && pieces++ == *break_after) return absl::AbortedError("gone");
          if (at >= content.size()) return std::nullopt;
          std::string piece = content.substr(at, kPiece);
          at += kPiece;
          return piece;
        });
  }
  Attachment Sent(const std::string& content, const std::string& name = "fil.txt") {
    const auto attachment = Send(content, name);
    EXPECT_OK(attachment);
    return *attachment;
  }
  absl::StatusOr<std::string> Read(const Attachment& attachment) {
    auto key = store_.KeyOf("kalix", attachment.report_id);
    if (!key.ok()) return key.status();
    std::string content;
    for (int index = 0; index < attachment.chunks; ++index) {
      auto chunk = store_.Chunk(attachment, *key, index);
      if (!chunk.ok()) return chunk.status();
      content += *chunk;
    }
    return content;
  }
  v1::AttachmentState StateOf(const Attachment& attachment) {
    return store_.Get("kalix", attachment.report_id, attachment.id)->state;
  }
  std::string Count(const std::string& table) {
    return database_->Value("SELECT count(*) FROM " + table);
  }
  static std::string Text(size_t size) {
    std::string text(size, 'a');
    for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
    return text;
  }
  Quarantine MakeQuarantine(malware::Scanner& scanner) {
    return Quarantine(store_, scanner, clock_, telemetry_, [this] { ++told_; });
  }

  inline static TestDatabase* database_ = nullptr;
  SystemClock clock_;
  Uuid7Source ids_{clock_};
  secrecy::TestVault vault_;
  telemetry::Registry telemetry_;
  PgReportStore reports_{database_->pool(), ids_, *vault_};
  PgAttachmentStore store_{database_->pool(), *vault_, ids_};
  int arrived_ = 0;
  int told_ = 0;
  AttachmentReceiver receiver_{store_, [this] { ++arrived_; }};
  Report report_;
};

TEST_F(AttachmentStoreTest, FileComesBackAsItWasSentAndIsInQuarantineUntilThen) {
  const std::string content = Text(300'000);
  const Attachment sent = Sent(content, "logg från i går.txt");
  EXPECT_EQ(arrived_, 1);
  const auto stored = store_.Get("kalix", report_.id, sent.id);
  ASSERT_OK(stored);
  EXPECT_EQ(stored->filename, "logg från i går.txt");
  EXPECT_EQ(stored->media_type, "text/plain");
  EXPECT_EQ(stored->size, 300'000);
  EXPECT_EQ(stored->sha256, sent.sha256);
  EXPECT_EQ(stored->state, v1::ATTACHMENT_STATE_QUARANTINED);
  EXPECT_EQ(*Read(*stored), content);
  EXPECT_EQ(store_.List("kalix", report_.id)->size(), 1u);
  EXPECT_EQ(database_->Value("SELECT count(*) FROM audit_record WHERE subject = 'reports/" + report_.id +
                             "'"),
            "1");
}

TEST_F(AttachmentStoreTest, NothingOfAFileLiesInTheDatabaseReadable) {
  Sent("hemligt innehåll som ingen dump får visa", "annas anteckning.txt");
  EXPECT_EQ(database_->Value("SELECT count(*) FROM attachment_chunk WHERE sealed::text LIKE "
                             "'%' || encode('hemligt', 'hex') || '%'"),
            "0");
  EXPECT_EQ(database_->Value("SELECT count(*) FROM attachment WHERE attachment::text LIKE "
                             "'%' || encode('annas', 'hex') || '%' OR attachment::text LIKE '%annas%'"),
            "0");
}

TEST_F(AttachmentStoreTest, KeysOfReportsAreReplacedAndAllTheySealIsSealedAnewWhileItIsRead) {
  const std::string content = Text(200'000);
  const Attachment attachment = Sent(content, "brev.txt");
  ASSERT_OK(reports_.AddSupplement("kalix", report_.id, ByReceipt(), "request-2",
                                   {.id = ids_.Next(), .text = "Tillägg", .created = kNow}, Trace()));
  PgReceiptStore receipts(database_->pool(), ids_, *vault_);
  ASSERT_OK(receipts.AddMessage("kalix", report_.id,
                                {.id = ids_.Next(),
                                 .request_id = "request-3",
                                 .author = v1::MESSAGE_AUTHOR_REPORTER,
                                 .handler = "",
                                 .text = "Hej",
                                 .created = kNow},
                                Trace()));
  const std::vector<secrecy::SealedWith> keys = SealedKeys();
  const auto readable = [&] {
    const auto report = reports_.Get("kalix", report_.id, ByReceipt());
    ASSERT_OK(report);
    EXPECT_EQ(report->content.title, "Brev till fel person");
    EXPECT_EQ(report->reporter.name, "Anna Berg");
    ASSERT_EQ(report->supplements.size(), 1u);
    EXPECT_EQ(report->supplements[0].text, "Tillägg");
    EXPECT_EQ(receipts.Messages("kalix", report_.id)->front().text, "Hej");
    EXPECT_EQ(*Read(attachment), content);
    EXPECT_EQ(store_.Get("kalix", report_.id, attachment.id)->filename, "brev.txt");
  };
  // Key, title, description, reporter; supplement; message; name, digest and two pieces of the file.
  EXPECT_EQ(secrecy::RenewAll(vault_, database_->pool(), keys, readable), 10u);
  readable();
  // Another copy of the service, that has not seen how it went.
  const auto again = vault_.Again();
  PgReportStore reports(database_->pool(), ids_, *again);
  EXPECT_EQ(reports.Get("kalix", report_.id, ByReceipt())->content.title, "Brev till fel person");
  EXPECT_EQ(database_->Value("SELECT string_agg(method, ' ' ORDER BY id) FROM audit_record WHERE actor = 'avvik-test'"),
            "avvik.secrecy/ReplaceTenantKey avvik.secrecy/DestroyTenantKey avvik.secrecy/DestroyHashingKey");
}

TEST_F(AttachmentStoreTest, FilesOfAPersonAreCountedTogetherWhileTheKeyForHashesIsReplaced) {
  const StorageLimits limits{.files_of_person = 2};
  ASSERT_OK(SendWithin(limits, report_, "ett"));
  ASSERT_OK(vault_->ReplaceTenantKeys(clock_.Now()));
  ASSERT_OK(vault_->HashWithNewest(clock_.Now()));
  const Report other = SubmittedBy("anna");
  EXPECT_EQ(database_->Value("SELECT count(DISTINCT reporter_pseudonym) FROM report"), "2");
  ASSERT_OK(SendWithin(limits, other, "två"));
  for (const Report& report : {report_, other}) {
    EXPECT_THAT(SendWithin(limits, report, "tre"),
                IsError(absl::StatusCode::kResourceExhausted, "TOO_MANY_FILES_OF_PERSON"));
  }
  EXPECT_OK(SendWithin(limits, SubmittedBy("erik"), "ett"));
}

TEST_F(AttachmentStoreTest, FileThatComesInWhileKeysAreReplacedIsKept) {
  Sent("before");
  std::vector<Attachment> sent;
  secrecy::RenewAll(vault_, database_->pool(), SealedKeys(), [&] {
    if (sent.size() < 3) sent.push_back(Sent("during " + std::to_string(sent.size())));
  });
  for (size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(*Read(sent[i]), "during " + std::to_string(i));
  }
}

TEST_F(AttachmentStoreTest, FileThatBreaksOffLeavesNothing) {
  EXPECT_THAT(Send(Text(1'000'000), "a.txt", 12), HasCode(absl::StatusCode::kAborted));
  EXPECT_EQ(Count("attachment"), "0");
  EXPECT_EQ(Count("attachment_chunk"), "0");
  EXPECT_EQ(arrived_, 0);
}

TEST_F(AttachmentStoreTest, FileThatIsRefusedLeavesNothing) {
  EXPECT_THAT(Send("MZ" + Text(500'000), "a.txt"),
              IsError(absl::StatusCode::kInvalidArgument, "ATTACHMENT_ACTIVE"));
  EXPECT_THAT(Send(Text(kMaxAttachmentBytes + 1), "a.txt"),
              IsError(absl::StatusCode::kInvalidArgument, "ATTACHMENT_TOO_LARGE"));
  EXPECT_EQ(Count("attachment"), "0");
  EXPECT_EQ(Count("attachment_chunk"), "0");
}

TEST_F(AttachmentStoreTest, FileThatNobodyEndedIsSweptWhenItsTimeIsOver) {
  Attachment begun;
  begun.id = ids_.Next();
  begun.tenant = "kalix";
  begun.report_id = report_.id;
  begun.created = kNow;
  ASSERT_OK(store_.Begin(begun, kNow + absl::Minutes(15)));
  const auto key = store_.KeyOf("kalix", report_.id);
  ASSERT_OK(store_.AddChunk(begun, *key, 0, false, "half"));
  // It is in nobody's view.
  EXPECT_EQ(store_.List("kalix", report_.id)->size(), 0u);
  EXPECT_EQ(*store_.Sweep(kNow + absl::Minutes(14)), 0);
  EXPECT_EQ(*store_.Sweep(kNow + absl::Minutes(15)), 1);
  EXPECT_EQ(Count("attachment_chunk"), "0");
  EXPECT_THAT(store_.AddChunk(begun, *key, 1, true, "late"),
              IsError(absl::StatusCode::kNotFound, "ATTACHMENT_NOT_FOUND"));
  EXPECT_THAT(store_.Finish(begun, *key, Trace()), HasCode(absl::StatusCode::kNotFound));
}

TEST_F(AttachmentStoreTest, AlteredExchangedAndMissingChunksAreFound) {
  const Attachment sent = Sent(Text(3 * 131'072));
  const Attachment stored = *store_.Get("kalix", report_.id, sent.id);
  ASSERT_EQ(stored.chunks, 3);
  ASSERT_OK(Read(stored));
  const std::string of = " WHERE attachment_id = '" + sent.id + "' AND place = ";
  // The last one left out, and the count corrected.
  Attachment shorter = stored;
  shorter.chunks = 2;
  EXPECT_THAT(Read(shorter), HasCode(absl::StatusCode::kDataLoss));
  database_->Run("UPDATE attachment_chunk SET place = 9" + of + "0");
  EXPECT_THAT(Read(stored), HasCode(absl::StatusCode::kDataLoss));
  database_->Run("UPDATE attachment_chunk SET place = 0" + of + "1");
  database_->Run("UPDATE attachment_chunk SET place = 1" + of + "9");
  EXPECT_THAT(Read(stored), HasCode(absl::StatusCode::kDataLoss));
}

TEST_F(AttachmentStoreTest, ChunkOfAnotherFileIsFound) {
  const Attachment one = Sent("ett");
  const Attachment two = Sent("tva");
  database_->Run("UPDATE attachment_chunk SET sealed = (SELECT sealed FROM attachment_chunk WHERE "
                 "attachment_id = '" + two.id + "') WHERE attachment_id = '" + one.id + "'");
  EXPECT_THAT(Read(one), HasCode(absl::StatusCode::kDataLoss));
  EXPECT_EQ(*Read(two), "tva");
}

TEST_F(AttachmentStoreTest, ReportTakesTwentyFiles) {
  for (int i = 0; i < 20; ++i) Sent("fil " + std::to_string(i));
  EXPECT_THAT(Send("en till"), IsError(absl::StatusCode::kResourceExhausted, "TOO_MANY_ATTACHMENTS"));
  EXPECT_EQ(Count("attachment"), "20");
}

TEST_F(AttachmentStoreTest, PersonMayHaveSoManyFilesInAllTheirReports) {
  const StorageLimits limits = {.files_of_person = 3};
  const auto full = IsError(absl::StatusCode::kResourceExhausted, "TOO_MANY_FILES_OF_PERSON");
  const Report other = SubmittedBy("anna");
  EXPECT_OK(SendWithin(limits, report_, "ett"));
  EXPECT_OK(SendWithin(limits, report_, "två"));
  EXPECT_OK(SendWithin(limits, other, "tre"));
  EXPECT_THAT(SendWithin(limits, other, "fyra"), full);
  // Reports are taken nonetheless, and so are files of others.
  const Report third = SubmittedBy("anna");
  EXPECT_THAT(SendWithin(limits, third, "fyra"), full);
  EXPECT_OK(SendWithin(limits, SubmittedBy("erik"), "ett"));
  EXPECT_EQ(Count("attachment"), "4");
  // Who takes a file away has room for another.
  const auto held = store_.List("kalix", report_.id);
  ASSERT_OK(held);
  ASSERT_OK(store_.Delete(held->front(), Trace()));
  EXPECT_OK(SendWithin(limits, third, "fyra"));
}

TEST_F(AttachmentStoreTest, PersonMayHaveSoManyBytesInAllTheirReports) {
  const StorageLimits limits = {.bytes_of_person = 10};
  EXPECT_OK(SendWithin(limits, report_, "123456"));
  const Report confidential = Submit("request-2", type::v1::ANSWER_NO, [](Report& report) {
    report.content.confidentiality = v1::CONFIDENTIALITY_CONFIDENTIAL;
  });
  EXPECT_THAT(SendWithin(limits, confidential, "12345"),
              IsError(absl::StatusCode::kResourceExhausted, "FILES_OF_PERSON_TOO_LARGE"));
  EXPECT_OK(SendWithin(limits, confidential, "1234"));
  EXPECT_EQ(Count("attachment"), "2");
  EXPECT_EQ(Count("attachment_chunk"), "2");
}

TEST_F(AttachmentStoreTest, FilesThatComeAtOnceDoNotPassThePersonsLimitTogether) {
  const StorageLimits limits = {.files_of_person = 3};
  std::vector<Report> reports;
  for (int i = 0; i < 8; ++i) reports.push_back(SubmittedBy("anna"));
  std::atomic<int> taken = 0;
  std::vector<std::thread> senders;
  for (const Report& report : reports) {
    senders.emplace_back([&] { taken += SendWithin(limits, report, "fil").ok() ? 1 : 0; });
  }
  for (std::thread& sender : senders) sender.join();
  EXPECT_EQ(taken, 3);
  EXPECT_EQ(Count("attachment"), "3");
}

TEST_F(AttachmentStoreTest, ThoseWithoutAnAccountHaveABudgetOfADayTogether) {
  const StorageLimits limits = {.files_of_person = 1, .bytes_of_person = 1, .bytes_without_account = 10};
  const auto full = IsError(absl::StatusCode::kResourceExhausted, "NO_ROOM_WITHOUT_ACCOUNT");
  EXPECT_OK(SendWithin(limits, SubmittedByNobody(), "123456"));
  const Report another = SubmittedByNobody();
  EXPECT_THAT(SendWithin(limits, another, "12345"), full);
  EXPECT_OK(SendWithin(limits, another, "1234"));
  EXPECT_THAT(SendWithin(limits, SubmittedByNobody(), "1"), full);
  // Of one municipality, within a day, and of nobody with an account.
  EXPECT_OK(SendWithin(limits, SubmittedByNobody("tyreso"), "1"));
  EXPECT_OK(SendWithin(limits, report_, "1"));
  EXPECT_OK(SendWithin(limits, another, "1", kNow + kDayWithoutAccount));
}

TEST_F(AttachmentStoreTest, WithoutRoomFilesAreRefusedAndReportsAreTaken) {
  EXPECT_OK(SendWithin({}, report_, "fil"));
  EXPECT_THAT(SendWithin({.bytes_in_all = 1}, report_, "fil"),
              IsError(absl::StatusCode::kResourceExhausted, "NO_ROOM_FOR_FILES"));
  EXPECT_EQ(Count("attachment"), "1");
  EXPECT_NE(SubmittedBy("anna").number, "");
}

TEST_F(AttachmentStoreTest, OnlyAnOpenReportTakesAndGivesUpFiles) {
  const Attachment sent = Sent("fil");
  ASSERT_OK(reports_.Withdraw("kalix", report_.id, ByReceipt(), "fel", "", kNow, Trace()));
  // The report is still thought to be open.
  EXPECT_THAT(Send("en till"), IsError(absl::StatusCode::kFailedPrecondition, "REPORT_WITHDRAWN"));
  EXPECT_THAT(store_.Delete(sent, Trace()),
              IsError(absl::StatusCode::kFailedPrecondition, "REPORT_WITHDRAWN"));
  EXPECT_EQ(Count("attachment"), "1");
}

TEST_F(AttachmentStoreTest, MatterOfNationalSecurityTakesNoFiles) {
  report_ = Submit("request-2", type::v1::ANSWER_YES);
  EXPECT_THAT(Send("fil"), IsError(absl::StatusCode::kFailedPrecondition, "HANDLED_ELSEWHERE"));
  EXPECT_EQ(Count("attachment"), "0");
}

TEST_F(AttachmentStoreTest, DeletedFileIsGone) {
  const Attachment sent = Sent("fil");
  ASSERT_OK(store_.Delete(sent, Trace()));
  EXPECT_EQ(Count("attachment_chunk"), "0");
  EXPECT_THAT(store_.Delete(sent, Trace()), IsError(absl::StatusCode::kNotFound, "ATTACHMENT_NOT_FOUND"));
}

TEST_F(AttachmentStoreTest, OtherTenantsAndOtherReportsFilesAreNotFound) {
  const Attachment sent = Sent("fil");
  const Report other = Submit("request-2");
  EXPECT_THAT(store_.Get("kalix", other.id, sent.id), HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.Get("tyreso", report_.id, sent.id), HasCode(absl::StatusCode::kNotFound));
}

TEST_F(AttachmentStoreTest, ErasedReportLosesItsFiles) {
  Sent("fil");
  triage::v1::CaseErased told;
  told.mutable_facts()->set_report_id(report_.id);
  told.mutable_facts()->set_case_id(ids_.Next());
  events::v1::StoredEvent stored;
  *stored.mutable_event() = events::MakeEvent(
      ids_, "triage", {.tenant = "kalix", .subject = "cases/x", .time = kNow}, told);
  CampaignEventHandler campaigns(ids_, clock_);
  CaseEventHandler cases(*vault_, campaigns, ids_, clock_, [] {});
  ASSERT_OK(pg::RunInTransaction(
      database_->pool(), pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
      [&](pg::Transaction& transaction) { return cases.Apply(transaction, stored); }));
  EXPECT_EQ(Count("attachment"), "0");
  EXPECT_EQ(Count("attachment_chunk"), "0");
  EXPECT_THAT(database_->Value("SELECT erasure::text FROM erasure"), ::testing::HasSubstr("attachments=1"));
}

TEST_F(AttachmentStoreTest, FileWithoutItsReportsKeyIsNotTaken) {
  Sent("fil");
  database_->Run("DELETE FROM report_key");
  EXPECT_THAT(Send("fil"), HasCode(absl::StatusCode::kNotFound));
  EXPECT_EQ(Count("attachment"), "1");
}

// With a real clamd, which the harness starts with signatures of our own.
TEST_F(AttachmentStoreTest, ScannedCleanFileIsReadableAndTold) {
  const Attachment sent = Sent(Text(400'000));
  malware::Clamd clamd(avvik::testing::TestClamd());
  Quarantine quarantine = MakeQuarantine(clamd);
  EXPECT_EQ(*quarantine.RunOnce(), true);
  EXPECT_EQ(StateOf(sent), v1::ATTACHMENT_STATE_CLEAN);
  EXPECT_EQ(told_, 1);
  EXPECT_EQ(*quarantine.RunOnce(), false);
  EXPECT_EQ(database_->Value("SELECT count(*) FROM audit_record WHERE actor = 'avvik-intake'"), "1");
}

TEST_F(AttachmentStoreTest, MalwareIsFoundAcrossChunksAndItsContentRemoved) {
  // Over the border between two chunks, which are two pieces for clamd.
  const Attachment sent = Sent(Text(131'072 - 20) + avvik::testing::TestMalware() + Text(1000));
  malware::Clamd clamd(avvik::testing::TestClamd());
  Quarantine quarantine = MakeQuarantine(clamd);
  ASSERT_OK(quarantine.RunOnce());
  const auto stored = store_.Get("kalix", report_.id, sent.id);
  EXPECT_EQ(stored->state, v1::ATTACHMENT_STATE_REFUSED);
  EXPECT_EQ(stored->refusal, v1::ATTACHMENT_REFUSAL_INFECTED);
  EXPECT_EQ(Count("attachment_chunk"), "0");
  EXPECT_EQ(database_->Value("SELECT signature FROM attachment"), "Avvik.Test.UNOFFICIAL");
  // It no longer counts in bytes, and can be removed.
  EXPECT_OK(store_.Delete(*stored, Trace()));
}

TEST_F(AttachmentStoreTest, ScannerThatIsAwayDelaysAFileAndLosesNone) {
  const Attachment sent = Sent("fil");
  malware::Clamd away("unix:/no/such/socket");
  Quarantine quarantine = MakeQuarantine(away);
  EXPECT_EQ(*quarantine.RunOnce(), true);
  EXPECT_EQ(StateOf(sent), v1::ATTACHMENT_STATE_QUARANTINED);
  EXPECT_EQ(*quarantine.RunOnce(), false);  // Not due for two seconds.
  EXPECT_EQ(database_->Value("SELECT due_at > now() FROM attachment"), "true");
  database_->Run("UPDATE attachment SET due_at = now()");
  malware::Clamd clamd(avvik::testing::TestClamd());
  Quarantine again = MakeQuarantine(clamd);
  EXPECT_EQ(*again.RunOnce(), true);
  EXPECT_EQ(StateOf(sent), v1::ATTACHMENT_STATE_CLEAN);
}

TEST_F(AttachmentStoreTest, DamagedFileIsRefused) {
  const Attachment sent = Sent(Text(300'000));
  database_->Run("DELETE FROM attachment_chunk WHERE place = 1");
  malware::Clamd clamd(avvik::testing::TestClamd());
  Quarantine quarantine = MakeQuarantine(clamd);
  EXPECT_EQ(*quarantine.RunOnce(), true);
  EXPECT_EQ(store_.Get("kalix", report_.id, sent.id)->refusal, v1::ATTACHMENT_REFUSAL_DAMAGED);
}

TEST_F(AttachmentStoreTest, ClaimedFileIsNotClaimedTwiceUnlessItsScannerIsSilent) {
  Sent("fil");
  ASSERT_TRUE(store_.ClaimForScan(kNow, kNow + absl::Minutes(6))->has_value());
  EXPECT_FALSE(store_.ClaimForScan(kNow, kNow + absl::Minutes(6))->has_value());
  const auto again = store_.ClaimForScan(kNow + absl::Minutes(6), kNow + absl::Minutes(12));
  ASSERT_TRUE(again->has_value());
  EXPECT_EQ((*again)->scans, 2);
}

TEST_F(AttachmentStoreTest, EventsCarryIdsAndCodesOnly) {
  const Attachment clean = Sent("fil", "annas fil.txt");
  const Attachment bad = Sent(avvik::testing::TestMalware());
  ASSERT_OK(store_.Settle(clean, {}, kNow));
  ASSERT_OK(store_.Settle(bad, {.refusal = v1::ATTACHMENT_REFUSAL_INFECTED, .signature = "x"}, kNow));
  // Settled once.
  ASSERT_OK(store_.Settle(bad, {}, kNow));
  EXPECT_EQ(StateOf(bad), v1::ATTACHMENT_STATE_REFUSED);
  const std::string told =
      database_->Value("SELECT string_agg(encode(event, 'escape'), '' ORDER BY seq) FROM event_log");
  EXPECT_THAT(told, ::testing::HasSubstr("avvik.intake.v1.AttachmentAdded"));
  EXPECT_THAT(told, ::testing::HasSubstr("avvik.intake.v1.AttachmentRefused"));
  EXPECT_THAT(told, ::testing::Not(::testing::HasSubstr("annas")));
}

TEST_F(AttachmentStoreTest, FileOfAnIdThatIsThereIsNotBegunAgainAndOneThatBrokeOffIs) {
  const std::string id = ids_.Next();
  const auto send = [&](std::vector<std::string> pieces, bool whole) {
    return receiver_.Receive(
        report_, {.id = id, .filename = "fil.txt", .at = kNow}, Trace(),
        [&, at = size_t{0}]() mutable -> absl::StatusOr<std::optional<std::string>> {
          if (at < pieces.size()) return pieces[at++];
          if (!whole) return absl::AbortedError("gone");
          return std::nullopt;
        });
  };
  EXPECT_THAT(send({"början"}, false).status(), HasCode(absl::StatusCode::kAborted));
  ASSERT_OK(send({"början", " och slut"}, true));
  EXPECT_THAT(send({"något annat"}, true).status(),
              IsError(absl::StatusCode::kFailedPrecondition, "UPLOAD_TICKET"));
  EXPECT_EQ(*Read(*store_.Get("kalix", report_.id, id)), "början och slut");
}

TEST(QuarantineTest, PausesDoubleUpToFiveMinutes) {
  EXPECT_EQ(Quarantine::PauseAfter(1), absl::Seconds(2));
  EXPECT_EQ(Quarantine::PauseAfter(4), absl::Seconds(16));
  EXPECT_EQ(Quarantine::PauseAfter(1000), absl::Minutes(5));
}

}  // namespace
}  // namespace avvik::intake
