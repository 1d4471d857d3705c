#include "services/intake/pg_campaign_store.h"

#include <cstdio>

#include "avvik/intake/v1/intake_events.pb.h"
#include "common/audit/audit.h"
#include "common/clock/fake_clock.h"
#include "common/events/migrations.h"
#include "common/events/outbox.h"
#include "common/ids/fake_id_source.h"
#include "common/organisation/pg_keeper.h"
#include "common/organisation/test_visibility.h"
#include "common/secrecy/pg_tenant_key_store.h"
#include "common/secrecy/test_vault.h"
#include "gmock/gmock.h"
#include "services/intake/case_event_handler.h"
#include "services/intake/intake_events.h"
#include "services/intake/pg_report_store.h"
#include "services/intake/report_fingerprint.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::intake {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using avvik::testing::TestDatabase;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kTenant[] = "kalix";

std::string CaseId(unsigned n) { return FakeIdSource::Nth(0xc0000 + n); }
std::string ReportId(unsigned n) { return FakeIdSource::Nth(0xe0000 + n); }
std::string NumberOf(unsigned n) { return "AVV-2026-00000" + std::to_string(n); }

// The case that report `n` opened.
triage::v1::CaseFacts Facts(unsigned n) {
  triage::v1::CaseFacts facts;
  facts.set_case_id(CaseId(n));
  facts.set_number(NumberOf(n));
  facts.set_report_id(ReportId(n));
  facts.set_state(triage::v1::CASE_STATE_ASSIGNED);
  facts.set_unit("social");
  facts.set_category(type::v1::CATEGORY_SUSPICIOUS_MESSAGE);
  facts.mutable_owner()->set_person_id("p_owner");
  facts.set_report_count(2);
  return facts;
}

class CampaignStoreTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database_ = new TestDatabase(
        pg::Join({events::outbox::Migrations(), events::inbox::Migrations(), audit::Migrations(),
                  organisation::Migrations(), secrecy::Migrations(), Migrations()}));
  }
  static void TearDownTestSuite() {
    delete database_;
    database_ = nullptr;
  }
  void SetUp() override { database_->Clear(); }

  void Hear(const google::protobuf::Message& data) {
    events::v1::StoredEvent event;
    *event.mutable_event() = events::MakeEvent(
        ids_, "triage", {.tenant = kTenant, .subject = "cases/x", .time = clock_.Now()}, data);
    EXPECT_OK(pg::RunInTransaction(
        database_->pool(), pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
        [&](pg::Transaction& transaction) { return handler_.Apply(transaction, event); }));
  }
  template <typename Message>
  void HearOf(const triage::v1::CaseFacts& facts) {
    Message message;
    *message.mutable_facts() = facts;
    Hear(message);
  }
  void Unlink(unsigned of, unsigned report) {
    triage::v1::CaseReportUnlinked unlinked;
    *unlinked.mutable_facts() = Facts(of);
    unlinked.set_report_id(ReportId(report));
    Hear(unlinked);
  }
  // Report `n`, by itself in the unit `skola`.
  void Submit(unsigned n) {
    Submission submission;
    Report& report = submission.report;
    report.id = ReportId(n);
    report.tenant = kTenant;
    report.request_id = "request-" + std::to_string(n);
    report.content.title = "Mejl";
    report.content.unit = "skola";
    report.reporter = {.login = "rut", .name = "Rut", .email = "rut@kalix.example"};
    report.submitted = clock_.Now();
    report.reported = clock_.Now();
    submission.year = 2026;
    submission.trace = Trace();
    std::vector<Submission> all;
    all.push_back(std::move(submission));
    const auto answers = reports_.SubmitAll(std::move(all));
    ASSERT_OK(answers);
    ASSERT_OK((*answers)[0]);
  }
  // Whether a text stands in what campaigns write: as it is, or as bytes are written.
  bool IsInDatabase(const std::string& text) {
    std::string hex;
    for (const char c : text) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
      hex += digits;
    }
    for (const char* table : {"campaign", "campaign_report", "campaign_answer", "event_log",
                              "audit_record", "erasure"}) {
      if (database_->Value(std::string("SELECT count(*) FROM ") + table +
                           " AS t WHERE t::text LIKE '%" + text + "%' OR t::text LIKE '%" + hex +
                           "%'") != "0") {
        return true;
      }
    }
    return false;
  }
  // The reports that are seen with the visibility, of those submitted.
  std::vector<std::string> Seen(const organisation::Visibility& visibility) {
    const auto page =
        reports_.List(kTenant, {.cases = visibility, .login = "somebody"}, {}, "", 10);
    EXPECT_OK(page);
    std::vector<std::string> seen;
    for (const Report& report : page->reports) seen.push_back(report.id);
    return seen;
  }
  // Report `report` joins the case of report `of`.
  void Link(unsigned of, unsigned report) {
    triage::v1::CaseReportLinked linked;
    *linked.mutable_facts() = Facts(of);
    linked.set_report_id(ReportId(report));
    linked.set_report_number(NumberOf(report));
    Hear(linked);
  }
  template <typename Message>
  void Regroup(unsigned member, unsigned leader) {
    Message message;
    *message.mutable_facts() = Facts(member);
    if (std::is_same_v<Message, triage::v1::CaseGrouped>) {
      message.mutable_facts()->set_group_case_id(CaseId(leader));
    }
    *message.mutable_leader() = Facts(leader);
    Hear(message);
  }
  absl::StatusOr<Campaign> Answer(const std::string& reference, const std::string& request_id,
                                  const std::string& text = "Radera det") {
    return store_.Answer(kTenant, reference, everything_, request_id,
                         {.id = ids_.Next(), .text = text, .created = clock_.Now()}, "", Trace());
  }
  audit::Record Trace() {
    return {.id = ids_.Next(), .tenant = kTenant, .at = clock_.Now(), .actor = "anna"};
  }
  Campaign Read(unsigned n) {
    const auto campaign = store_.Get(kTenant, NumberOf(n), everything_);
    EXPECT_OK(campaign);
    return campaign.ok() ? *campaign : Campaign();
  }
  // Who was told by the messages of this type, in order.
  template <typename Message>
  std::vector<std::string> Told() {
    static constexpr pg::Statement statement{"test_campaign_events",
                                             "SELECT event FROM event_log ORDER BY seq"};
    std::vector<std::string> told;
    const pg::Rows rows = *database_->pool().Query(pg::Scope::Everything(), statement);
    for (const pg::Row row : rows) {
      events::v1::Event event;
      EXPECT_TRUE(event.ParseFromString(row.Bytes("event")));
      Message message;
      if (!event.data().Is<Message>()) continue;
      EXPECT_TRUE(event.data().UnpackTo(&message));
      told.insert(told.end(), message.report_ids().begin(), message.report_ids().end());
    }
    return told;
  }

  inline static TestDatabase* database_ = nullptr;
  FakeClock clock_{absl::FromUnixSeconds(1'795'000'000)};
  FakeIdSource ids_;
  secrecy::TestVault vault_;
  CampaignEventHandler campaigns_{ids_, clock_};
  CaseEventHandler handler_{*vault_, campaigns_, ids_, clock_, [] {}};
  PgReportStore reports_{database_->pool(), ids_, *vault_};
  PgCampaignStore store_{database_->pool(), ids_, *vault_};
  const organisation::Visibility everything_ = organisation::EverythingVisible();
};

TEST_F(CampaignStoreTest, SecondReportOfACaseMakesACampaign) {
  Link(1, 2);
  Link(1, 3);
  Link(1, 3);  // Heard again.
  const Campaign campaign = Read(1);
  EXPECT_EQ(campaign.id, CaseId(1));
  EXPECT_EQ(campaign.report_count, 3);
  EXPECT_EQ(campaign.answer, std::nullopt);
  EXPECT_EQ(StateOf(campaign), v1::CAMPAIGN_STATE_OPEN);
  const auto page = store_.ListReports(kTenant, CaseId(1), everything_, "", 2);
  ASSERT_OK(page);
  ASSERT_THAT(page->reports, SizeIs(2));
  EXPECT_TRUE(page->more);
  EXPECT_EQ(page->reports[0].number, NumberOf(3));
  EXPECT_EQ(page->reports[1].number, NumberOf(2));
  const auto rest = store_.ListReports(kTenant, CaseId(1), everything_, ReportId(2), 2);
  ASSERT_THAT(rest->reports, SizeIs(1));
  EXPECT_EQ(rest->reports[0].report_id, ReportId(1));
  EXPECT_FALSE(rest->more);
}

TEST_F(CampaignStoreTest, AnswerIsToldForEveryReportOnceAndToWhoeverJoinsLater) {
  Link(1, 2);
  const auto answered = Answer(NumberOf(1), "request-1");
  ASSERT_OK(answered);
  EXPECT_EQ(answered->answer->text, "Radera det");
  EXPECT_THAT(Told<v1::CampaignAnswered>(), ElementsAre(ReportId(1), ReportId(2)));
  // A repeat answers nobody again.
  EXPECT_EQ(Answer(NumberOf(1), "request-1", "Annat")->answer->text, "Radera det");
  Link(1, 3);
  EXPECT_THAT(Told<v1::CampaignAnswered>(), ElementsAre(ReportId(1), ReportId(2), ReportId(3)));
  EXPECT_EQ((*store_.AnswerOf(kTenant, ReportId(3)))->text, "Radera det");
  EXPECT_EQ(*store_.AnswerOf(kTenant, ReportId(9)), std::nullopt);
  EXPECT_EQ(*store_.AnswerOf("grannen", ReportId(3)), std::nullopt);
  clock_.Advance(absl::Minutes(1));
  ASSERT_OK(Answer(CaseId(1), "request-2", "Behåll det"));
  EXPECT_EQ((*store_.AnswerOf(kTenant, ReportId(1)))->text, "Behåll det");
  EXPECT_THAT(Told<v1::CampaignAnswered>(), SizeIs(6));
  EXPECT_EQ(database_->Value("SELECT count(*) FROM audit_record"), "2");
}

TEST_F(CampaignStoreTest, LongListsComeInSeveralEventsWithVersionsThatFollow) {
  for (unsigned n = 2; n <= 9; ++n) Link(1, n);
  database_->Run(
      "INSERT INTO campaign_report SELECT tenant, gen_random_uuid(), campaign_id, 'N' || n,"
      " joined_at FROM campaign_report, generate_series(1, 1193) AS n WHERE report_id = '" +
      ReportId(1) + "'");
  const Campaign before = Read(1);
  const auto answered = Answer(NumberOf(1), "request-1");
  ASSERT_OK(answered);
  EXPECT_EQ(answered->version, before.version + 3);
  EXPECT_THAT(Told<v1::CampaignAnswered>(), SizeIs(1202));
  EXPECT_EQ(database_->Value("SELECT count(*) FROM event_log"), "3");
}

TEST_F(CampaignStoreTest, UnlinkedReportIsOutAndComesBackWithItsOwnCase) {
  Link(1, 2);
  Link(1, 3);
  ASSERT_OK(Answer(NumberOf(1), "request-1"));
  Unlink(1, 2);
  EXPECT_EQ(Read(1).report_count, 2);
  EXPECT_EQ(*store_.AnswerOf(kTenant, ReportId(2)), std::nullopt);
  Regroup<triage::v1::CaseGrouped>(2, 1);
  EXPECT_EQ(Read(1).report_count, 3);
  EXPECT_EQ(Read(2).leader_id, CaseId(1));
  EXPECT_EQ((*store_.AnswerOf(kTenant, ReportId(2)))->text, "Radera det");
  EXPECT_EQ(Told<v1::CampaignAnswered>().back(), ReportId(2));
  EXPECT_EQ(store_.ListReports(kTenant, CaseId(1), everything_, "", 9)->reports[1].campaign_id,
            CaseId(2));
}

TEST_F(CampaignStoreTest, GroupedCampaignIsSpokenForByItsLeaderAndUngroupingUndoesIt) {
  Link(1, 2);
  Link(3, 4);
  const Campaign leader = Read(1);
  const Campaign member = Read(3);
  Regroup<triage::v1::CaseGrouped>(3, 1);
  EXPECT_EQ(Read(1).report_count, 4);
  EXPECT_THAT(Answer(NumberOf(3), "request-1"),
              IsError(absl::StatusCode::kFailedPrecondition, "CAMPAIGN_GROUPED"));
  ASSERT_OK(Answer(NumberOf(1), "request-1"));
  EXPECT_THAT(Told<v1::CampaignAnswered>(), SizeIs(4));
  EXPECT_THAT(store_.List(kTenant, everything_, v1::CAMPAIGN_STATE_UNSPECIFIED, "", 10)->campaigns,
              SizeIs(1));
  Regroup<triage::v1::CaseUngrouped>(3, 1);
  EXPECT_EQ(Read(1).report_count, leader.report_count);
  EXPECT_EQ(Read(3).report_count, member.report_count);
  EXPECT_EQ(Read(3).leader_id, "");
  EXPECT_THAT(store_.List(kTenant, everything_, v1::CAMPAIGN_STATE_UNSPECIFIED, "", 10)->campaigns,
              SizeIs(2));
}

TEST_F(CampaignStoreTest, EndOfTheCaseIsToldToThoseWhoseReportWasLinked) {
  Link(1, 2);
  Link(1, 3);
  triage::v1::CaseClosed closed;
  *closed.mutable_facts() = Facts(1);
  closed.mutable_facts()->set_state(triage::v1::CASE_STATE_CLOSED);
  Hear(closed);
  EXPECT_THAT(Told<v1::CampaignConcluded>(), ElementsAre(ReportId(2), ReportId(3)));
  EXPECT_EQ(StateOf(Read(1)), v1::CAMPAIGN_STATE_CLOSED);
  triage::v1::CaseReopened reopened;
  *reopened.mutable_facts() = Facts(1);
  Hear(reopened);
  EXPECT_EQ(StateOf(Read(1)), v1::CAMPAIGN_STATE_OPEN);
  // A case that is no campaign concerns nobody here.
  *closed.mutable_facts() = Facts(9);
  Hear(closed);
  EXPECT_THAT(Told<v1::CampaignConcluded>(), SizeIs(2));
}

TEST_F(CampaignStoreTest, CampaignIsClosedOnceAndToldOfOnce) {
  Link(1, 2);
  for (int i = 0; i < 2; ++i) {
    const auto ended = store_.End(kTenant, NumberOf(1), everything_, clock_.Now(), "", Trace());
    ASSERT_OK(ended);
    EXPECT_EQ(StateOf(*ended), v1::CAMPAIGN_STATE_CLOSED);
  }
  EXPECT_EQ(database_->Value("SELECT count(*) FROM event_log"), "1");
  EXPECT_THAT(store_.List(kTenant, everything_, v1::CAMPAIGN_STATE_OPEN, "", 10)->campaigns,
              IsEmpty());
  EXPECT_THAT(store_.List(kTenant, everything_, v1::CAMPAIGN_STATE_CLOSED, "", 10)->campaigns,
              SizeIs(1));
}

TEST_F(CampaignStoreTest, CampaignIsSeenByWhomItsCaseIsSeenByNow) {
  Link(1, 2);
  const organisation::Visibility unit = organisation::OpenIn({"social"});
  const organisation::Visibility owner{.spheres = {}, .places = {}, .keys = {"p_owner"}};
  organisation::Visibility other = organisation::OpenIn({"skola"});
  other.keys = {"p_other"};
  const auto sees = [&](const organisation::Visibility& visibility) {
    const auto found = store_.Get(kTenant, NumberOf(1), visibility);
    if (!found.ok()) {
      EXPECT_THAT(found, IsError(absl::StatusCode::kNotFound, "CAMPAIGN_NOT_FOUND"));
    }
    const auto page = store_.List(kTenant, visibility, v1::CAMPAIGN_STATE_UNSPECIFIED, "", 10);
    EXPECT_EQ(page->campaigns.size(), found.ok() ? 1u : 0u);
    EXPECT_EQ(store_.ListReports(kTenant, NumberOf(1), visibility, "", 10).ok(), found.ok());
    return found.ok();
  };
  EXPECT_TRUE(sees(unit));
  EXPECT_TRUE(sees(owner));
  EXPECT_FALSE(sees(other));
  EXPECT_THAT(store_.Get("grannen", NumberOf(1), everything_),
              IsError(absl::StatusCode::kNotFound, "CAMPAIGN_NOT_FOUND"));
  triage::v1::CaseFacts facts = Facts(1);
  facts.mutable_owner()->set_person_id("p_other");
  HearOf<triage::v1::CaseAssigned>(facts);
  EXPECT_TRUE(sees(other));
  EXPECT_FALSE(sees(owner));
  EXPECT_TRUE(sees(unit));
  facts.set_sphere(type::v1::SPHERE_RESTRICTED);
  facts.set_report_count(1);  // Also of what is a campaign no more.
  HearOf<triage::v1::CaseRestricted>(facts);
  EXPECT_FALSE(sees(unit));
  EXPECT_TRUE(sees(other));
  facts.add_named()->set_person_id("p_owner");
  HearOf<triage::v1::CaseAccessChanged>(facts);
  EXPECT_TRUE(sees(owner));
  EXPECT_THAT(
      store_.Answer(kTenant, NumberOf(1), unit, "request-1", {.id = ids_.Next()}, "", Trace()),
      IsError(absl::StatusCode::kNotFound, "CAMPAIGN_NOT_FOUND"));
}

TEST_F(CampaignStoreTest, ReportsOfAGroupedCaseAreListedForThoseWhoSeeThatCase) {
  Link(1, 2);
  Link(3, 4);
  Regroup<triage::v1::CaseGrouped>(3, 1);
  const organisation::Visibility unit = organisation::OpenIn({"social"});
  EXPECT_THAT(store_.ListReports(kTenant, NumberOf(1), unit, "", 10)->reports, SizeIs(4));
  triage::v1::CaseFacts facts = Facts(3);
  facts.set_group_case_id(CaseId(1));
  facts.set_sphere(type::v1::SPHERE_RESTRICTED);
  HearOf<triage::v1::CaseRestricted>(facts);
  EXPECT_THAT(store_.ListReports(kTenant, NumberOf(1), unit, "", 10)->reports, SizeIs(2));
  EXPECT_THAT(store_.ListReports(kTenant, NumberOf(1), everything_, "", 10)->reports, SizeIs(4));
}

TEST_F(CampaignStoreTest, LinkedReportIsSeenByWhomTheCaseIsSeenByUntilItIsUnlinked) {
  for (unsigned n = 1; n <= 3; ++n) Submit(n);
  const organisation::Visibility school = organisation::OpenIn({"skola"});
  const organisation::Visibility social = organisation::OpenIn({"social"});
  const organisation::Visibility owner{.spheres = {}, .places = {}, .keys = {"p_owner"}};
  HearOf<triage::v1::CaseOpened>(Facts(1));
  EXPECT_THAT(Seen(social), ElementsAre(ReportId(1)));
  EXPECT_THAT(Seen(school), ElementsAre(ReportId(3), ReportId(2)));
  Link(1, 2);
  Link(1, 3);
  Link(1, 3);  // Heard again.
  EXPECT_THAT(Seen(school), IsEmpty());
  EXPECT_THAT(Seen(social), ElementsAre(ReportId(3), ReportId(2), ReportId(1)));
  EXPECT_THAT(Seen(owner), ElementsAre(ReportId(3), ReportId(2), ReportId(1)));
  // The reporter's own stays the reporter's own.
  EXPECT_OK(reports_.Get(kTenant, ReportId(2), {.cases = {}, .login = "rut"}));

  triage::v1::CaseFacts facts = Facts(1);
  facts.set_sphere(type::v1::SPHERE_RESTRICTED);
  facts.mutable_owner()->set_person_id("p_other");
  HearOf<triage::v1::CaseRestricted>(facts);
  EXPECT_THAT(Seen(social), IsEmpty());
  EXPECT_THAT(Seen(owner), IsEmpty());
  const organisation::Visibility other{.spheres = {}, .places = {}, .keys = {"p_other"}};
  EXPECT_THAT(Seen(other), ElementsAre(ReportId(3), ReportId(2), ReportId(1)));
  facts.set_sphere(type::v1::SPHERE_OPEN);
  HearOf<triage::v1::CaseClassified>(facts);
  EXPECT_THAT(Seen(social), SizeIs(3));

  Unlink(1, 2);
  EXPECT_THAT(Seen(school), ElementsAre(ReportId(2)));
  EXPECT_THAT(Seen(social), ElementsAre(ReportId(3), ReportId(1)));
  triage::v1::CaseFacts own = Facts(2);
  own.set_unit("teknik");
  HearOf<triage::v1::CaseOpened>(own);
  // What the case it has left tells is no longer about it.
  Unlink(1, 2);
  Link(1, 2);
  facts.set_unit("miljo");
  HearOf<triage::v1::CaseClassified>(facts);
  EXPECT_THAT(Seen(organisation::OpenIn({"teknik"})), ElementsAre(ReportId(2)));
  EXPECT_THAT(Seen(organisation::OpenIn({"miljo"})), ElementsAre(ReportId(3), ReportId(1)));
}

TEST_F(CampaignStoreTest, AnswerIsNowhereInTheClearNorReadWhenItWasAltered) {
  Link(1, 2);
  const std::string text = "Byt lösenord efter kaffet";
  ASSERT_OK(Answer(NumberOf(1), "request-in-the-clear", text));
  for (const std::string& secret : {text, std::string("request-in-the-clear")}) {
    EXPECT_FALSE(IsInDatabase(secret)) << secret;
  }
  EXPECT_TRUE(IsInDatabase(NumberOf(1)));  // The search finds what is there.
  EXPECT_EQ(Read(1).answer->text, text);
  EXPECT_EQ((*store_.AnswerOf(kTenant, ReportId(2)))->text, text);
  EXPECT_EQ(
      store_.List(kTenant, everything_, v1::CAMPAIGN_STATE_OPEN, "", 10)->campaigns[0].answer->text,
      text);
  // In the place of another answer it is not read either.
  Link(3, 4);
  ASSERT_OK(Answer(NumberOf(3), "request-2", "Annat"));
  database_->Run(
      "UPDATE campaign_answer SET (text, wrapped) ="
      " (SELECT text, wrapped FROM campaign_answer WHERE campaign_id = '" +
      CaseId(1) + "') WHERE campaign_id = '" + CaseId(3) + "'");
  EXPECT_THAT(store_.Get(kTenant, NumberOf(3), everything_), HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(store_.AnswerOf(kTenant, ReportId(4)), HasCode(absl::StatusCode::kDataLoss));
}

TEST_F(CampaignStoreTest, AnswersGoWithTheirCaseAndNoMoreAreGiven) {
  for (unsigned n = 1; n <= 2; ++n) Submit(n);
  HearOf<triage::v1::CaseOpened>(Facts(1));
  Link(1, 2);
  ASSERT_OK(Answer(NumberOf(1), "request-1"));
  ASSERT_OK(Answer(NumberOf(1), "request-2", "Behåll det"));
  triage::v1::CaseErased erased;
  *erased.mutable_facts() = Facts(1);
  erased.mutable_facts()->set_state(triage::v1::CASE_STATE_CLOSED);
  erased.set_erasure_id("erasure-1");
  erased.set_ground(triage::v1::ERASURE_GROUND_DECISION);
  Hear(erased);
  Hear(erased);  // Heard again.
  EXPECT_EQ(database_->Value("SELECT count(*) FROM campaign_answer"), "0");
  EXPECT_EQ(*store_.AnswerOf(kTenant, ReportId(2)), std::nullopt);
  EXPECT_EQ(Read(1).answer, std::nullopt);
  EXPECT_THAT(Answer(NumberOf(1), "request-3"),
              IsError(absl::StatusCode::kFailedPrecondition, "CAMPAIGN_ERASED"));
  EXPECT_EQ(database_->Value("SELECT string_agg(subject, ' ' ORDER BY subject) FROM erasure"),
            "reports/" + ReportId(1) + " reports/" + ReportId(2));
  EXPECT_EQ(database_->Value("SELECT subject FROM erasure WHERE 'answers=2' = ANY (data_classes)"),
            "reports/" + ReportId(1));
}

TEST_F(CampaignStoreTest, AnswerSentAgainWhileTheKeyForHashesIsReplacedIsRecognised) {
  Link(1, 2);
  ASSERT_OK(Answer(NumberOf(1), "request-1"));
  ASSERT_OK(vault_->ReplaceTenantKeys(clock_.Now()));
  ASSERT_OK(vault_->HashWithNewest(clock_.Now()));
  ASSERT_OK(Answer(NumberOf(1), "request-1", "Annat"));
  EXPECT_EQ(database_->Value("SELECT count(*) FROM campaign_answer"), "1");
  ASSERT_OK(Answer(NumberOf(1), "request-2", "Annat"));
  EXPECT_EQ(database_->Value("SELECT count(*) FROM campaign_answer"), "2");
}

TEST(ReportFingerprintsTest, ReportIsRecognisedOnlyWhereItMayBe) {
  intake::v1::CampaignRules proto;
  auto* rule = proto.add_rules();
  rule->set_category(type::v1::CATEGORY_SUSPICIOUS_MESSAGE);
  rule->mutable_window()->set_seconds(3600);
  rule->set_similarity(60);
  const auto rules = campaigns::CampaignRules::Create(proto);
  secrecy::TestVault vault;
  secrecy::TestVault another;
  const ReportFingerprints fingerprints(*rules, KeysOf(*vault));
  Report report;
  report.tenant = kTenant;
  report.content.title = "Ditt paket väntar på leverans";
  report.content.category = type::v1::CATEGORY_SUSPICIOUS_MESSAGE;
  ASSERT_EQ(fingerprints.Of(report).size(), 1u);
  const campaigns::Fingerprint made = fingerprints.Of(report).front();
  Report other = report;
  other.tenant = "grannen";
  EXPECT_EQ(campaigns::Similarity(made, fingerprints.Of(other).front()), 0);
  EXPECT_EQ(campaigns::Similarity(
                made, ReportFingerprints(*rules, KeysOf(*another)).Of(report).front()), 0);
  other = report;
  other.content.category = type::v1::CATEGORY_LOST_DEVICE;
  EXPECT_TRUE(fingerprints.Of(other).empty());
  other = report;
  other.origin = Origin{.register_name = "old", .key = "1", .reported = std::nullopt};
  EXPECT_TRUE(fingerprints.Of(other).empty());
  other = report;
  other.content.national_security = type::v1::ANSWER_YES;
  EXPECT_TRUE(fingerprints.Of(other).empty());
  const ReportFingerprints keyless(*rules, [](const std::string&) -> absl::StatusOr<std::vector<campaigns::Key>> {
    return absl::UnavailableError("no key");
  });
  EXPECT_TRUE(keyless.Of(report).empty());
}

TEST(ReportFingerprintsTest, EventCarriesWhatWasRecognisedBeforeTheKeyWasReplacedAsLongAsThatIsThere) {
  intake::v1::CampaignRules proto;
  auto* rule = proto.add_rules();
  rule->set_category(type::v1::CATEGORY_SUSPICIOUS_MESSAGE);
  rule->mutable_window()->set_seconds(3600);
  rule->set_similarity(60);
  const auto rules = campaigns::CampaignRules::Create(proto);
  secrecy::TestVault vault;
  const ReportFingerprints fingerprints(*rules, KeysOf(*vault));
  FakeIdSource ids;
  Report report;
  report.tenant = kTenant;
  report.content.title = "Ditt paket väntar på leverans";
  report.content.category = type::v1::CATEGORY_SUSPICIOUS_MESSAGE;
  const auto told = [&] {
    report.fingerprints = fingerprints.Of(report);
    intake::v1::ReportSubmitted submitted;
    EXPECT_TRUE(SubmittedEvent(ids, report, "").data().UnpackTo(&submitted));
    return submitted;
  };
  const auto before = told();
  EXPECT_EQ(before.other_fingerprints_size(), 0);
  ASSERT_OK(vault->ReplaceTenantKeys(absl::Now()));
  ASSERT_OK(vault->HashWithNewest(absl::Now()));
  const auto during = told();
  ASSERT_EQ(during.other_fingerprints_size(), 1);
  EXPECT_EQ(campaigns::FromProto(during.other_fingerprints(0)), campaigns::FromProto(before.fingerprint()));
  EXPECT_EQ(campaigns::Similarity(campaigns::FromProto(during.fingerprint()),
                                  campaigns::FromProto(before.fingerprint())),
            0);
  ASSERT_OK(vault->DestroyOlderTenantKeys());
  ASSERT_OK(vault->DestroyOlderHashingKeys(absl::Now()));
  const auto after = told();
  EXPECT_EQ(after.other_fingerprints_size(), 0);
  EXPECT_EQ(campaigns::FromProto(after.fingerprint()), campaigns::FromProto(during.fingerprint()));
}

}  // namespace
}  // namespace avvik::intake
