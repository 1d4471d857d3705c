#include "services/triage/pg_record_store.h"

#include "services/triage/case_duty_rows.h"
#include "services/triage/pg_erasure_store.h"
#include "services/triage/store_test_support.h"

namespace avvik::triage {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PgRecordStoreTest : public StoreTest {
 protected:
  absl::StatusOr<KnownRecord> Change(unsigned n, const RecordDecision& decide,
                                     const std::string& etag = "") {
    return records_.Change(kTenant, NumberOf(n), everything_, etag, Trace(), decide);
  }
  absl::StatusOr<KnownRecord> Register(unsigned n, const std::string& number = "") {
    return Change(n, [&](CaseRecord record, const Case& subject) {
      return triage::Register(std::move(record), number, subject, *TestOrganisation(), "sam",
                              clock_.Now());
    });
  }
  absl::StatusOr<KnownRecord> MarkCase(unsigned n, const std::string& ground) {
    return Change(n, [&](CaseRecord record, const Case&) {
      return Mark(std::move(record), ids_.Next(), ground, "sam", clock_.Now());
    });
  }
  // The numbers in the register, and what is more.
  RegisterPage Listed(const RegisterFilter& filter = {}, const Visibility* visibility = nullptr) {
    auto page = records_.List(kTenant, visibility == nullptr ? everything_ : *visibility, filter, {}, 100);
    EXPECT_OK(page);
    return page.ok() ? *page : RegisterPage();
  }
  static std::vector<std::string> Numbers(const RegisterPage& page) {
    std::vector<std::string> numbers;
    for (const RegisteredCase& one : page.cases) numbers.push_back(one.record.registration_number);
    return numbers;
  }

  PgRecordStore records_{database_->pool(), ids_, *vault_};
};

TEST_F(PgRecordStoreTest, CaseThatWasNeverRegisteredHasAnEmptyRecord) {
  const Case subject = OpenCase(1);
  const auto known = records_.Get(kTenant, subject.id, everything_);
  ASSERT_OK(known);
  EXPECT_EQ(known->record, CaseRecord{.case_id = subject.id});
  EXPECT_THAT(records_.Get("grannen", subject.id, everything_), HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(records_.Get(kTenant, subject.id, Visibility{}), HasCode(absl::StatusCode::kNotFound));
}

TEST_F(PgRecordStoreTest, NumbersOfASeriesComeWithoutAGapAndOverWhatWasGivenByHand) {
  for (unsigned n = 1; n <= 4; ++n) OpenCase(n);
  EXPECT_EQ(Register(1)->record.registration_number, "SOCIAL 2026/1");
  EXPECT_EQ(Register(2, "SOCIAL 2026/2")->record.registration_number, "SOCIAL 2026/2");
  EXPECT_EQ(Register(3)->record.registration_number, "SOCIAL 2026/3");
  EXPECT_THAT(Register(4, "SOCIAL 2026/3"),
              IsError(absl::StatusCode::kAlreadyExists, "REGISTRATION_NUMBER_TAKEN"));
  EXPECT_EQ(Register(4)->record.registration_number, "SOCIAL 2026/4");
}

TEST_F(PgRecordStoreTest, ChangeIsTracedAndToldByIdsOnly) {
  OpenCase(1);
  const auto known = Register(1);
  ASSERT_OK(known);
  EXPECT_EQ(known->record.version, 1);
  const auto events = ToldEvents();
  ASSERT_EQ(events.back().type(), "avvik.triage.v1.CaseRecordChanged");
  EXPECT_EQ(events.back().subject(), "case-records/" + known->record.case_id);
  v1::CaseRecordChanged told;
  ASSERT_TRUE(events.back().data().UnpackTo(&told));
  EXPECT_EQ(told.case_id(), known->record.case_id);
  EXPECT_TRUE(told.registered());
  const size_t before = events.size();
  EXPECT_EQ(database_->Value("SELECT count(*) FROM audit_record WHERE subject = 'cases/" +
                             known->record.case_id + "' AND actor = 'sam'"),
            "1");
  ASSERT_OK(Register(1));
  EXPECT_EQ(ToldEvents().size(), before) << "nothing was changed";
}

TEST_F(PgRecordStoreTest, MarkingsAndTheirAssessmentsAreKept) {
  OpenCase(1);
  ASSERT_OK(MarkCase(1, "18 kap. 8 § OSL"));
  const auto marked = MarkCase(1, "21 kap. 1 § OSL");
  ASSERT_OK(marked);
  const std::string id = marked->record.markings[0].id;
  ASSERT_OK(Change(1, [&](CaseRecord record, const Case&) {
    return Assess(std::move(record), id,
                  {ids_.Next(), clock_.Now(), "siv", v1::SECRECY_OUTCOME_RELEASED});
  }));
  const auto known = records_.Get(kTenant, NumberOf(1), everything_);
  ASSERT_OK(known);
  ASSERT_EQ(known->record.markings.size(), 2u);
  EXPECT_FALSE(known->record.markings[0].Stands());
  EXPECT_EQ(known->record.markings[0].assessments[0].assessed_by, "siv");
  EXPECT_TRUE(known->record.markings[1].Stands());
  EXPECT_EQ(known->record.version, 3);
}

TEST_F(PgRecordStoreTest, RecordThatHasChangedIsRefused) {
  OpenCase(1);
  ASSERT_OK(Register(1));
  EXPECT_THAT(Change(
                  1, [](CaseRecord record, const Case&) { return Describe(std::move(record), "x", ""); },
                  "0"),
              IsError(absl::StatusCode::kAborted, "RECORD_CHANGED"));
  EXPECT_OK(Change(
      1, [](CaseRecord record, const Case&) { return Describe(std::move(record), "x", ""); }, "1"));
}

TEST_F(PgRecordStoreTest, MatterOfSecurityProtectionHasNoRecordForAnybody) {
  auto submitted = Submitted(1);
  submitted.set_national_security(type::v1::ANSWER_YES);
  const Case subject = OpenCase(submitted);
  EXPECT_THAT(records_.Get(kTenant, subject.id, everything_),
              IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
  EXPECT_THAT(Register(1), IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
  EXPECT_EQ(Listed().unregistered, 0);
}

TEST_F(PgRecordStoreTest, CaseThatBecameOneOfSecurityProtectionLeavesTheRegister) {
  OpenCase(1);
  ASSERT_OK(Register(1));
  database_->Run("UPDATE triage_case SET sphere = 4");
  EXPECT_THAT(Numbers(Listed()), IsEmpty());
}

TEST_F(PgRecordStoreTest, RegisterIsByPeriodFirstReceivedFirstAndPaged) {
  for (unsigned n = 1; n <= 4; ++n) {
    OpenCase(n);
    clock_.Advance(absl::Hours(1));
  }
  ASSERT_OK(Register(3));
  ASSERT_OK(Register(1));
  ASSERT_OK(Register(2));
  EXPECT_THAT(Numbers(Listed()), ElementsAre("SOCIAL 2026/2", "SOCIAL 2026/3", "SOCIAL 2026/1"));
  EXPECT_EQ(Listed().unregistered, 1);
  const absl::Time second = Read(NumberOf(2)).reported;
  EXPECT_THAT(Numbers(Listed({.from = second, .until = {}})), ElementsAre("SOCIAL 2026/3", "SOCIAL 2026/1"));
  EXPECT_THAT(Numbers(Listed({.from = {}, .until = second})), ElementsAre("SOCIAL 2026/2"));
  EXPECT_EQ(Listed({.from = {}, .until = second}).unregistered, 0);
  std::vector<std::string> all;
  std::optional<RegisterPlace> after;
  for (bool more = true; more;) {
    const auto page = records_.List(kTenant, everything_, {}, after, 1);
    ASSERT_OK(page);
    for (const std::string& number : Numbers(*page)) all.push_back(number);
    more = page->more;
    after = RegisterPlace{page->cases.back().received, page->cases.back().record.case_id};
  }
  EXPECT_EQ(all, Numbers(Listed()));
}

TEST_F(PgRecordStoreTest, RegisterShowsWhatOneMaySee) {
  OpenCase(1);
  ASSERT_OK(Register(1));
  const Visibility other = organisation::OpenIn({"it"});
  EXPECT_THAT(Numbers(Listed({}, &other)), IsEmpty());
  const auto elsewhere = records_.List("grannen", everything_, {}, {}, 10);
  EXPECT_THAT(elsewhere->cases, IsEmpty());
}

TEST_F(PgRecordStoreTest, DossiersAreThoseThatWereTold) {
  const Case subject = OpenCase(1);
  escalation::v1::DutyFacts duty;
  duty.set_duty_id(FakeIdSource::Nth(0xd1));
  duty.set_case_id(subject.id);
  duty.set_state(escalation::v1::DUTY_STATE_REQUIRED);
  auto* stage = duty.add_stages();
  stage->set_state(escalation::v1::STAGE_STATE_RUNNING);
  const auto put = [&] {
    ASSERT_OK(pg::RunInTransaction(
        database_->pool(), pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
        [&](pg::Transaction& transaction) { return PutDuty(transaction, kTenant, duty); }));
  };
  put();
  EXPECT_EQ(records_.Get(kTenant, subject.id, everything_)->dossiers.count, 0);
  *stage->mutable_submit_time() = rpc::ToProtoTime(clock_.Now());
  put();
  const auto known = records_.Get(kTenant, subject.id, everything_);
  EXPECT_EQ(known->dossiers.count, 1);
  EXPECT_EQ(known->dossiers.last, clock_.Now());
}

TEST_F(PgRecordStoreTest, RecordOfAnErasedCaseStays) {
  OpenCase(1);
  ASSERT_OK(Register(1));
  ASSERT_OK(store_.Change(kTenant, NumberOf(1), everything_, "", Trace(), [&](Case subject) {
    return Close(std::move(subject), {.resolution = v1::RESOLUTION_REMEDIED, .outcome = "x"}, clock_.Now());
  }));
  PgErasureStore erasures{database_->pool(), ids_, *vault_};
  ASSERT_OK(erasures.Erase(
      kTenant, NumberOf(1), everything_,
      {.ground = v1::ERASURE_GROUND_DECISION, .reference = "KS 2026/12", .now = clock_.Now()}, Trace("iris")));
  EXPECT_THAT(Numbers(Listed()), ElementsAre("SOCIAL 2026/1"));
  EXPECT_OK(records_.Get(kTenant, NumberOf(1), everything_));
}

}  // namespace
}  // namespace avvik::triage
