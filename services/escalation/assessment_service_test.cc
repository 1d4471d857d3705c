// Assessments over a real socket, with real tokens and a real database.
#include "services/escalation/assessment_service.h"

#include "services/escalation/service_test_support.h"

namespace avvik::escalation {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using avvik::testing::NamesField;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AssessmentServiceTest : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    assessments_stub_ = v1::Assessments::NewStub(rpc::Connect(address_));
  }

  template <typename Method, typename Request, typename Response>
  absl::StatusOr<Response> Ask(Method method, const std::string& login, const Request& request,
                               Response response) {
    return CallOn(*assessments_stub_, method, login, request, std::move(response));
  }
  absl::StatusOr<v1::Assessment> Get(const std::string& login,
                                     const std::string& reference = "AVV-2026-000123") {
    v1::GetAssessmentRequest request;
    request.set_case_id(reference);
    return Ask(&v1::Assessments::Stub::GetAssessment, login, request, v1::Assessment());
  }
  absl::StatusOr<v1::Assessment> Answer(const std::string& login, const std::string& text,
                                        const std::string& etag = "") {
    auto request = ParseText<v1::AnswerQuestionsRequest>(text);
    request.set_case_id("AVV-2026-000123");
    request.set_etag(etag);
    return Ask(&v1::Assessments::Stub::AnswerQuestions, login, request, v1::Assessment());
  }
  absl::StatusOr<v1::ListDecisionsResponse> Decisions(const std::string& login,
                                                      int page_size = 0,
                                                      const std::string& token = "") {
    v1::ListDecisionsRequest request;
    request.set_case_id("AVV-2026-000123");
    request.set_page_size(page_size);
    request.set_page_token(token);
    return Ask(&v1::Assessments::Stub::ListDecisions, login, request, v1::ListDecisionsResponse());
  }
  absl::StatusOr<v1::ListBreachesResponse> Breaches(const std::string& login,
                                                    const v1::ListBreachesRequest& request = {}) {
    return Ask(&v1::Assessments::Stub::ListBreaches, login, request, v1::ListBreachesResponse());
  }
  static const v1::RegimeResult* ResultOf(const v1::Assessment& assessment,
                                          const std::string& regime) {
    for (const v1::RegimeResult& result : assessment.results()) {
      if (result.regime() == regime) return &result;
    }
    return nullptr;
  }
  static std::vector<std::string> Open(const v1::Assessment& assessment) {
    std::vector<std::string> ids;
    for (const v1::OpenQuestion& question : assessment.open_questions()) {
      ids.push_back(question.question().id() + (question.for_register() ? " (register)" : ""));
    }
    return ids;
  }

  std::unique_ptr<v1::Assessments::Stub> assessments_stub_;
};

TEST_F(AssessmentServiceTest, AssessmentTellsResultsAndWhatIsOpen) {
  ASSERT_OK(Hear(Recent()));
  const auto assessment = Get("sam");
  ASSERT_OK(assessment);
  EXPECT_EQ(assessment->number(), "AVV-2026-000123");
  const v1::RegimeResult* gdpr = ResultOf(*assessment, "SE-GDPR-33");
  ASSERT_NE(gdpr, nullptr);
  EXPECT_EQ(gdpr->result(), v1::ASSESSMENT_RESULT_REQUIRED);
  EXPECT_EQ(gdpr->entity(), "socialnamnden");
  EXPECT_EQ(gdpr->regime_version(), "2018-05-25");
  EXPECT_EQ(gdpr->duty_id(), OnlyDuty().id);
  EXPECT_EQ(gdpr->receiver().name(), "Integritetsskyddsmyndigheten (IMY)");
  EXPECT_TRUE(gdpr->documented());
  EXPECT_EQ(ResultOf(*assessment, "SE-GDPR-34")->result(), v1::ASSESSMENT_RESULT_MAY_BE);
  EXPECT_EQ(ResultOf(*assessment, "SE-CER"), nullptr) << "disabled";
  EXPECT_THAT(Open(*assessment),
              ElementsAre("affected-units", "high-risk", "crime-suspected",
                          "breach-cause (register)", "breach-effects (register)",
                          "breach-remedies (register)"));
  EXPECT_THAT(assessment->missing_facts(), Contains("risk_unlikely"));
  EXPECT_EQ(Get("sam", assessment->case_id())->etag(), assessment->etag());
}

TEST_F(AssessmentServiceTest, AnswersChangeResultsAndDuties) {
  ASSERT_OK(Hear(Recent()));
  const auto before = Get("sam");
  const auto after =
      Answer("sam", "answers { question: 'high-risk' yes_no: ANSWER_YES }", before->etag());
  ASSERT_OK(after);
  EXPECT_EQ(ResultOf(*after, "SE-GDPR-34")->result(), v1::ASSESSMENT_RESULT_REQUIRED);
  EXPECT_EQ(ResultOf(*after, "SE-GDPR-34")->duty_state(), v1::DUTY_STATE_REQUIRED);
  ASSERT_EQ(after->changes_size(), 1);
  EXPECT_EQ(after->changes(0).regime(), "SE-GDPR-34");
  EXPECT_EQ(after->changes(0).before(), v1::ASSESSMENT_RESULT_MAY_BE);
  ASSERT_EQ(after->answers_size(), 1);
  EXPECT_EQ(after->answers(0).person(), organisation::PersonId("kommun", "sam"));
  EXPECT_NE(after->etag(), before->etag());
  EXPECT_THAT(Told(), ElementsAre("DutyFound", "DutyFound"));
  EXPECT_THAT(Answer("sam", "answers { question: 'high-risk' yes_no: ANSWER_NO }", before->etag()),
              IsError(absl::StatusCode::kAborted, "ASSESSMENT_CHANGED"));
  // What is answered holds when triage tells of the case again.
  ASSERT_OK(Hear(Recent()));
  EXPECT_EQ(ResultOf(*Get("sam"), "SE-GDPR-34")->result(), v1::ASSESSMENT_RESULT_REQUIRED);
  // Taken back, what is only possible leaves the duty open.
  ASSERT_OK(Answer("sam", "answers { question: 'high-risk' }"));
  EXPECT_EQ(ResultOf(*Get("sam"), "SE-GDPR-34")->duty_state(), v1::DUTY_STATE_TO_ASSESS);
  ASSERT_OK(Answer("sam", "answers { question: 'high-risk' yes_no: ANSWER_NO }"));
  EXPECT_EQ(ResultOf(*Get("sam"), "SE-GDPR-34")->duty_state(), v1::DUTY_STATE_RULED_OUT);
}

TEST_F(AssessmentServiceTest, SeveralWhoAreHitHaveADutyEach) {
  ASSERT_OK(Hear(Recent()));
  const auto after = Answer("sam", R"pb(answers {
                                          question: "affected-units"
                                          units { unit: "social" }
                                          units { unit: "styrelsen" }
                                          units { unit: "bolaget" }
                                        })pb");
  ASSERT_OK(after);
  std::vector<std::string> entities;
  for (const Duty& duty : Duties({.case_reference = "", .states = {}, .regime = "SE-GDPR-33"})) {
    entities.push_back(duty.entity.unit);
    EXPECT_EQ(duty.state, DutyState::DUTY_STATE_REQUIRED);
  }
  EXPECT_THAT(entities, ::testing::UnorderedElementsAre("socialnamnden", "styrelsen", "bolaget"));
  ASSERT_OK(Answer("sam", "answers { question: 'affected-units' units { unit: 'social' } }"));
  EXPECT_EQ(Duties({.case_reference = "",
                    .states = {DutyState::DUTY_STATE_RULED_OUT},
                    .regime = "SE-GDPR-33"})
                .size(),
            2u);
}

TEST_F(AssessmentServiceTest, WrongAnswersNameTheFieldAndChangeNothing) {
  ASSERT_OK(Hear(Recent()));
  const std::string etag = Get("sam")->etag();
  EXPECT_THAT(Answer("sam", "answers { question: 'weather' number: 1 }"),
              NamesField("answers[0].question"));
  EXPECT_THAT(Answer("sam", "answers { question: 'high-risk' number: 1 }"),
              NamesField("answers[0]"));
  EXPECT_THAT(Answer("sam", ""), NamesField("answers"));
  EXPECT_EQ(Get("sam")->etag(), etag);
}

TEST_F(AssessmentServiceTest, CaseIsSeenAndAnsweredByWhoMayHandleItsDuties) {
  ASSERT_OK(Hear(Recent()));
  EXPECT_THAT(Get("bo"), IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
  EXPECT_THAT(Get("eva"), IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
  EXPECT_THAT(Get("sam", "AVV-2026-999999"),
              IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
  EXPECT_THAT(Answer("bo", "answers { question: 'high-risk' yes_no: ANSWER_YES }"),
              IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
  EXPECT_THAT(Answer("eva", "answers { question: 'high-risk' yes_no: ANSWER_YES }"),
              HasCode(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Decisions("bo"), IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
  EXPECT_THAT(Breaches("bo")->breaches(), IsEmpty());
  EXPECT_EQ(Breaches("bo")->total_size(), 0);
}

TEST_F(AssessmentServiceTest, EveryDecisionIsLoggedNewestFirst) {
  ASSERT_OK(Hear(Recent()));
  ASSERT_OK(Answer("sam", "answers { question: 'high-risk' yes_no: ANSWER_NO }"));
  v1::RuleOutDutyRequest request;
  request.set_duty_id(OnlyDuty().id);
  request.set_reason("marked: krypterad");
  ASSERT_OK(Call(&v1::Escalation::Stub::RuleOutDuty, "dora", request, v1::Duty()));
  const auto log = Decisions("sam");
  ASSERT_OK(log);
  ASSERT_EQ(log->decisions_size(), 4);
  const v1::Decision& ruled_out = log->decisions(0);
  EXPECT_EQ(ruled_out.cause(), v1::DECISION_CAUSE_RULED_OUT);
  EXPECT_EQ(ruled_out.regime(), "SE-GDPR-33");
  EXPECT_EQ(ruled_out.statement(), "marked: krypterad");
  EXPECT_EQ(ruled_out.person(), organisation::PersonId("kommun", "dora"));
  EXPECT_EQ(ruled_out.result(), v1::ASSESSMENT_RESULT_NOT_REQUIRED);
  EXPECT_THAT(ruled_out.facts(), Contains("personal_data=yes"));
  const v1::Decision& answered = log->decisions(1);
  EXPECT_EQ(answered.cause(), v1::DECISION_CAUSE_ANSWERS);
  EXPECT_EQ(answered.person(), organisation::PersonId("kommun", "sam"));
  EXPECT_EQ(answered.regime(), "SE-GDPR-34");
  EXPECT_EQ(log->decisions(3).cause(), v1::DECISION_CAUSE_FACTS);
  EXPECT_EQ(log->decisions(3).duty_id().empty(), false);
  // Page by page the same.
  std::vector<std::string> ids;
  std::string token;
  do {
    const auto page = Decisions("sam", 3, token);
    ASSERT_OK(page);
    for (const v1::Decision& decision : page->decisions()) ids.push_back(decision.decision_id());
    token = page->next_page_token();
  } while (!token.empty());
  ASSERT_EQ(ids.size(), 4u);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(ids[static_cast<std::size_t>(i)], log->decisions(i).decision_id());
  EXPECT_EQ(RowsWith("marked", "duty_decision"), "0") << "in the clear";
}

TEST_F(AssessmentServiceTest, RegisterHoldsEveryBreachToldOrNot) {
  ASSERT_OK(Hear(Recent()));
  triage::v1::CaseFacts harmless = ToldCase("00000000-0000-7000-8000-00000000c002", "AVV-2026-000124");
  harmless.mutable_classification()->set_risk_unlikely(type::v1::ANSWER_YES);
  *harmless.mutable_aware_time() = rpc::ToProtoTime(clock_.Now() - absl::Hours(2));
  ASSERT_OK(Hear(harmless));
  triage::v1::CaseFacts none = ToldCase("00000000-0000-7000-8000-00000000c003", "AVV-2026-000125");
  none.mutable_classification()->set_personal_data(type::v1::ANSWER_NO);
  ASSERT_OK(Hear(none));
  ASSERT_OK(Answer("sam", "answers { question: 'breach-remedies' choices: 'locked' }"));
  const auto register_ = Breaches("dora");
  ASSERT_OK(register_);
  EXPECT_EQ(register_->total_size(), 2);
  ASSERT_EQ(register_->breaches_size(), 2);
  const v1::Breach& told = register_->breaches(0);
  EXPECT_EQ(told.number(), "AVV-2026-000123");
  EXPECT_EQ(told.answers(0).answer().choices(0), "locked");
  ASSERT_EQ(told.duties_size(), 1);
  EXPECT_EQ(told.affected_persons(), 12);
  const v1::Breach& not_told = register_->breaches(1);
  EXPECT_EQ(not_told.number(), "AVV-2026-000124");
  EXPECT_EQ(not_told.duties_size(), 0);
  EXPECT_EQ(not_told.results(0).result(), v1::ASSESSMENT_RESULT_NOT_REQUIRED);
  EXPECT_THAT(not_told.results(0).reasons(), Contains("risk_unlikely is yes"));
  v1::ListBreachesRequest request;
  request.set_page_size(1);
  const auto first = Breaches("dora", request);
  EXPECT_EQ(first->breaches(0).number(), "AVV-2026-000123");
  request.set_page_token(first->next_page_token());
  const auto second = Breaches("dora", request);
  ASSERT_OK(second);
  EXPECT_EQ(second->breaches(0).number(), "AVV-2026-000124");
  EXPECT_EQ(second->next_page_token(), "");
  request.Clear();
  *request.mutable_from_time() = rpc::ToProtoTime(clock_.Now() - absl::Minutes(90));
  EXPECT_EQ(Breaches("dora", request)->total_size(), 1);
}

TEST_F(AssessmentServiceTest, ErasedCaseKeepsResultsAndNothingThatWasAnswered) {
  const triage::v1::CaseFacts told = Recent();
  ASSERT_OK(Hear(told));
  ASSERT_OK(Answer("sam", "answers { question: 'breach-remedies' choices: 'locked' }"));
  v1::RuleOutDutyRequest request;
  request.set_duty_id(OnlyDuty().id);
  request.set_reason("marked");
  ASSERT_OK(Call(&v1::Escalation::Stub::RuleOutDuty, "dora", request, v1::Duty()));
  ASSERT_OK(HearErased(told));
  const auto assessment = Get("sam");
  ASSERT_OK(assessment);
  EXPECT_TRUE(assessment->has_erase_time());
  EXPECT_THAT(assessment->answers(), IsEmpty());
  EXPECT_THAT(assessment->open_questions(), IsEmpty());
  EXPECT_THAT(Answer("sam", "answers { question: 'high-risk' yes_no: ANSWER_YES }"),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_ERASED"));
  const auto log = Decisions("sam");
  ASSERT_OK(log);
  ASSERT_GT(log->decisions_size(), 0);
  for (const v1::Decision& decision : log->decisions()) {
    EXPECT_THAT(decision.facts(), IsEmpty());
    EXPECT_THAT(decision.reasons(), IsEmpty());
    EXPECT_EQ(decision.statement(), "");
    EXPECT_NE(decision.result(), v1::ASSESSMENT_RESULT_UNSPECIFIED);
  }
  const auto register_ = Breaches("dora");
  ASSERT_EQ(register_->breaches_size(), 1);
  EXPECT_TRUE(register_->breaches(0).has_erase_time());
  EXPECT_THAT(register_->breaches(0).answers(), IsEmpty());
  EXPECT_EQ(database_->Value("SELECT count(answers) FROM case_record"), "0");
  // Triage tells of it again: nothing comes back.
  ASSERT_OK(Hear<triage::v1::CaseNoted>(told));
  EXPECT_EQ(Decisions("sam")->decisions_size(), log->decisions_size());
}

}  // namespace
}  // namespace avvik::escalation
