// The API of escalation over a real socket, with real tokens and a real database.
#include "services/escalation/escalation_service.h"

#include "services/escalation/service_test_support.h"

namespace avvik::escalation {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using avvik::testing::NamesField;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class EscalationServiceTest : public ServiceTest {
 protected:
  std::string DutyId() { return OnlyDuty().id; }

  absl::StatusOr<v1::Duty> Get(const std::string& login, const std::string& id) {
    v1::GetDutyRequest request;
    request.set_duty_id(id);
    return Call(&v1::Escalation::Stub::GetDuty, login, request, v1::Duty());
  }
  absl::StatusOr<v1::ListDutiesResponse> List(const std::string& login,
                                              const v1::ListDutiesRequest& request = {}) {
    return Call(&v1::Escalation::Stub::ListDuties, login, request, v1::ListDutiesResponse());
  }
  absl::StatusOr<v1::Duty> Submit(const std::string& login, const std::string& text) {
    auto request = ParseText<v1::SubmitStageRequest>(text);
    request.set_duty_id(DutyId());
    return Call(&v1::Escalation::Stub::SubmitStage, login, request, v1::Duty());
  }
  absl::StatusOr<v1::Duty> RuleOut(const std::string& login, const std::string& reason,
                                   const std::string& etag = "") {
    v1::RuleOutDutyRequest request;
    request.set_duty_id(DutyId());
    request.set_reason(reason);
    request.set_etag(etag);
    return Call(&v1::Escalation::Stub::RuleOutDuty, login, request, v1::Duty());
  }
  std::string Trail() {
    EXPECT_OK(recorder_.RunOnce());
    return database_->Value(
        "SELECT coalesce(string_agg(actor || ' ' || split_part(method, '/', 2) || ' ' || outcome "
        "|| ' ' || (subject = 'duties/' || (SELECT id FROM duty LIMIT 1)), ', ' ORDER BY at, id), "
        "'') "
        "FROM audit_record");
  }
};

TEST_F(EscalationServiceTest, DutyIsShownWithItsRegime) {
  ASSERT_OK(Hear(Recent()));
  const auto duty = Get("dora", DutyId());
  ASSERT_OK(duty);
  EXPECT_EQ(duty->regime(), "SE-GDPR-33");
  EXPECT_EQ(duty->receiver().name(), "Integritetsskyddsmyndigheten (IMY)");
  EXPECT_EQ(duty->stages(0).target_time().seconds() - duty->aware_time().seconds(), 72 * 3600);
  EXPECT_EQ(Trail(), "dora GetDuty allowed true");
}

TEST_F(EscalationServiceTest, CallerSeesAsFarAsTheirPermissionReaches) {
  triage::v1::CaseFacts facts = Recent();
  facts.add_drawn_in()->set_person_id(organisation::PersonId("kommun", "eva"));
  ASSERT_OK(Hear(facts));
  // Sam holds the committee above the unit; Eva is drawn in; Bo has to do with neither.
  for (const char* login : {"dora", "sam", "eva"}) {
    EXPECT_OK(Get(login, DutyId())) << login;
    EXPECT_EQ(List(login)->total_size(), 1) << login;
  }
  EXPECT_THAT(Get("bo", DutyId()), IsError(absl::StatusCode::kNotFound, "DUTY_NOT_FOUND"));
  EXPECT_EQ(List("bo")->total_size(), 0);
  EXPECT_EQ(List("bo")->duties_size(), 0);
  EXPECT_THAT(Submit("bo", "stage: 'anmalan' external_id: 'x'"),
              HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(Submit("eva", "stage: 'anmalan' external_id: 'x'"),
              IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
  EXPECT_THAT(RuleOut("sam", "nej"), IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
}

TEST_F(EscalationServiceTest, StageIsSubmitted) {
  ASSERT_OK(Hear(Recent()));
  const auto duty = Submit("sam", "stage: 'anmalan' external_id: 'IMY-2026-17' etag: '1'");
  ASSERT_OK(duty);
  EXPECT_EQ(duty->state(), v1::DUTY_STATE_FULFILLED);
  EXPECT_EQ(duty->stages(0).state(), v1::STAGE_STATE_SUBMITTED);
  EXPECT_EQ(duty->stages(0).external_id(), "IMY-2026-17");
  EXPECT_EQ(duty->etag(), "2");
  EXPECT_THAT(Told(), ElementsAre("DutyFound", "StageSubmitted"));
  EXPECT_EQ(Trail(), "sam SubmitStage allowed true");
}

TEST_F(EscalationServiceTest, WrongSubmissionsNameTheFieldAndStoreNothing) {
  ASSERT_OK(Hear(Recent()));
  EXPECT_THAT(Submit("sam", "stage: 'anmalan'"), NamesField("external_id"));
  EXPECT_THAT(Submit("sam", "stage: '' external_id: 'x'"), NamesField("stage"));
  EXPECT_THAT(
      Submit("sam", "stage: 'anmalan' external_id: 'x' submit_time { seconds: 4102444800 }"),
      NamesField("submit_time"));
  EXPECT_THAT(Submit("sam", "stage: 'anmalan' external_id: 'x' submit_time { seconds: 1 }"),
              NamesField("submit_time"));
  EXPECT_THAT(Submit("sam", "stage: 'nothing' external_id: 'x'"),
              IsError(absl::StatusCode::kNotFound, "STAGE_NOT_FOUND"));
  EXPECT_THAT(Submit("sam", "stage: 'anmalan' external_id: 'x' etag: '7'"),
              IsError(absl::StatusCode::kAborted, "DUTY_CHANGED"));
  EXPECT_EQ(OnlyDuty().version, 1);
  EXPECT_THAT(Told(), ElementsAre("DutyFound"));
}

TEST_F(EscalationServiceTest, DutyIsRuledOutWithAReason) {
  ASSERT_OK(Hear(Recent()));
  EXPECT_THAT(RuleOut("dora", ""), NamesField("reason"));
  const auto duty = RuleOut("dora", "Disken var krypterad'); DROP TABLE duty; --", "1");
  ASSERT_OK(duty);
  EXPECT_EQ(duty->state(), v1::DUTY_STATE_RULED_OUT);
  EXPECT_EQ(duty->rule_out_reason(), "Disken var krypterad'); DROP TABLE duty; --");
  EXPECT_EQ(OnlyDuty().rule_out_person, organisation::PersonId("kommun", "dora"));
  EXPECT_THAT(Submit("dora", "stage: 'anmalan' external_id: 'x'"),
              IsError(absl::StatusCode::kFailedPrecondition, "DUTY_RULED_OUT"));
}

TEST_F(EscalationServiceTest, DutyOfAnErasedCaseIsShownAndTakesNothing) {
  ASSERT_OK(Hear(Recent()));
  ASSERT_OK(Submit("sam", "stage: 'anmalan' external_id: 'IMY-2026-17' reason: 'ring'"));
  ASSERT_OK(HearErased(Recent()));
  const auto duty = Get("dora", DutyId());
  ASSERT_OK(duty);
  EXPECT_TRUE(duty->has_erase_time());
  EXPECT_EQ(duty->stages(0).external_id(), "");
  EXPECT_EQ(duty->stages(0).reason(), "");
  EXPECT_TRUE(duty->stages(0).has_submit_time());
  EXPECT_EQ(List("dora")->total_size(), 1);
  EXPECT_THAT(Submit("sam", "stage: 'anmalan' external_id: 'x'"),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_ERASED"));
  EXPECT_THAT(RuleOut("dora", "nej"), IsError(absl::StatusCode::kFailedPrecondition, "CASE_ERASED"));
}

TEST_F(EscalationServiceTest, ListIsNarrowedAndPaged) {
  for (unsigned n = 1; n <= 5; ++n) {
    triage::v1::CaseFacts facts = Recent();
    facts.set_case_id(FakeIdSource::Nth(0xc0000u + n));
    facts.set_number("AVV-2026-00000" + std::to_string(n));
    ASSERT_OK(Hear(facts));
  }
  v1::ListDutiesRequest request;
  request.set_page_size(2);
  std::vector<std::string> numbers;
  do {
    const auto page = List("dora", request);
    ASSERT_OK(page);
    EXPECT_EQ(page->total_size(), 5);
    for (const v1::Duty& duty : page->duties()) numbers.push_back(duty.number());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(numbers.size(), 5u);
  request.Clear();
  request.set_case_id("AVV-2026-000003");
  EXPECT_EQ(List("dora", request)->total_size(), 1);
  request.set_page_token("made.up");
  EXPECT_THAT(List("dora", request), NamesField("page_token"));
  request.Clear();
  request.add_states(v1::DUTY_STATE_FULFILLED);
  EXPECT_EQ(List("dora", request)->total_size(), 0);
}

TEST_F(EscalationServiceTest, RegimesAreShownToEveryone) {
  const auto regimes = Call(&v1::Escalation::Stub::ListRegimes, "eva", v1::ListRegimesRequest(),
                            v1::ListRegimesResponse());
  ASSERT_OK(regimes);
  EXPECT_EQ(regimes->regimes_size(), static_cast<int>(TestRegimes().messages().size()));
  EXPECT_EQ(regimes->regimes(0).id(), "DK-CER");
  EXPECT_EQ(regimes->questions(0).id(), "affected-units");
}

}  // namespace
}  // namespace avvik::escalation
