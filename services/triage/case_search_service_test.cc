// Counting, searching, comparing and changing many cases over a real socket, with real tokens and the shipped rights.
#include "services/triage/case_search_service.h"


#include "services/triage/case_batch_service.h"
#include "services/triage/service_test_support.h"
#include "services/triage/triage_service.h"

namespace avvik::triage {
namespace {

using avvik::testing::IsError;
using avvik::testing::NamesField;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CaseSearchServiceTest : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    ForgetWhatWasTold();
    ASSERT_OK(server_.Start());
  }
  void TearDown() override { server_.Stop(); }

  absl::StatusOr<v1::ListCasesResponse> List(const std::string& login,
                                             const std::string& request) {
    return Call(login, &v1::Triage::Stub::ListCases, request);
  }
  std::vector<std::string> Numbers(const std::string& login, const std::string& request) {
    const auto list = List(login, request);
    EXPECT_OK(list);
    std::vector<std::string> numbers;
    for (const v1::Case& entry : list->cases()) numbers.push_back(entry.number());
    return numbers;
  }
  absl::StatusOr<v1::CountCasesResponse> Tally(const std::string& login,
                                               const std::string& request = "") {
    return Call(login, &v1::CaseSearch::Stub::CountCases, request);
  }
  absl::StatusOr<v1::ListSimilarCasesResponse> Similar(const std::string& login, unsigned n) {
    return Call(login, &v1::CaseSearch::Stub::ListSimilarCases,
                                "case_id: '" + NumberOf(n) + "'");
  }
  using Batch = v1::CaseBatch::Stub;
  // What became of each case: its state, or why not.
  std::vector<std::string> Outcomes(const absl::StatusOr<v1::BatchChangeCasesResponse>& answer) {
    EXPECT_OK(answer);
    std::vector<std::string> outcomes;
    if (!answer.ok()) return outcomes;
    int changed = 0;
    for (const v1::CaseResult& result : answer->results()) {
      EXPECT_NE(result.has_case_(), result.has_refusal());
      changed += result.has_case_() ? 1 : 0;
      outcomes.push_back(result.has_case_() ? v1::CaseState_Name(result.case_().state())
                                            : result.refusal().code() + " " +
                                                  result.refusal().reason());
    }
    EXPECT_EQ(answer->changed_count(), changed);
    return outcomes;
  }
  intake::v1::ReportSubmitted InIt(unsigned n) {
    intake::v1::ReportSubmitted submitted = Submitted(n);
    submitted.set_unit("it");
    submitted.set_category(type::v1::CATEGORY_OTHER);
    submitted.set_personal_data(type::v1::ANSWER_NO);
    return submitted;
  }
  std::string Trail() {
    EXPECT_OK(recorder_.RunOnce());
    return database_->Value(
        "SELECT coalesce(string_agg(concat_ws(' ', split_part(method, '/', 2), outcome, "
        "nullif(reason, '')), ', ' ORDER BY id), '') FROM audit_record WHERE method LIKE '%/%'");
  }

  TriageService service_{environment_, store_,         search_,   commands_, organisations_,
                         directory_,   ShippedRules(), publisher_};
  CaseSearchService search_service_{environment_, store_, search_};
  CaseBatchService batch_service_{environment_, commands_, publisher_};
  rpc::Server server_{environment_,
                      address_,
                      {{&service_, v1::Triage::service_full_name()},
                       {&search_service_, v1::CaseSearch::service_full_name()},
                       {&batch_service_, v1::CaseBatch::service_full_name()}},
                      absl::Seconds(5)};
};

// ---- Lists and counts ----

TEST_F(CaseSearchServiceTest, ListIsOrderedAndNarrowedAsAsked) {
  OpenCase(1);
  OpenCase(InIt(2));
  const std::string one = NumberOf(1), two = NumberOf(2);
  EXPECT_THAT(Numbers("cleo", ""), ElementsAre(two, one));
  EXPECT_THAT(Numbers("cleo", "order_by: CASE_ORDER_OLDEST"), ElementsAre(one, two));
  EXPECT_THAT(Numbers("cleo", "order_by: CASE_ORDER_SEVERITY"), ElementsAre(one, two));
  EXPECT_THAT(Numbers("root", "ownership: OWNERSHIP_ME"), ElementsAre(two));
  EXPECT_THAT(Numbers("root", "ownership: OWNERSHIP_OTHERS"), ElementsAre(one));
  EXPECT_THAT(Numbers("root", "ownership: OWNERSHIP_NOBODY"), IsEmpty());
  EXPECT_THAT(Numbers("root", "ownership: OWNERSHIP_ME owner: 'sam'"), IsEmpty());
  EXPECT_THAT(Numbers("root", "ownership: OWNERSHIP_OTHERS owner: 'sam'"), ElementsAre(one));
  EXPECT_THAT(Numbers("cleo", "spheres: SPHERE_PERSONAL_DATA categories: CATEGORY_LOST_DEVICE"),
              ElementsAre(one));
  EXPECT_THAT(List("cleo", "order_by: 17"), NamesField("order_by"));
}

TEST_F(CaseSearchServiceTest, TokenGoesOnInItsOrderOnly) {
  for (unsigned n = 1; n <= 3; ++n) OpenCase(n);
  const auto first = List("cleo", "page_size: 2 order_by: CASE_ORDER_CHANGED");
  ASSERT_OK(first);
  EXPECT_EQ(first->total_size(), 3);
  EXPECT_FALSE(first->total_at_least());
  const std::string token = " page_token: '" + first->next_page_token() + "'";
  const auto second = List("cleo", "page_size: 2 order_by: CASE_ORDER_CHANGED" + token);
  ASSERT_OK(second);
  EXPECT_EQ(second->cases_size(), 1);
  EXPECT_EQ(second->total_size(), 3);
  EXPECT_EQ(second->next_page_token(), "");
  EXPECT_THAT(List("cleo", "order_by: CASE_ORDER_DUE" + token), NamesField("page_token"));
  const std::string mark = first->next_page_token().substr(0, 17);
  for (const char* made_up : {"3.x.y", "3.1", "a.1.01940000-0000-7000-8000-000000000001"}) {
    EXPECT_THAT(List("cleo", "page_size: 2 order_by: CASE_ORDER_CHANGED page_token: '" + mark +
                                 made_up + "'"),
                NamesField("page_token"));
  }
}

TEST_F(CaseSearchServiceTest, CountsAreThoseOfTheListForEachReader) {
  OpenCase(1);
  OpenCase(InIt(2));
  const auto all = Tally("root");
  ASSERT_OK(all);
  EXPECT_EQ(all->total(), 2);
  EXPECT_FALSE(all->at_least());
  EXPECT_EQ(all->states_size(), 4);
  EXPECT_EQ(all->states(1).state(), v1::CASE_STATE_ASSIGNED);
  EXPECT_EQ(all->states(1).count(), 2);
  EXPECT_EQ(all->owners(0).count(), 1);
  EXPECT_EQ(all->owners(1).count(), 0);
  EXPECT_EQ(all->owners(2).count(), 1);
  EXPECT_EQ(Tally("sam")->total(), 1);
  EXPECT_EQ(Tally("cleo", "unit: 'social'")->total(), 1);
  EXPECT_EQ(Tally("cleo", "query: 'hemtjänsten'")->total(), 1);
  EXPECT_EQ(Tally("karl")->total(), 0);
}

TEST_F(CaseSearchServiceTest, GroupIsListedAndCountedForEachReader) {
  const Case leader = OpenCase(1);
  OpenCase(2);
  OpenCase(InIt(3));
  database_->Run("SET avvik.tenant = '*'; UPDATE triage_case SET group_id = '" + leader.id +
                 "' WHERE id <> '" + leader.id + "'");
  const std::string group = "group_case_id: '" + leader.id + "'";
  EXPECT_THAT(Numbers("cleo", group), ElementsAre(NumberOf(3), NumberOf(2)));
  EXPECT_THAT(Numbers("sam", group), ElementsAre(NumberOf(2)));
  EXPECT_THAT(Numbers("karl", group), IsEmpty());
  EXPECT_EQ(Tally("cleo", group)->total(), 2);
  EXPECT_EQ(Tally("sam", group)->total(), 1);
  EXPECT_THAT(List("cleo", "group_case_id: '" + NumberOf(1) + "'"), NamesField("group_case_id"));
}

// ---- Search ----

TEST_F(CaseSearchServiceTest, SearchShowsNothingThatTheSingleReadRefuses) {
  titles_.called[ReportId(1)] = "Kuvert till grannen";
  titles_.words[ReportId(1)] = {"gulmarker"};
  OpenCase(1);
  OpenCase(InIt(2));
  EXPECT_THAT(Numbers("sam", "query: 'grannen gulmarkerad'"), ElementsAre(NumberOf(1)));
  EXPECT_THAT(Numbers("sam", "query: 'och'"), IsEmpty());
  EXPECT_THAT(Numbers("sam", "query: '" + NumberOf(2) + "'"), IsEmpty());
  EXPECT_THAT(Numbers("cleo", "query: '" + NumberOf(2) + "'"), ElementsAre(NumberOf(2)));
  EXPECT_THAT(Numbers("karl", "query: 'grannen'"), IsEmpty());
  ASSERT_OK(store_.Change(kTenant, NumberOf(1), everything_, "", Trace(), [&](Case before) {
    return absl::StatusOr<CaseChange>(Restrict(std::move(before), true, {.login = "dora"},
                                               {.id = ids_.Next(), .created = clock_.Now()}));
  }));
  EXPECT_THAT(Numbers("cleo", "query: 'grannen'"), IsEmpty());
  EXPECT_THAT(Numbers("dora", "query: 'grannen'"), ElementsAre(NumberOf(1)));
}

TEST_F(CaseSearchServiceTest, SearchIsCountedToAThousandAndSaysSo) {
  titles_.called[ReportId(1)] = "Kuvert";
  const Case one = OpenCase(1);
  database_->Run(
      "SET avvik.tenant = '*';"
      "INSERT INTO triage_case SELECT (jsonb_populate_record(one, jsonb_build_object("
      "  'id', gen_random_uuid(), 'report_id', gen_random_uuid(), 'number', 'AVV-2000-' || n))).*"
      "  FROM triage_case AS one, generate_series(1, 1000) AS n;"
      "INSERT INTO case_word SELECT word.tenant, word, triage_case.id, of_report"
      "  FROM case_word AS word, triage_case WHERE triage_case.id <> case_id");
  const auto found = Tally("root", "query: 'kuvert'");
  ASSERT_OK(found);
  EXPECT_EQ(found->total(), 1000);
  EXPECT_TRUE(found->at_least());
  const auto all = Tally("root");
  ASSERT_OK(all);
  EXPECT_EQ(all->total(), 1001);
  EXPECT_FALSE(all->at_least());
}

TEST_F(CaseSearchServiceTest, SimilarCasesComeWithReasonsAndOnlyWhatOneMaySee) {
  titles_.called[ReportId(1)] = "Kuvert till grannen";
  titles_.called[ReportId(2)] = "Kuvert hos granne";
  OpenCase(1);
  OpenCase(2);
  intake::v1::ReportSubmitted elsewhere = InIt(3);
  titles_.called[ReportId(3)] = "Kuvert igen, granne";
  OpenCase(elsewhere);
  const auto of_sam = Similar("sam", 1);
  ASSERT_OK(of_sam);
  ASSERT_EQ(of_sam->similar_cases_size(), 1);
  EXPECT_EQ(of_sam->similar_cases(0).case_().number(), NumberOf(2));
  const auto& reason = of_sam->similar_cases(0).reasons(0);
  EXPECT_EQ(reason.ground(), v1::SIMILARITY_GROUND_WORDS);
  EXPECT_THAT(reason.words(), ::testing::UnorderedElementsAre("kuvert", "grann"));
  EXPECT_EQ(Similar("cleo", 1)->similar_cases_size(), 2);
  EXPECT_THAT(Similar("sam", 3), IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
}

// ---- Many at once ----

TEST_F(CaseSearchServiceTest, EachCaseOfABatchIsDecidedAndRecordedByItself) {
  const Case one = OpenCase(1);
  OpenCase(InIt(2));
  OpenCase(3);
  const auto done = Call("sam", &Batch::BatchAcknowledgeCases,
      "cases { case_id: '" + NumberOf(1) + "' etag: '" + EtagOf(one) + "' } cases { case_id: '" +
          NumberOf(2) + "' } cases { case_id: '" + NumberOf(3) + "' etag: '99' } cases { case_id: '" +
          NumberOf(4) + "' } cases { case_id: '" + NumberOf(1) + "' }");
  EXPECT_THAT(Outcomes(done),
              ElementsAre("CASE_STATE_ACKNOWLEDGED", "NOT_FOUND CASE_NOT_FOUND",
                          "ABORTED CASE_CHANGED", "NOT_FOUND CASE_NOT_FOUND"));
  EXPECT_EQ(Read(NumberOf(3)).state, v1::CASE_STATE_ASSIGNED);
  EXPECT_EQ(Trail(),
            "BatchAcknowledgeCases allowed, BatchAcknowledgeCases denied CASE_NOT_FOUND, "
            "BatchAcknowledgeCases failed CASE_CHANGED, "
            "BatchAcknowledgeCases denied CASE_NOT_FOUND");
  // Again does nothing twice.
  const auto again = Call("sam", &Batch::BatchAcknowledgeCases,
      "cases { case_id: '" + NumberOf(1) + "' etag: '" + EtagOf(one) + "' }");
  EXPECT_THAT(Outcomes(again), ElementsAre("ABORTED CASE_CHANGED"));
}

TEST_F(CaseSearchServiceTest, BatchAssignsClosesAndNotes) {
  OpenCase(1);
  OpenCase(2);
  const std::string cases =
      "cases { case_id: '" + NumberOf(1) + "' } cases { case_id: '" + NumberOf(2) + "' } ";
  EXPECT_THAT(Outcomes(Call("sam", &Batch::BatchAssignCases, cases + "owner: 'siv'")),
              ElementsAre("CASE_STATE_ASSIGNED", "CASE_STATE_ASSIGNED"));
  EXPECT_EQ(Read(NumberOf(2)).owner.login, "siv");
  EXPECT_THAT(Outcomes(Call("sam", &Batch::BatchAssignCases, cases + "owner: 'adam'")),
              ElementsAre("INVALID_ARGUMENT INVALID_FIELDS", "INVALID_ARGUMENT INVALID_FIELDS"));
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK(Call("sam", &Batch::BatchAddNotes,
                                  cases + "request_id: 'note-1' text: 'samma sak'"));
  }
  EXPECT_EQ(Read(NumberOf(1)).notes.size(), 1u);
  EXPECT_EQ(Read(NumberOf(2)).notes.size(), 1u);
  EXPECT_THAT(Outcomes(Call("sam", &Batch::BatchCloseCases,
                  cases + "resolution: RESOLUTION_REMEDIED outcome: 'Åtgärdat'")),
              ElementsAre("CASE_STATE_CLOSED", "CASE_STATE_CLOSED"));
  EXPECT_THAT(Outcomes(Call("sam", &Batch::BatchAssignCases, cases)),
              ElementsAre("FAILED_PRECONDITION CASE_STATE", "FAILED_PRECONDITION CASE_STATE"));
  EXPECT_THAT(Call("sam", &Batch::BatchAssignCases, ""), NamesField("cases"));
  EXPECT_THAT(Call("adam", &Batch::BatchAssignCases, cases),
              IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
}

TEST_F(CaseSearchServiceTest, BatchDeniesWhatOneMayReadButNotHandle) {
  OpenCase(InIt(1));
  // Dora reads every case and handles those that she has a part in.
  const auto done = Call("dora", &Batch::BatchAcknowledgeCases,
                                        "cases { case_id: '" + NumberOf(1) + "' }");
  ASSERT_OK(done);
  EXPECT_EQ(done->results(0).refusal().code(), "PERMISSION_DENIED");
  EXPECT_THAT(Trail(), ::testing::StartsWith("BatchAcknowledgeCases denied "));
}

}  // namespace
}  // namespace avvik::triage
