#include "services/escalation/duty_erasure.h"

#include "common/secrecy/certificate.h"
#include "common/secrecy/test_renewal.h"
#include "services/escalation/sealed_keys.h"
#include "services/escalation/store_test_support.h"

namespace avvik::escalation {
namespace {

using avvik::testing::IsError;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DutyErasureTest : public StoreTest {
 protected:
  // A case with two duties: NIS2, of which a stage was told and which was then ruled out, and GDPR,
  // of which nobody has written anything.
  triage::v1::CaseFacts WrittenCase() {
    triage::v1::CaseFacts told = ToldCase();
    told.mutable_classification()->mutable_impacts(0)->set_level(3);
    EXPECT_OK(Hear(told));
    const auto submit = [&](const Duty& duty, const CaseFacts& facts) {
      const DutyRules rules{*TestRegimes().Find(duty.regime)->FindVersion(duty.regime_version),
                            CalendarOf(*TestOrganisation())};
      return SubmitStage(duty, rules, facts,
                         {.stage = duty.stages[0].id,
                          .external_id = "marked-number",
                          .reason = "marked-stage"},
                         clock_.Now());
    };
    const auto rule_out = [](const Duty& duty, const CaseFacts&) {
      return RuleOutDuty(duty, "marked-reason", "p_dpo");
    };
    EXPECT_OK(Change(submit));
    EXPECT_OK(Change(rule_out));
    return told;
  }
  Duty Written() { return DutyOf("SE-NIS2"); }
  Duty Unwritten() { return DutyOf("SE-GDPR-33"); }
  absl::Status Change(const DutyStore::Decide& decide) {
    return store_
        .Change("kommun", Written().id, everything_, "", decide,
                {.id = ids_.Next(), .tenant = "kommun", .at = clock_.Now(), .actor = "dora"})
        .status();
  }

 private:
  Duty DutyOf(const std::string& regime) {
    const std::vector<Duty> duties = Duties({.regime = regime});
    EXPECT_EQ(duties.size(), 1u);
    return duties.empty() ? Duty() : duties.front();
  }
};

TEST_F(DutyErasureTest, KeysOfDutiesAreReplacedAndAllTheySealIsSealedAnewWhileItIsRead) {
  WrittenCase();
  // Key, reason for ruling out, in the duty and in the log, number and reason of a stage; nothing of the duty
  // that nobody wrote of.
  EXPECT_EQ(secrecy::RenewAll(vault_, database_->pool(), SealedKeys(),
                              [&] {
                                const Duty duty = Written();
                                EXPECT_EQ(duty.rule_out_reason, "marked-reason");
                                EXPECT_EQ(duty.stages[0].external_id, "marked-number");
                                EXPECT_EQ(duty.stages[0].reason, "marked-stage");
                              }),
            5u);
  EXPECT_EQ(Written().stages[0].reason, "marked-stage");
}

TEST_F(DutyErasureTest, KeyAndWordsOfAnErasedCaseAreGone) {
  const triage::v1::CaseFacts told = WrittenCase();
  const Duty before = Written();
  ASSERT_EQ(before.rule_out_reason, "marked-reason");
  clock_.Advance(absl::Hours(1));
  for (int repeat = 0; repeat < 2; ++repeat) ASSERT_OK(HearErased(told));
  Duty expected = *EraseDuty(before, clock_.Now());
  expected.update_time = clock_.Now();
  EXPECT_EQ(Written(), expected);
  EXPECT_EQ(Unwritten().erase_time, clock_.Now());
  EXPECT_EQ(database_->Value("SELECT count(wrapped_key) + count(rule_out_reason) FROM duty"), "0");
  EXPECT_EQ(database_->Value("SELECT count(external_id) + count(reason) FROM duty_stage"), "0");
}

TEST_F(DutyErasureTest, CertificateAndTraceAreLeft) {
  const triage::v1::CaseFacts told = WrittenCase();
  for (int repeat = 0; repeat < 2; ++repeat) ASSERT_OK(HearErased(told));
  const auto certificates = secrecy::ListCertificates(database_->pool(), "kommun", "", 10);
  ASSERT_OK(certificates);
  ASSERT_EQ(certificates->size(), 1u);
  const secrecy::Certificate& certificate = certificates->front();
  EXPECT_EQ(certificate.subject, "duties/" + Written().id);
  EXPECT_EQ(certificate.related, "cases/" + told.case_id());
  EXPECT_EQ(certificate.number, told.number());
  EXPECT_EQ(certificate.actor, "avvik-escalation");
  EXPECT_EQ(certificate.ground, "ERASURE_GROUND_DECISION");
  EXPECT_EQ(certificate.reference, "erasures/erasure-1");
  EXPECT_EQ(certificate.key_hash.size(), 32u);
  EXPECT_THAT(certificate.data_classes,
              ElementsAre("rule_out_reason", "external_ids=1", "stage_reasons=1"));
  EXPECT_EQ(database_->Value("SELECT string_agg(DISTINCT actor || ' ' || method || ' ' || reason, '') "
                             "FROM audit_record WHERE machine"),
            "avvik-escalation avvik.triage.v1.CaseErased ERASURE_GROUND_DECISION");
  EXPECT_EQ(database_->Value("SELECT count(*) FROM audit_record WHERE machine"), "2");
}

TEST_F(DutyErasureTest, NothingIsWrittenOfAnErasedCaseAnyMore) {
  const triage::v1::CaseFacts told = WrittenCase();
  ASSERT_OK(HearErased(told));
  EXPECT_THAT(Change([](const Duty& duty, const CaseFacts&) {
                return RuleOutDuty(duty, "marked-again", "p_dpo");
              }),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_ERASED"));
  EXPECT_EQ(store_.Advance(clock_.Now() + absl::Hours(10000), 10)->duties, 0);
}

TEST_F(DutyErasureTest, ErasedCaseGetsNoDutyAnyMore) {
  triage::v1::CaseFacts told = ToldCase();
  told.mutable_classification()->set_personal_data(type::v1::ANSWER_NO);
  ASSERT_OK(Hear(told));
  ASSERT_OK(HearErased(told));
  EXPECT_EQ(Count("duty"), "0");
  told.mutable_classification()->set_personal_data(type::v1::ANSWER_YES);
  told.set_state(triage::v1::CASE_STATE_CLOSED);
  told.set_resolution(triage::v1::RESOLUTION_REMEDIED);
  *told.mutable_close_time() = rpc::ToProtoTime(clock_.Now());
  ASSERT_OK(Hear<triage::v1::CaseAssigned>(told));
  EXPECT_EQ(Count("duty"), "0");
  // Another closed case does.
  told.set_case_id(FakeIdSource::Nth(0xc0002u));
  told.set_number("AVV-2026-000124");
  ASSERT_OK(Hear(told));
  EXPECT_EQ(Count("duty"), "1");
}

TEST_F(DutyErasureTest, OtherCasesAreUnharmed) {
  WrittenCase();
  const Duty before = Written();
  triage::v1::CaseFacts other = ToldCase(FakeIdSource::Nth(0xc0002u), "AVV-2026-000124");
  ASSERT_OK(Hear(other));
  ASSERT_OK(HearErased(other));
  EXPECT_EQ(Written(), before);
}

// --- Databases from before texts were sealed ---

class UnsealedDatabaseTest : public ::testing::Test {
 protected:
  void Insert(const std::string& rule_out_reason, const std::string& external_id) {
    database_.Run("INSERT INTO duty VALUES ('" + duty_ +
                  "', 'kommun', '00000000-0000-7000-8000-00000000c001', 'AVV-2026-000001', "
                  "'SE-GDPR-33', '2018-05-25', 'social', 'Social', 2, '{}', now(), NULL, '" +
                  rule_out_reason + "', '', 0, 'social', '{}', 'infinity', NULL, now(), now(), 1)");
    database_.Run("INSERT INTO duty_stage VALUES ('" + duty_ +
                  "', 'anmalan', 0, 2, true, now(), NULL, NULL, NULL, '" + external_id + "', '')");
  }
  absl::Status Migrate() { return pg::Migrate(database_.settings(), Migrations()); }

  const std::string duty_ = FakeIdSource::Nth(1);
  testing::TestDatabase database_{
      pg::Join({organisation::Migrations(), Migrations().first(2)})};
};

TEST_F(UnsealedDatabaseTest, DutiesWithoutWordsAreTakenOver) {
  Insert("", "");
  ASSERT_OK(Migrate());
  secrecy::TestVault vault;
  FakeIdSource ids;
  PgDutyStore store(database_.pool(), ids, *vault);
  const auto duty = store.Get("kommun", duty_, organisation::EverythingVisible());
  ASSERT_OK(duty);
  EXPECT_EQ(duty->rule_out_reason, "");
  ASSERT_EQ(duty->stages.size(), 1u);
  EXPECT_EQ(duty->stages[0].external_id, "");
}

TEST_F(UnsealedDatabaseTest, WordsInTheClearAreNotLostButRefused) {
  Insert("krypterad", "");
  EXPECT_THAT(std::string(Migrate().message()), HasSubstr("in the clear"));
  database_.Run("UPDATE duty SET rule_out_reason = ''");
  EXPECT_OK(Migrate());
}

TEST_F(UnsealedDatabaseTest, ExternalIdsInTheClearAreNotLostButRefused) {
  Insert("", "IMY-1");
  EXPECT_THAT(std::string(Migrate().message()), HasSubstr("in the clear"));
  EXPECT_EQ(database_.Value("SELECT external_id FROM duty_stage"), "IMY-1");
}

}  // namespace
}  // namespace avvik::escalation
