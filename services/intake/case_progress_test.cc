#include "services/intake/case_progress.h"

#include "common/audit/audit.h"
#include "common/events/migrations.h"
#include "common/ids/fake_id_source.h"
#include "common/organisation/pg_keeper.h"
#include "common/secrecy/pg_tenant_key_store.h"
#include "common/status/macros.h"
#include "services/intake/pg_report_store.h"
#include "services/intake/report_access.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::intake {
namespace {

using triage::v1::CaseFacts;

constexpr char kTenant[] = "kalix";
const absl::Time kNow = absl::FromUnixSeconds(1'795'000'000);

std::string CaseId(unsigned n) { return FakeIdSource::Nth(0xc0000 + n); }
std::string ReportId(unsigned n) { return FakeIdSource::Nth(0xe0000 + n); }

CaseFacts Facts(unsigned n = 1) {
  CaseFacts facts;
  facts.set_case_id(CaseId(n));
  facts.set_report_id(ReportId(n));
  facts.set_state(triage::v1::CASE_STATE_ASSIGNED);
  return facts;
}

TEST(ProgressTest, ProgressIsTheCaseInItsReportersWords) {
  CaseFacts facts = Facts();
  facts.set_state(triage::v1::CASE_STATE_OPEN);
  EXPECT_EQ(ProgressOf(facts), v1::REPORT_PROGRESS_RECEIVED);
  // Given to somebody by rule is not looked at.
  facts.set_state(triage::v1::CASE_STATE_ASSIGNED);
  EXPECT_EQ(ProgressOf(facts), v1::REPORT_PROGRESS_RECEIVED);
  facts.mutable_classification()->set_confirmed(true);
  EXPECT_EQ(ProgressOf(facts), v1::REPORT_PROGRESS_LOOKED_AT);
  facts.mutable_classification()->set_confirmed(false);
  facts.set_state(triage::v1::CASE_STATE_ACKNOWLEDGED);
  EXPECT_EQ(ProgressOf(facts), v1::REPORT_PROGRESS_LOOKED_AT);
  facts.set_measure_count(1);
  EXPECT_EQ(ProgressOf(facts), v1::REPORT_PROGRESS_WORKED_ON);
  facts.set_state(triage::v1::CASE_STATE_CLOSED);
  facts.set_resolution(triage::v1::RESOLUTION_REMEDIED);
  EXPECT_EQ(ProgressOf(facts), v1::REPORT_PROGRESS_DONE);
  facts.set_resolution(triage::v1::RESOLUTION_HANDLED_ELSEWHERE);
  EXPECT_EQ(ProgressOf(facts), v1::REPORT_PROGRESS_HANDLED_ELSEWHERE);
}

TEST(ProgressTest, WhoHandlesACaseAndHowCloselyItIsHeldChangesNothing) {
  CaseFacts facts = Facts();
  facts.set_sphere(type::v1::SPHERE_SECURITY_PROTECTION);
  facts.mutable_owner()->set_person_id("p_chief");
  EXPECT_EQ(ProgressOf(facts), v1::REPORT_PROGRESS_RECEIVED);
}

class CaseProgressTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database_ = new testing::TestDatabase(
        pg::Join({events::outbox::Migrations(), events::inbox::Migrations(), audit::Migrations(),
                  organisation::Migrations(), secrecy::Migrations(), Migrations()}));
  }
  static void TearDownTestSuite() {
    delete database_;
    database_ = nullptr;
  }
  void SetUp() override { database_->Clear(); }

  void Hear(const CaseFacts& facts, absl::Time at = kNow) {
    EXPECT_OK(pg::RunInTransaction(
        database_->pool(), pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
        [&](pg::Transaction& transaction) -> absl::Status {
          AVVIK_RETURN_IF_ERROR(PutAccess(transaction, kTenant, facts));
          return PutProgress(transaction, kTenant, facts, at);
        }));
  }
  KnownProgress Known(unsigned report = 1, const std::string& tenant = kTenant) {
    const auto known = FindProgress(database_->pool(), tenant, {ReportId(report)});
    EXPECT_OK(known);
    const auto found = known->find(ReportId(report));
    return found == known->end() ? KnownProgress() : found->second;
  }

  inline static testing::TestDatabase* database_ = nullptr;
};

TEST_F(CaseProgressTest, ChangeTimeIsThatOfTheProgressAndNotOfWhatChangesBeside) {
  Hear(Facts());
  CaseFacts facts = Facts();
  facts.set_unit("skola");
  Hear(facts, kNow + absl::Hours(1));
  EXPECT_EQ(Known().own->changed, kNow);
  facts.set_state(triage::v1::CASE_STATE_ACKNOWLEDGED);
  Hear(facts, kNow + absl::Hours(2));
  EXPECT_EQ(Known().own->progress, v1::REPORT_PROGRESS_LOOKED_AT);
  EXPECT_EQ(Known().own->changed, kNow + absl::Hours(2));
}

TEST_F(CaseProgressTest, WordsAreToldOfWhileTheCaseIsClosed) {
  CaseFacts facts = Facts();
  facts.set_state(triage::v1::CASE_STATE_CLOSED);
  facts.set_told_reporter(true);
  Hear(facts);
  EXPECT_TRUE(Known().own->told);
  facts.set_state(triage::v1::CASE_STATE_ASSIGNED);
  facts.set_told_reporter(false);
  facts.set_reopen_count(1);
  Hear(facts);
  EXPECT_FALSE(Known().own->told);
  EXPECT_EQ(Known().own->progress, v1::REPORT_PROGRESS_LOOKED_AT);
}

TEST_F(CaseProgressTest, LinkedReportIsAsFarAsTheCaseItJoined) {
  CaseFacts facts = Facts();
  facts.set_state(triage::v1::CASE_STATE_ACKNOWLEDGED);
  Hear(facts);
  ASSERT_OK(pg::RunInTransaction(
      database_->pool(), pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
      [&](pg::Transaction& transaction) {
        return LinkAccess(transaction, kTenant, CaseId(1), ReportId(2));
      }));
  EXPECT_EQ(Known(2).own->progress, v1::REPORT_PROGRESS_LOOKED_AT);
  EXPECT_EQ(Known(2).own->case_id, CaseId(1));
}

TEST_F(CaseProgressTest, CaseInAGroupHasTheOneThatSpeaksForItUntilItLeaves) {
  CaseFacts leader = Facts(2);
  leader.set_measure_count(1);
  Hear(leader);
  CaseFacts member = Facts(1);
  member.set_group_case_id(CaseId(2));
  Hear(member);
  EXPECT_EQ(Known().leader->progress, v1::REPORT_PROGRESS_WORKED_ON);
  member.clear_group_case_id();
  Hear(member);
  EXPECT_FALSE(Known().leader.has_value());
}

TEST_F(CaseProgressTest, AnotherTenantKnowsNothing) {
  Hear(Facts());
  EXPECT_FALSE(Known(1, "tyreso").own.has_value());
  EXPECT_FALSE(Known(9).own.has_value());
}

}  // namespace
}  // namespace avvik::intake
