#include "services/intake/pg_report_store.h"

#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include "common/organisation/pg_keeper.h"
#include "common/organisation/test_visibility.h"
#include "common/audit/audit.h"
#include "common/clock/clock.h"
#include "common/events/migrations.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "common/events/outbox.h"
#include "common/secrecy/pg_tenant_key_store.h"
#include "common/secrecy/test_renewal.h"
#include "common/secrecy/test_vault.h"
#include "gmock/gmock.h"
#include "services/intake/case_event_handler.h"
#include "services/intake/group_committer.h"
#include "services/intake/hashes.h"
#include "services/intake/sealed_keys.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::intake {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using avvik::testing::TestDatabase;

const absl::Time kNow = absl::FromUnixSeconds(1'795'000'000);

class PgReportStoreTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database_ = new TestDatabase(
        pg::Join({events::outbox::Migrations(), audit::Migrations(), organisation::Migrations(),
                  secrecy::Migrations(),
                  Migrations()}));
  }
  static void TearDownTestSuite() {
    delete database_;
    database_ = nullptr;
  }
  void SetUp() override { database_->Clear(); }

  Submission Make(const std::string& request_id, const std::string& unit = "social") {
    Submission submission;
    Report& report = submission.report;
    report.id = ids_.Next();
    report.tenant = "kalix";
    report.request_id = request_id;
    report.digest = "digest of " + request_id;
    report.content.title = "Brev till fel person; DROP TABLE report; --";
    report.content.unit = unit;
    report.content.affected_persons = 3;
    report.content.occurred = kNow - absl::Hours(1);
    report.content.language = "sv";
    report.reporter = {.login = "anna", .name = "Anna Berg", .email = "anna@kalix.example"};
    report.submitted = kNow;
    report.reported = kNow;
    submission.year = 2026;
    submission.trace = Trace();
    return submission;
  }
  audit::Record Trace() {
    return {.id = ids_.Next(), .tenant = "kalix", .at = kNow, .actor = "anna"};
  }
  absl::StatusOr<Report> SubmitOne(Submission submission) {
    return SubmitOne(std::move(submission), store_);
  }
  absl::StatusOr<Report> SubmitOne(Submission submission, PgReportStore& store) {
    std::vector<Submission> all;
    all.push_back(std::move(submission));
    auto answers = store.SubmitAll(std::move(all));
    if (!answers.ok()) return answers.status();
    return (*answers)[0];
  }
  // Whether a text stands anywhere in the database: as it is, or as bytes are written.
  bool IsInDatabase(const std::string& text) {
    std::string hex;
    for (const char c : text) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
      hex += digits;
    }
    for (const char* table : {"report", "supplement", "report_key", "event_log", "audit_record",
                              "tenant_key", "erasure", "report_counter"}) {
      const std::string found = database_->Value(
          std::string("SELECT count(*) FROM ") + table + " AS t WHERE t::text LIKE '%" + text +
          "%' OR t::text LIKE '%" + hex + "%'");
      if (found != "0") return true;
    }
    return false;
  }
  // As triage tells that the case of a report was erased.
  absl::Status HearErased(const std::string& report_id) {
    triage::v1::CaseErased told;
    told.mutable_facts()->set_report_id(report_id);
    told.mutable_facts()->set_case_id(ids_.Next());
    told.set_erasure_id("erasure-1");
    told.set_ground(triage::v1::ERASURE_GROUND_DECISION);
    events::v1::StoredEvent stored;
    *stored.mutable_event() = events::MakeEvent(
        ids_, "triage", {.tenant = "kalix", .subject = "cases/x", .time = kNow}, told);
    return pg::RunInTransaction(
        database_->pool(), pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
        [&](pg::Transaction& transaction) { return cases_.Apply(transaction, stored); });
  }
  std::string Count(const std::string& table) {
    return database_->Value("SELECT count(*) FROM " + table);
  }

  inline static TestDatabase* database_ = nullptr;
  SystemClock clock_;
  Uuid7Source ids_{clock_};
  secrecy::TestVault vault_;
  PgReportStore store_{database_->pool(), ids_, *vault_};
  CampaignEventHandler campaigns_{ids_, clock_};
  CaseEventHandler cases_{*vault_, campaigns_, ids_, clock_, [] {}};
  const Visibility everything_{.cases = organisation::EverythingVisible(), .login = ""};
};

TEST_F(PgReportStoreTest, ReportComesBackAsSubmittedWithEventAndTrace) {
  const auto stored = SubmitOne(Make("request-1"));
  ASSERT_OK(stored);
  EXPECT_EQ(stored->number, "AVV-2026-000001");
  for (const std::string& reference : {stored->id, stored->number}) {
    const auto read = store_.Get("kalix", reference, everything_);
    ASSERT_OK(read);
    EXPECT_EQ(read->content.title, "Brev till fel person; DROP TABLE report; --");
    EXPECT_EQ(read->content.affected_persons, 3);
    EXPECT_EQ(read->content.occurred, kNow - absl::Hours(1));
    EXPECT_EQ(read->reporter.name, "Anna Berg");
  }
  EXPECT_EQ(Count("event_log"), "1");
  EXPECT_EQ(Count("audit_record"), "1");
}

TEST_F(PgReportStoreTest, SecondSubmitWithSameRequestIdReturnsFirstReport) {
  const auto first = SubmitOne(Make("request-1"));
  const auto second = SubmitOne(Make("request-1"));
  ASSERT_OK(second);
  EXPECT_EQ(second->id, first->id);
  EXPECT_EQ(second->number, first->number);
  EXPECT_EQ(Count("report"), "1");
  EXPECT_EQ(Count("event_log"), "1");
}

TEST_F(PgReportStoreTest, SameRequestIdTwiceInOneGroupIsOneReport) {
  std::vector<Submission> group;
  group.push_back(Make("request-1"));
  group.push_back(Make("request-2"));
  group.push_back(Make("request-1"));
  const auto answers = store_.SubmitAll(std::move(group));
  ASSERT_OK(answers);
  EXPECT_EQ((*answers)[0]->id, (*answers)[2]->id);
  EXPECT_EQ((*answers)[2]->number, "AVV-2026-000001");
  EXPECT_EQ(Count("report"), "2");
}

TEST_F(PgReportStoreTest, RequestIdUsedForOtherContentIsRefusedAndTheOthersOfTheGroupAreNot) {
  ASSERT_OK(SubmitOne(Make("request-1")));
  std::vector<Submission> group;
  group.push_back(Make("request-1"));
  group[0].report.digest = "another";
  group.push_back(Make("request-2"));
  const auto answers = store_.SubmitAll(std::move(group));
  ASSERT_OK(answers);
  EXPECT_THAT((*answers)[0], IsError(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED"));
  EXPECT_OK((*answers)[1]);
}

TEST_F(PgReportStoreTest, SameRecordOfAnOlderRegisterIsOneReportWhateverItsRequestId) {
  auto imported = [&](const std::string& request_id) {
    Submission submission = Make(request_id);
    submission.report.origin = Origin{.register_name = "old", .key = "17", .reported = kNow};
    return submission;
  };
  const auto first = SubmitOne(imported("request-1"));
  const auto second = SubmitOne(imported("request-2"));
  ASSERT_OK(second);
  EXPECT_EQ(second->id, first->id);
}

TEST_F(PgReportStoreTest, NumbersHaveNoGapsUnderConcurrentCopiesAndRefusedGroups) {
  auto submit_many = [&](int copy) {
    PgReportStore store(database_->pool(), ids_, *vault_);
    for (int i = 0; i < 20; ++i) {
      std::vector<Submission> group;
      group.push_back(Make("request-" + std::to_string(copy) + "-" + std::to_string(i)));
      group.push_back(Make("both-" + std::to_string(i)));
      ASSERT_OK(store.SubmitAll(std::move(group)));
      // A group that cannot be written uses up no number.
      std::vector<Submission> refused;
      refused.push_back(Make("refused"));
      refused[0].report.id = "no uuid";
      EXPECT_FALSE(store.SubmitAll(std::move(refused)).ok());
    }
  };
  std::thread other([&] { submit_many(1); });
  submit_many(2);
  other.join();
  EXPECT_EQ(Count("report"), "60");
  EXPECT_EQ(database_->Value("SELECT max(number) || ' ' || count(DISTINCT number) FROM report"),
            "AVV-2026-000060 60");
}

TEST_F(PgReportStoreTest, WhatIsNotVisibleIsNotFound) {
  const auto stored = SubmitOne(Make("request-1"));
  const Visibility owner{.cases = {}, .login = "anna"};
  const Visibility unit{.cases = organisation::OpenIn({"social", "school"}), .login = "x"};
  const Visibility other{.cases = organisation::OpenIn({"school"}), .login = "x"};
  EXPECT_OK(store_.Get("kalix", stored->id, owner));
  EXPECT_OK(store_.Get("kalix", stored->id, unit));
  EXPECT_THAT(store_.Get("kalix", stored->id, other),
              IsError(absl::StatusCode::kNotFound, "REPORT_NOT_FOUND"));
  EXPECT_THAT(store_.Get("other", stored->id, everything_),
              IsError(absl::StatusCode::kNotFound, "REPORT_NOT_FOUND"));
  EXPECT_EQ(store_.List("kalix", other, {}, "", 10)->total, 0);
  EXPECT_EQ(store_.List("kalix", unit, {}, "", 10)->reports.size(), 1u);
}

TEST_F(PgReportStoreTest, WhoMaySeeAReportFollowsItsCase) {
  const auto stored = SubmitOne(Make("request-1"));
  const std::string key = organisation::PersonId("kalix", "siv");
  const Visibility unit{.cases = organisation::OpenIn({"social"}), .login = "x"};
  const Visibility party{.cases = {.spheres = {}, .places = {}, .keys = {key}}, .login = "siv"};
  const Visibility reporter{.cases = {}, .login = "anna"};
  const auto sees = [&](const Visibility& visibility) {
    const bool found = store_.Get("kalix", stored->id, visibility).ok();
    const auto page = store_.List("kalix", visibility, {}, "", 10);
    EXPECT_EQ(page->total, found ? 1 : 0);
    EXPECT_EQ(page->reports.size(), found ? 1u : 0u);
    return found;
  };
  const std::string case_id = ids_.Next();
  const auto hear = [&](type::v1::Sphere sphere, const std::string& owner) {
    triage::v1::CaseClassified told;
    told.mutable_facts()->set_case_id(case_id);
    told.mutable_facts()->set_report_id(stored->id);
    told.mutable_facts()->set_unit("social");
    told.mutable_facts()->set_sphere(sphere);
    told.mutable_facts()->mutable_owner()->set_person_id(owner);
    events::v1::StoredEvent event;
    event.mutable_event()->set_tenant("kalix");
    event.mutable_event()->set_type(told.GetDescriptor()->full_name());
    event.mutable_event()->mutable_data()->PackFrom(told);
    EXPECT_OK(pg::RunInTransaction(database_->pool(), pg::Scope::Everything(),
                                   absl::Now() + absl::Seconds(5),
                                   [&](pg::Transaction& transaction) {
                                     return cases_.Apply(transaction, event);
                                   }));
  };
  EXPECT_TRUE(sees(unit));
  EXPECT_FALSE(sees(party));
  hear(type::v1::SPHERE_OPEN, key);
  EXPECT_TRUE(sees(unit));
  EXPECT_TRUE(sees(party));
  hear(type::v1::SPHERE_RESTRICTED, key);
  EXPECT_FALSE(sees(unit));
  EXPECT_TRUE(sees(party));
  EXPECT_TRUE(sees(reporter)) << "one's own report stays one's own";
  hear(type::v1::SPHERE_RESTRICTED, "p_other");
  EXPECT_FALSE(sees(party));
  hear(type::v1::SPHERE_OPEN, "p_other");
  EXPECT_TRUE(sees(unit));
}

TEST_F(PgReportStoreTest, NationalSecurityIsHiddenBeforeItsCaseIsKnown) {
  Submission submission = Make("request-1");
  submission.report.content.national_security = type::v1::ANSWER_YES;
  const auto stored = SubmitOne(std::move(submission));
  const Visibility unit{.cases = organisation::OpenIn({"social"}), .login = "x"};
  EXPECT_THAT(store_.Get("kalix", stored->id, unit), HasCode(absl::StatusCode::kNotFound));
  EXPECT_EQ(store_.List("kalix", unit, {}, "", 10)->total, 0);
  EXPECT_OK(store_.Get("kalix", stored->id, everything_));
}

TEST_F(PgReportStoreTest, PagesHoldEveryReportOnceNewestFirst) {
  for (int i = 0; i < 25; ++i) ASSERT_OK(SubmitOne(Make("request-" + std::to_string(i))));
  std::set<std::string> seen;
  std::string after;
  std::string last = "~";
  while (true) {
    const auto page = store_.List("kalix", everything_, {}, after, 10);
    ASSERT_OK(page);
    EXPECT_EQ(page->total, 25);
    for (const Report& report : page->reports) {
      EXPECT_TRUE(seen.insert(report.id).second);
      EXPECT_LT(report.number, last);
      last = report.number;
    }
    if (!page->more) break;
    after = page->reports.back().id;
  }
  EXPECT_EQ(seen.size(), 25u);
}

TEST_F(PgReportStoreTest, SupplementIsAddedOncePerRequestId) {
  const auto stored = SubmitOne(Make("request-1"));
  for (int i = 0; i < 2; ++i) {
    const auto report =
        store_.AddSupplement("kalix", stored->number, everything_, "request-2",
                             {.id = ids_.Next(), .text = "mer", .created = kNow}, Trace());
    ASSERT_OK(report);
    EXPECT_EQ(report->supplements.size(), 1u);
    EXPECT_EQ(report->version, 2);
  }
  EXPECT_EQ(Count("event_log"), "2");
}

TEST_F(PgReportStoreTest, WithdrawalIsKeptAndTold) {
  const auto stored = SubmitOne(Make("request-1"));
  ASSERT_OK(store_.Withdraw("kalix", stored->id, everything_, "fel", "1", kNow, Trace()));
  EXPECT_THAT(store_.Withdraw("kalix", stored->id, everything_, "fel", "", kNow, Trace()),
              IsError(absl::StatusCode::kFailedPrecondition, "REPORT_WITHDRAWN"));
  EXPECT_EQ(store_.Get("kalix", stored->id, everything_)->withdraw_reason, "fel");
  EXPECT_EQ(Count("event_log"), "2");
}

TEST_F(PgReportStoreTest, NothingThatWasToldNorByWhomIsInTheDatabaseInTheClear) {
  Submission submission = Make("request-marked");
  submission.report.content.title = "marked-title";
  submission.report.content.description = "marked-description";
  submission.report.content.confidentiality = v1::CONFIDENTIALITY_CONFIDENTIAL;
  submission.report.digest = "marked-digest";
  submission.report.reporter = {
      .login = "marked-login", .name = "marked-name", .email = "marked-email@kalix.example"};
  submission.trace.actor = "marked-login";
  const auto stored = SubmitOne(submission);
  ASSERT_OK(stored);
  const Visibility reporter{.cases = {}, .login = "marked-login"};
  audit::Record trace = Trace();
  trace.actor = "marked-login";
  ASSERT_OK(store_.AddSupplement("kalix", stored->id, reporter, "marked-supplement-request",
                                 {.id = ids_.Next(), .text = "marked-supplement", .created = kNow},
                                 trace));
  trace.id = ids_.Next();
  ASSERT_OK(store_.Withdraw("kalix", stored->id, reporter, "marked-reason", "", kNow, trace));
  EXPECT_FALSE(IsInDatabase("marked-"));

  const auto read = store_.Get("kalix", stored->id, reporter);
  ASSERT_OK(read);
  EXPECT_EQ(read->content.description, "marked-description");
  EXPECT_EQ(read->reporter.email, "marked-email@kalix.example");
  EXPECT_EQ(read->supplements[0].text, "marked-supplement");
  EXPECT_EQ(read->withdraw_reason, "marked-reason");
  // A named reporter stands in the trace by name.
  ASSERT_OK(SubmitOne(Make("request-2")));
  EXPECT_TRUE(IsInDatabase("anna"));
}

TEST_F(PgReportStoreTest, TraceKnowsAConfidentialReporterByPseudonymAndOthersByLogin) {
  Submission submission = Make("request-1");
  submission.report.content.confidentiality = v1::CONFIDENTIALITY_CONFIDENTIAL;
  const auto stored = SubmitOne(submission);
  ASSERT_OK(stored);
  EXPECT_EQ(database_->Value("SELECT actor FROM audit_record"),
            "pseudonym:" + *vault_->Pseudonym("kalix", "anna"));
  audit::Record trace = Trace();
  trace.actor = "iris";
  trace.reason = "REVEAL_REASON_LEGAL_DUTY";
  const auto revealed = store_.Reveal("kalix", stored->number, everything_, trace);
  ASSERT_OK(revealed);
  EXPECT_EQ(revealed->reporter.name, "Anna Berg");
  EXPECT_EQ(database_->Value("SELECT subject || ' ' || reason FROM audit_record "
                             "WHERE actor = 'iris'"),
            "reports/" + stored->id + " REVEAL_REASON_LEGAL_DUTY");
}

TEST_F(PgReportStoreTest, SealedTextThatWasAlteredOrMovedIsNotShown) {
  const auto one = SubmitOne(Make("request-1"));
  const auto two = SubmitOne(Make("request-2"));
  database_->Run("UPDATE report SET title = description WHERE id = '" + one->id + "'");
  EXPECT_EQ(store_.Get("kalix", one->id, everything_).status().code(),
            absl::StatusCode::kDataLoss);
  // Key and text of another report together.
  database_->Run("UPDATE report_key SET wrapped = (SELECT wrapped FROM report_key WHERE report_id = '" +
                 two->id + "') WHERE report_id = '" + one->id + "'");
  EXPECT_FALSE(store_.Get("kalix", one->id, everything_).ok());
  EXPECT_OK(store_.Get("kalix", two->id, everything_));
}

TEST_F(PgReportStoreTest, ErasedReportReadsAsErasedAndOthersAreUnharmed) {
  const auto stored = SubmitOne(Make("request-1"));
  const auto other = SubmitOne(Make("request-2"));
  ASSERT_OK(store_.AddSupplement("kalix", stored->id, everything_, "request-3",
                                 {.id = ids_.Next(), .text = "mer", .created = kNow}, Trace()));
  for (int repeat = 0; repeat < 2; ++repeat) ASSERT_OK(HearErased(stored->id));

  const auto read = store_.Get("kalix", stored->number, everything_);
  ASSERT_OK(read);
  EXPECT_EQ(read->state, v1::REPORT_STATE_ERASED);
  EXPECT_TRUE(read->erased.has_value());
  EXPECT_EQ(read->content.title, "");
  EXPECT_EQ(read->reporter.login, "");
  EXPECT_TRUE(read->supplements.empty());
  EXPECT_EQ(store_.List("kalix", everything_, {}, "", 10)->reports.size(), 2u);
  EXPECT_EQ(store_.GetMany("kalix", {stored->id, other->id})->size(), 2u);
  EXPECT_EQ(store_.Get("kalix", other->id, everything_)->reporter.name, "Anna Berg");

  EXPECT_EQ(database_->Value("SELECT subject || ' ' || ground || ' ' || reference || ' ' || "
                             "array_to_string(data_classes, ',') FROM erasure"),
            "reports/" + stored->id +
                " ERASURE_GROUND_DECISION erasures/erasure-1 "
                "title,description,reporter,supplements=1");
  EXPECT_EQ(Count("report_key"), "1");
  EXPECT_THAT(store_.AddSupplement("kalix", stored->id, everything_, "request-4",
                                   {.id = ids_.Next(), .text = "mer", .created = kNow}, Trace()),
              IsError(absl::StatusCode::kFailedPrecondition, "REPORT_ERASED"));
  EXPECT_THAT(store_.Withdraw("kalix", stored->id, everything_, "fel", "", kNow, Trace()),
              IsError(absl::StatusCode::kFailedPrecondition, "REPORT_ERASED"));
  EXPECT_THAT(store_.Reveal("kalix", stored->id, everything_, Trace()),
              IsError(absl::StatusCode::kFailedPrecondition, "REPORT_ERASED"));
  // A repeat of the request is answered, and brings nothing back.
  const auto again = SubmitOne(Make("request-1"));
  ASSERT_OK(again);
  EXPECT_EQ(again->state, v1::REPORT_STATE_ERASED);
}

TEST_F(PgReportStoreTest, OwnReportsAndRepeatsAreFoundWhileTheKeyForHashesIsReplacedAndTheOldOneLeadsNowhereAfterwards) {
  const auto first = SubmitOne(Make("request-1"));
  ASSERT_OK(first);
  ASSERT_OK(store_.AddSupplement("kalix", first->id, everything_, "request-2",
                                 {.id = ids_.Next(), .text = "mer", .created = kNow}, Trace()));
  const auto erased = SubmitOne(Make("request-3"));
  ASSERT_OK(HearErased(erased->id));
  const std::string old = *vault_->Pseudonym("kalix", "anna");
  const auto copy = vault_.Again();
  PgReportStore other(database_->pool(), ids_, *copy);
  const Visibility anna{.cases = {}, .login = "anna"};
  std::vector<std::string> own = {erased->id, first->id};
  const auto sees_own = [&](PgReportStore& store) {
    const auto page = store.List("kalix", anna, {}, "", 100);
    ASSERT_OK(page);
    EXPECT_EQ(page->total, static_cast<int64_t>(own.size()));
    for (const std::string& id : own) EXPECT_OK(store.Get("kalix", id, anna));
  };
  std::map<std::string, std::string> during;  // Ids by request.
  const auto recognised = [&](PgReportStore& store) {
    EXPECT_EQ(SubmitOne(Make("request-1"), store)->id, first->id);
    for (const auto& [request, id] : during) EXPECT_EQ(SubmitOne(Make(request), store)->id, id);
    Submission another = Make("request-1");
    another.report.digest = "another";
    EXPECT_THAT(SubmitOne(another, store),
                IsError(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED"));
    EXPECT_EQ(store.AddSupplement("kalix", first->id, everything_, "request-2",
                                  {.id = ids_.Next(), .text = "mer", .created = kNow}, Trace())
                  ->supplements.size(),
              1u);
  };
  sees_own(store_);
  int rounds = 0;
  const auto meanwhile = [&] {
    const bool destroyed = vault_.store().Find("kalix")->size() == 1;
    if (destroyed) {
      std::erase(own, erased->id);
      ASSERT_OK(copy->Rotate());
    }
    // The other copy has not heard of what was done in this round.
    for (PgReportStore* store : {&store_, &other}) {
      if (!destroyed) recognised(*store);
      sees_own(*store);
      // What comes in puts off the end of a step.
      if (during.size() == 8) continue;
      const std::string request = "during-" + std::to_string(during.size());
      const auto submitted = SubmitOne(Make(request), *store);
      ASSERT_OK(submitted);
      during[request] = submitted->id;
      own.push_back(submitted->id);
    }
    ASSERT_OK(copy->Rotate());
    if (destroyed) return;
    ++rounds;
    EXPECT_THAT(database_->Value("SELECT count(*) FROM report WHERE reporter_pseudonym = '" + old + "'"),
                ::testing::Not("0"));
  };
  secrecy::RenewAll(vault_, database_->pool(), SealedKeys(), meanwhile,
                    Hashes(database_->pool(), *vault_));
  EXPECT_GT(rounds, 10);
  sees_own(store_);
  sees_own(other);
  // Of the old pseudonym only the erased report is left, and nobody has that any more.
  EXPECT_EQ(database_->Value("SELECT string_agg(id::text, ' ') FROM report WHERE reporter_pseudonym = '" + old + "'"),
            erased->id);
  EXPECT_THAT(store_.Get("kalix", erased->id, anna),
              IsError(absl::StatusCode::kNotFound, "REPORT_NOT_FOUND"));
  EXPECT_OK(store_.Get("kalix", erased->id, everything_));
  EXPECT_THAT(*vault_->Pseudonyms("kalix", "anna"), ::testing::Not(::testing::Contains(old)));
  // Requests of the new key are recognised yet; those of the old one no longer.
  const auto& [request, id] = *std::max_element(
      during.begin(), during.end(), [](auto& a, auto& b) { return a.second < b.second; });
  EXPECT_EQ(SubmitOne(Make(request))->id, id);
  EXPECT_NE(SubmitOne(Make("request-1"))->id, first->id);
}

TEST_F(PgReportStoreTest, OneReportThatCannotBeWrittenDoesNotHarmItsGroup) {
  int committed = 0;
  GroupCommitter committer(store_, [&] { ++committed; });
  std::vector<absl::Status> answers(3);
  for (size_t i = 0; i < 3; ++i) {
    Submission submission = Make("request-" + std::to_string(i));
    if (i == 1) submission.report.id = "no uuid";
    committer.Submit(std::move(submission),
                     [&answers, i](absl::StatusOr<Report> stored) { answers[i] = stored.status(); });
  }
  EXPECT_EQ(committer.RunOnce(), 3u);
  EXPECT_OK(answers[0]);
  EXPECT_FALSE(answers[1].ok());
  EXPECT_OK(answers[2]);
  EXPECT_EQ(Count("report"), "2");
  EXPECT_EQ(committed, 2);
}

TEST_F(PgReportStoreTest, StoppedCommitterHasWrittenWhatItTookAndTakesNoMore) {
  GroupCommitter committer(store_, [] {});
  ASSERT_OK(committer.Start());
  std::atomic<int> written{0};
  for (int i = 0; i < 50; ++i) {
    committer.Submit(Make("request-" + std::to_string(i)),
                     [&](absl::StatusOr<Report> stored) { written += stored.ok() ? 1 : 0; });
  }
  committer.Stop();
  EXPECT_EQ(written, 50);
  absl::Status refused;
  committer.Submit(Make("late"), [&](absl::StatusOr<Report> stored) { refused = stored.status(); });
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace avvik::intake
