// Measures, timeline, readers and outcomes over a real socket, with real tokens, the shipped rights and a real
// database.

#include "gmock/gmock.h"
#include "services/triage/case_history_service.h"
#include "services/triage/case_links_service.h"
#include "services/triage/measures_service.h"
#include "services/triage/pg_case_history_store.h"
#include "services/triage/pg_case_link_store.h"
#include "services/triage/pg_erasure_store.h"
#include "services/triage/pg_measure_store.h"
#include "services/triage/service_test_support.h"
#include "services/triage/triage_service.h"

namespace avvik::triage {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using avvik::testing::NamesField;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kKinds[] =
    "kind: KIND_INCIDENT rsit: 'information-content-security/data-loss' personal_data: ANSWER_YES "
    "impacts { property: SECURITY_PROPERTY_CONFIDENTIALITY level: 2 }";

class CaseworkTest : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    ForgetWhatWasTold();
    ASSERT_OK(server_.Start());
    OpenCase();
  }
  void TearDown() override { server_.Stop(); }

  // Calls a method as somebody of the municipality, a second after the call before.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> As(const std::string& login,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                              Response*),
                              const std::string& request) {
    clock_.Advance(absl::Seconds(1));
    return Call(login, method, request);
  }

  static std::string Of(const std::string& rest = "") {
    return "case_id: '" + NumberOf(1) + "' " + rest;
  }
  absl::StatusOr<v1::Measure> Decide(const std::string& login, const std::string& plan,
                                     const std::string& request_id = "request-1") {
    return As(login, &v1::Measures::Stub::DecideMeasure,
              Of("request_id: '" + request_id + "' plan {" + plan + "}"));
  }
  v1::Measure Decided(const std::string& plan, const std::string& request_id = "request-1") {
    const auto measure = Decide("sam", plan, request_id);
    EXPECT_OK(measure);
    return measure.ok() ? *measure : v1::Measure();
  }
  absl::StatusOr<v1::Measure> Complete(const std::string& login, const std::string& id,
                                       const std::string& rest = "") {
    return As(login, &v1::Measures::Stub::CompleteMeasure, "measure_id: '" + id + "' " + rest);
  }
  std::vector<std::string> Titles(const std::string& login, const std::string& request) {
    const auto list = As(login, &v1::Measures::Stub::ListMeasures, request);
    EXPECT_OK(list);
    std::vector<std::string> titles;
    if (list.ok()) {
      for (const v1::Measure& measure : list->measures()) titles.push_back(measure.title());
    }
    return titles;
  }
  std::vector<v1::TimelineEntry> Timeline(const std::string& login,
                                          const std::string& number = NumberOf(1)) {
    const auto timeline =
        As(login, &v1::CaseHistory::Stub::GetCaseTimeline, "case_id: '" + number + "'");
    EXPECT_OK(timeline);
    if (!timeline.ok()) return {};
    return {timeline->entries().begin(), timeline->entries().end()};
  }
  static std::vector<std::string> Kinds(const std::vector<v1::TimelineEntry>& entries) {
    std::vector<std::string> kinds;
    for (const v1::TimelineEntry& entry : entries) {
      kinds.push_back(v1::TimelineKind_Name(entry.kind()).substr(sizeof "TIMELINE_KIND_" - 1));
    }
    return kinds;
  }
  // Such as `sam 2 0`: reads and refusals.
  std::vector<std::string> Readers(const std::string& login, const std::string& rest = "") {
    EXPECT_OK(recorder_.RunOnce());
    const auto list = As(login, &v1::CaseHistory::Stub::ListCaseReaders, Of(rest));
    EXPECT_OK(list);
    std::vector<std::string> readers;
    if (list.ok()) {
      for (const v1::CaseReader& reader : list->readers()) {
        readers.push_back(reader.login() + " " + std::to_string(reader.reads()) + " " +
                          std::to_string(reader.refusals()));
      }
    }
    return readers;
  }
  void Look(const std::string& login, const std::string& reference = NumberOf(1)) {
    (void)As(login, &v1::Triage::Stub::GetCase, "case_id: '" + reference + "'");
  }
  void Close(const std::string& rest = "") {
    EXPECT_OK(As("sam", &v1::Triage::Stub::CloseCase,
                 Of("resolution: RESOLUTION_REMEDIED outcome: 'Intern' " + rest)));
  }

  TriageService service_{environment_, store_,         search_,   commands_, organisations_,
                         directory_,   ShippedRules(), publisher_};
  PgMeasureStore measures_{database_->pool(), call_ids_, *vault_};
  MeasuresService measures_service_{environment_, measures_, store_, publisher_, call_ids_};
  PgCaseHistoryStore history_{database_->pool(), *vault_};
  CaseHistoryService history_service_{environment_, history_};
  CaseOutcomesService outcomes_service_{environment_, history_};
  PgCaseLinkStore links_{database_->pool(), call_ids_, *vault_};
  CaseLinksService links_service_{environment_,   links_,     store_,   titles_,
                                  ShippedRules(), publisher_, call_ids_};
  rpc::Server server_{environment_,
                      address_,
                      {{&service_, v1::Triage::service_full_name()},
                       {&measures_service_, v1::Measures::service_full_name()},
                       {&history_service_, v1::CaseHistory::service_full_name()},
                       {&outcomes_service_, v1::CaseOutcomes::service_full_name()},
                       {&links_service_, v1::CaseLinks::service_full_name()}},
                      absl::Seconds(5)};
};

// ---- Measures ----

TEST_F(CaseworkTest, MeasureIsDecidedChangedDoneAndTakenUpAgain) {
  const absl::Time due = clock_.Now() + absl::Hours(48);
  const v1::Measure decided =
      Decided("title: 'Spärra kortet' kind: MEASURE_KIND_CONTAINMENT owner: 'me' due_time { seconds: " +
              std::to_string(absl::ToUnixSeconds(due)) + " }");
  EXPECT_EQ(decided.state(), v1::MEASURE_STATE_OPEN);
  EXPECT_EQ(decided.owner().name(), "Sam Alm");
  EXPECT_EQ(decided.decided_by().login(), "sam");
  EXPECT_EQ(decided.case_number(), NumberOf(1));
  EXPECT_EQ(decided.case_title(), "Titel " + ReportId(1));
  EXPECT_EQ(decided.unit(), "hemtjanst");
  EXPECT_THAT(decided.allowed_commands(), ElementsAre("change", "complete", "drop"));

  const auto changed =
      As("sam", &v1::Measures::Stub::ChangeMeasure,
         "measure_id: '" + decided.measure_id() + "' etag: '" + decided.etag() +
             "' plan { title: 'Spärra båda korten' kind: MEASURE_KIND_CORRECTIVE "
             "owner_role: INFORMATION_SECURITY_OFFICER }");
  ASSERT_OK(changed);
  EXPECT_EQ(changed->title(), "Spärra båda korten");
  EXPECT_EQ(changed->owner().login(), "cleo");
  EXPECT_FALSE(changed->has_due_time());

  EXPECT_THAT(Complete("cleo", decided.measure_id(), "etag: '" + decided.etag() + "'"),
              IsError(absl::StatusCode::kAborted, "MEASURE_CHANGED"));
  const auto done = Complete("cleo", decided.measure_id(), "note: 'Spärrade'");
  ASSERT_OK(done);
  EXPECT_EQ(done->state(), v1::MEASURE_STATE_DONE);
  EXPECT_EQ(done->note(), "Spärrade");
  EXPECT_EQ(done->ended_by().login(), "cleo");

  const auto reopened = As("sam", &v1::Measures::Stub::ReopenMeasure,
                           "measure_id: '" + decided.measure_id() + "' reason: 'Ett till'");
  ASSERT_OK(reopened);
  EXPECT_EQ(reopened->state(), v1::MEASURE_STATE_OPEN);
  const auto subject = As("sam", &v1::Triage::Stub::GetCase, Of());
  ASSERT_OK(subject);
  EXPECT_EQ(subject->measure_count(), 1);
  EXPECT_EQ(subject->open_measure_count(), 1);
  EXPECT_EQ(subject->notes(0).text(), "Ett till");

  const auto dropped = As("sam", &v1::Measures::Stub::DropMeasure,
                          "measure_id: '" + decided.measure_id() + "' reason: 'Onödig'");
  ASSERT_OK(dropped);
  EXPECT_EQ(dropped->state(), v1::MEASURE_STATE_DROPPED);
  EXPECT_THAT(Told(), ElementsAre("CaseOpened", "CaseAssigned", "MeasureDecided", "MeasureChanged",
                                  "MeasureDone", "MeasureReopened", "MeasureDropped"));
}

TEST_F(CaseworkTest, EventsOfMeasuresCarryCodesAndTheCaseAsItIsAfterThem) {
  const absl::Time due = clock_.Now() + absl::Hours(48);
  Decided("title: 'Hemlig titel' kind: MEASURE_KIND_PREVENTIVE owner: 'siv' due_time { seconds: " +
          std::to_string(absl::ToUnixSeconds(due)) + " }");
  const events::v1::Event event = ToldEvents().back();
  v1::MeasureDecided told;
  ASSERT_TRUE(event.data().UnpackTo(&told));
  EXPECT_EQ(told.measure().kind(), v1::MEASURE_KIND_PREVENTIVE);
  EXPECT_EQ(told.measure().owner().person_id(), organisation::PersonId(kTenant, "siv"));
  EXPECT_EQ(told.facts().measure_count(), 1);
  EXPECT_EQ(told.facts().open_measure_count(), 1);
  EXPECT_EQ(told.facts().work_due_time().seconds(), absl::ToUnixSeconds(due));
  EXPECT_EQ(event.SerializeAsString().find("Hemlig"), std::string::npos);
  // Without a time for one of them, there is none for all.
  Decided("title: 'En till' kind: MEASURE_KIND_PREVENTIVE owner: 'siv'", "request-2");
  ASSERT_TRUE(ToldEvents().back().data().UnpackTo(&told));
  EXPECT_EQ(told.facts().open_measure_count(), 2);
  EXPECT_FALSE(told.facts().has_work_due_time());
}

TEST_F(CaseworkTest, RepeatedRequestDecidesNothing) {
  const v1::Measure first = Decided("title: 'a' kind: MEASURE_KIND_CORRECTIVE owner: 'sam'");
  const v1::Measure again = Decided("title: 'b' kind: MEASURE_KIND_CORRECTIVE owner: 'sam'");
  EXPECT_EQ(again.measure_id(), first.measure_id());
  EXPECT_EQ(again.title(), "a");
  EXPECT_EQ(Count("measure"), "1");
}

TEST_F(CaseworkTest, TextsOfMeasuresAreSealed) {
  const v1::Measure measure =
      Decided("title: 'marked-title' kind: MEASURE_KIND_CORRECTIVE owner: 'sam'");
  ASSERT_OK(Complete("sam", measure.measure_id(), "note: 'marked-note'"));
  EXPECT_EQ(database_->Value("SELECT count(*) FROM measure WHERE "
                             "position('marked'::bytea IN title) > 0 OR position('marked'::bytea IN note) > 0"),
            "0");
}

TEST_F(CaseworkTest, OwnerOfAMeasureMustBeAbleToHandleTheCase) {
  EXPECT_THAT(Decide("sam", "title: 'a' kind: MEASURE_KIND_CORRECTIVE owner: 'adam'"),
              NamesField("plan.owner"));
  EXPECT_THAT(Decide("sam", "title: 'a' kind: MEASURE_KIND_CORRECTIVE owner: 'nobody'"),
              NamesField("plan.owner"));
  EXPECT_THAT(Decide("sam", "title: 'a' owner: 'sam'"), NamesField("plan.kind"));
  EXPECT_THAT(Decide("sam", "kind: MEASURE_KIND_CORRECTIVE owner: 'sam'"),
              NamesField("plan.title"));
  EXPECT_EQ(Count("measure"), "0");
}

TEST_F(CaseworkTest, MeasureIsForWhoeverItsCaseIsFor) {
  const std::string id =
      Decided("title: 'a' kind: MEASURE_KIND_CORRECTIVE owner: 'sam'").measure_id();
  const std::string wanted = "measure_id: '" + id + "'";
  EXPECT_OK(As("root", &v1::Measures::Stub::GetMeasure, wanted));
  // Whoever reads the case reads it; whoever handles the case changes it.
  EXPECT_OK(As("dora", &v1::Measures::Stub::GetMeasure, wanted));
  EXPECT_THAT(Complete("karl", id), IsError(absl::StatusCode::kNotFound, "MEASURE_NOT_FOUND"));
  EXPECT_THAT(As("karl", &v1::Measures::Stub::GetMeasure, wanted),
              IsError(absl::StatusCode::kNotFound, "MEASURE_NOT_FOUND"));
  EXPECT_THAT(As("ove", &v1::Measures::Stub::ListCaseMeasures, Of()),
              HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(Titles("karl", ""), IsEmpty());
  EXPECT_THAT(As("adam", &v1::Measures::Stub::ListMeasures, ""),
              HasCode(absl::StatusCode::kPermissionDenied));
}

TEST_F(CaseworkTest, ListIsByDueTimeAndNarrowed) {
  const auto at = [&](int hours) {
    return " due_time { seconds: " +
           std::to_string(absl::ToUnixSeconds(clock_.Now() + absl::Hours(hours))) + " }";
  };
  Decided("title: 'never' kind: MEASURE_KIND_CORRECTIVE owner: 'sam'", "r1");
  Decided("title: 'late' kind: MEASURE_KIND_CORRECTIVE owner: 'siv'" + at(20), "r2");
  Decided("title: 'soon' kind: MEASURE_KIND_CORRECTIVE owner_role: COORDINATOR owner_unit: 'omsorg'" + at(1), "r3");
  const std::string past =
      Decided("title: 'past' kind: MEASURE_KIND_CORRECTIVE owner: 'sam'" + at(-1), "r4").measure_id();
  EXPECT_THAT(Titles("sam", ""), ElementsAre("past", "soon", "late", "never"));
  EXPECT_THAT(Titles("sam", "owner: 'me'"), ElementsAre("past", "soon", "never"));
  EXPECT_THAT(Titles("root", "owner: 'sam'"), ElementsAre("past", "soon", "never"));
  EXPECT_THAT(Titles("sam", "overdue: true"), ElementsAre("past"));
  EXPECT_THAT(Titles("root", "unit: 'energi'"), IsEmpty());
  EXPECT_THAT(Titles("root", "unit: 'social'"), ElementsAre("past", "soon", "late", "never"));
  ASSERT_OK(Complete("sam", past));
  EXPECT_THAT(Titles("sam", "overdue: true"), IsEmpty());
  EXPECT_THAT(Titles("sam", "states: MEASURE_STATE_OPEN"), ElementsAre("soon", "late", "never"));

  // Page by page it is the same.
  std::string token;
  std::vector<std::string> paged;
  do {
    const auto page = As("sam", &v1::Measures::Stub::ListMeasures,
                         "page_size: 1 page_token: '" + token + "'");
    ASSERT_OK(page);
    EXPECT_EQ(page->total_size(), 4);
    for (const v1::Measure& measure : page->measures()) paged.push_back(measure.title());
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_THAT(paged, ElementsAre("past", "soon", "late", "never"));
  const auto of_case = As("sam", &v1::Measures::Stub::ListCaseMeasures, Of());
  ASSERT_OK(of_case);
  EXPECT_EQ(of_case->measures_size(), 4);
  EXPECT_EQ(of_case->measures(0).title(), "never");
}

TEST_F(CaseworkTest, WhoeverTakesOverDoesTheOpenMeasures) {
  Decided("title: 'a' kind: MEASURE_KIND_CORRECTIVE owner: 'siv'", "r1");
  const std::string done =
      Decided("title: 'b' kind: MEASURE_KIND_CORRECTIVE owner: 'siv'", "r2").measure_id();
  ASSERT_OK(Complete("siv", done));
  const auto hand_over = [&](const std::string& rest) {
    return As("adam", &v1::Triage::Stub::HandOverCases, "from: 'siv' " + rest);
  };
  const auto counted = hand_over("to: 'cleo' validate_only: true");
  ASSERT_OK(counted);
  EXPECT_EQ(counted->measures(), 1);
  EXPECT_THAT(Titles("cleo", "owner: 'me'"), IsEmpty());
  EXPECT_THAT(hand_over("to: 'karl'"), NamesField("to"));
  ASSERT_OK(hand_over("to: 'cleo'"));
  EXPECT_THAT(Titles("cleo", "owner: 'me'"), ElementsAre("a"));
  EXPECT_THAT(Titles("siv", "owner: 'me'"), ElementsAre("b"));
  const v1::TimelineEntry last = Timeline("sam").back();
  EXPECT_EQ(last.kind(), v1::TIMELINE_KIND_MEASURE_CHANGED);
  EXPECT_EQ(last.changes(0).before(), "siv");
  EXPECT_EQ(last.changes(0).after(), "cleo");
  EXPECT_EQ(last.by().login(), "adam");
}

TEST_F(CaseworkTest, ErasedCaseHasNoMeasures) {
  Decided("title: 'a' kind: MEASURE_KIND_CORRECTIVE owner: 'sam'");
  Close("outcome_for_reporter: 'Tack'");
  PgErasureStore erasures(database_->pool(), ids_, *vault_);
  const auto certificate = erasures.Erase(kTenant, NumberOf(1), everything_,
                                          {.ground = v1::ERASURE_GROUND_DECISION,
                                           .reference = "D 1",
                                           .now = clock_.Now()},
                                          Trace("cleo"));
  ASSERT_OK(certificate);
  EXPECT_THAT(certificate->data_classes,
              ElementsAre("title", "outcome", "outcome_for_reporter", "measures=1", "report",
                          "reporter"));
  EXPECT_EQ(Count("measure"), "0");
  EXPECT_THAT(Decide("sam", "title: 'a' kind: MEASURE_KIND_CORRECTIVE owner: 'sam'"),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_ERASED"));
  // What happened stays, without words.
  const auto timeline = Timeline("sam");
  EXPECT_THAT(Kinds(timeline),
              ElementsAre("OPENED", "ASSIGNED", "MEASURE_DECIDED", "CLOSED", "ERASED"));
  for (const v1::TimelineEntry& entry : timeline) EXPECT_EQ(entry.text(), "");
}

// ---- What happened ----

TEST_F(CaseworkTest, TimelineTellsWhatHappenedInOrderAndByWhom) {
  ASSERT_OK(As("sam", &v1::Triage::Stub::AcknowledgeCase, Of()));
  ASSERT_OK(As("sam", &v1::Triage::Stub::ClassifyCase,
               Of("classification {" + std::string(kKinds) + "}")));
  ASSERT_OK(As("cleo", &v1::Triage::Stub::AddNote, Of("request_id: 'n-1' text: 'Ringt'")));
  ASSERT_OK(As("cleo", &v1::Triage::Stub::GrantCaseAccess, Of("login: 'siv' reason: 'Behövs'")));
  const std::string measure =
      Decided("title: 'Lås' kind: MEASURE_KIND_CORRECTIVE owner: 'sam'").measure_id();
  ASSERT_OK(Complete("sam", measure, "note: 'Klart'"));
  clock_.Advance(absl::Seconds(1));
  ASSERT_OK(Hear(Supplemented()));
  ASSERT_OK(As("cleo", &v1::Triage::Stub::RestrictCase, Of("restricted: true reason: 'Känsligt'")));
  ASSERT_OK(As("cleo", &v1::Triage::Stub::AssignCase, Of("owner: 'cleo'")));
  ASSERT_OK(As("cleo", &v1::Triage::Stub::CloseCase,
               Of("resolution: RESOLUTION_REMEDIED outcome: 'Löst' cause: CAUSE_HUMAN_ERROR")));

  const auto entries = Timeline("cleo");
  ASSERT_THAT(Kinds(entries),
              ElementsAre("OPENED", "ASSIGNED", "ACKNOWLEDGED", "CLASSIFIED", "NOTED",
                          "ACCESS_GIVEN", "MEASURE_DECIDED", "MEASURE_DONE", "SUPPLEMENTED",
                          "RESTRICTED", "ASSIGNED", "CLOSED"));
  EXPECT_EQ(entries[0].actor(), v1::TIMELINE_ACTOR_RULE);
  EXPECT_EQ(entries[0].report_number(), NumberOf(1));
  EXPECT_EQ(entries[1].party().name(), "Sam Alm");
  EXPECT_FALSE(entries[1].has_by());
  EXPECT_EQ(entries[2].actor(), v1::TIMELINE_ACTOR_HANDLER);
  EXPECT_EQ(entries[2].by().name(), "Sam Alm");
  EXPECT_EQ(entries[4].text(), "Ringt");
  EXPECT_EQ(entries[4].by().login(), "cleo");
  EXPECT_EQ(entries[5].party().login(), "siv");
  EXPECT_EQ(entries[5].text(), "Behövs");
  EXPECT_EQ(entries[6].measure_title(), "Lås");
  EXPECT_EQ(entries[7].text(), "Klart");
  EXPECT_EQ(entries[8].actor(), v1::TIMELINE_ACTOR_REPORTER);
  EXPECT_FALSE(entries[8].has_by());
  EXPECT_EQ(entries[10].party().login(), "cleo");
  EXPECT_EQ(entries[11].text(), "Löst");
  EXPECT_EQ(entries[11].cause(), v1::CAUSE_HUMAN_ERROR);
  EXPECT_EQ(entries[11].resolution(), v1::RESOLUTION_REMEDIED);
}

TEST_F(CaseworkTest, TimelineTellsWhatWasBeforeAndAfter) {
  ASSERT_OK(As("sam", &v1::Triage::Stub::ClassifyCase,
               Of("classification {" + std::string(kKinds) + "}")));
  const v1::TimelineEntry classified = Timeline("sam").back();
  std::map<std::string, std::pair<std::string, std::string>> changes;
  for (const v1::TimelineChange& change : classified.changes()) {
    changes[change.field()] = {change.before(), change.after()};
  }
  EXPECT_EQ(changes["impacts"].second, "SECURITY_PROPERTY_CONFIDENTIALITY=2");
  EXPECT_EQ(changes["affected_persons"], std::make_pair(std::string("40"), std::string()));
  EXPECT_EQ(changes["confirmed"], std::make_pair(std::string(), std::string("true")));
  EXPECT_FALSE(changes.contains("personal_data"));
  EXPECT_FALSE(changes.contains("aware_time"));

  const std::string id = Decided("title: 'a' kind: MEASURE_KIND_CORRECTIVE owner: 'sam'").measure_id();
  ASSERT_OK(As("sam", &v1::Measures::Stub::ChangeMeasure,
               "measure_id: '" + id + "' plan { title: 'a' kind: MEASURE_KIND_PREVENTIVE "
               "owner_role: COORDINATOR owner_unit: 'social' }"));
  const v1::TimelineEntry changed = Timeline("sam").back();
  ASSERT_EQ(changed.changes_size(), 2);
  EXPECT_EQ(changed.changes(0).before(), "MEASURE_KIND_CORRECTIVE");
  EXPECT_EQ(changed.changes(0).after(), "MEASURE_KIND_PREVENTIVE");
  EXPECT_EQ(changed.changes(1).before(), "sam");
  EXPECT_EQ(changed.changes(1).after(), "COORDINATOR/social");
}

TEST_F(CaseworkTest, TimelineIsTheSamePageByPage) {
  for (int i = 0; i < 4; ++i) {
    ASSERT_OK(As("sam", &v1::Triage::Stub::AddNote,
                 Of("request_id: 'n-" + std::to_string(i) + "' text: 'Not " + std::to_string(i) + "'")));
  }
  ASSERT_OK(As("sam", &v1::Triage::Stub::ClassifyCase,
               Of("classification {" + std::string(kKinds) + "}")));
  const auto whole = Timeline("sam");
  std::vector<v1::TimelineEntry> paged;
  std::string token;
  do {
    const auto page = As("sam", &v1::CaseHistory::Stub::GetCaseTimeline,
                         Of("page_size: 1 page_token: '" + token + "'"));
    ASSERT_OK(page);
    paged.insert(paged.end(), page->entries().begin(), page->entries().end());
    token = page->next_page_token();
  } while (!token.empty());
  ASSERT_EQ(paged.size(), whole.size());
  for (size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(paged[i].SerializeAsString(), whole[i].SerializeAsString()) << i;
  }
}

TEST_F(CaseworkTest, TimelineOfAGroupedCaseNamesTheOtherOnlyToWhoMayReadIt) {
  intake::v1::ReportSubmitted elsewhere = Submitted(2);
  elsewhere.set_unit("kundtjanst");
  elsewhere.set_personal_data(type::v1::ANSWER_NO);
  OpenCase(elsewhere);
  ASSERT_OK(As("cleo", &v1::CaseLinks::Stub::GroupCases,
               "case_id: '" + NumberOf(2) + "' member_case_ids: '" + NumberOf(1) + "'"));
  const v1::TimelineEntry whole = Timeline("cleo").back();
  EXPECT_EQ(whole.kind(), v1::TIMELINE_KIND_GROUPED);
  EXPECT_EQ(whole.case_number(), NumberOf(2));
  EXPECT_EQ(whole.by().login(), "cleo");
  const v1::TimelineEntry part = Timeline("sam").back();
  EXPECT_EQ(part.kind(), v1::TIMELINE_KIND_GROUPED);
  EXPECT_EQ(part.case_number(), "");
  EXPECT_EQ(part.case_id(), "");
}

TEST_F(CaseworkTest, TimelineIsForWhoeverMayReadTheCase) {
  EXPECT_THAT(As("karl", &v1::CaseHistory::Stub::GetCaseTimeline, Of()),
              IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
  EXPECT_THAT(As("adam", &v1::CaseHistory::Stub::GetCaseTimeline, Of()),
              HasCode(absl::StatusCode::kPermissionDenied));
}

TEST_F(CaseworkTest, WhatHappenedAndWhoReadAreFoundByIndexes) {
  // With few rows no index pays: what is left when going through all of them is forbidden.
  database_->Run(R"sql(
      CREATE OR REPLACE FUNCTION plan_of(statement text) RETURNS text LANGUAGE plpgsql
      SET enable_seqscan = off AS $$
      DECLARE line text; plan text := '';
      BEGIN
        FOR line IN EXECUTE 'EXPLAIN ' || statement LOOP plan := plan || line || E'\n'; END LOOP;
        RETURN plan;
      END $$)sql");
  static constexpr pg::Statement kPlan{"test_plan", "SELECT plan_of($1) AS plan"};
  // As the service, whom row-level security binds.
  const auto plan = [&](const pg::Scope& scope, const std::string& statement) {
    return (*database_->pool().Query(scope, kPlan, {statement}))[0].Text("plan");
  };
  EXPECT_THAT(plan(pg::Scope::Everything(),
                   "SELECT event FROM event_log WHERE case_id = '" + ReportId(1) +
                       "' AND seq > 0 ORDER BY seq LIMIT 10"),
              ::testing::HasSubstr("event_log_case"));
  EXPECT_THAT(plan(pg::Scope::Tenant(kTenant),
                   "SELECT actor FROM audit_record WHERE tenant = 'by' AND subject = ANY "
                   "('{cases/a,cases/b}'::text[]) AND outcome = 'denied'"),
              ::testing::HasSubstr("audit_record_subject"));
}

// ---- Who has read it ----

TEST_F(CaseworkTest, ReadersAreThoseWhoReadItAndThoseWhoWereRefused) {
  Look("sam");
  Look("sam");
  Look("karl");
  Timeline("cleo");
  Look("ove", Read(NumberOf(1)).id);
  EXPECT_THAT(Readers("sam"), ElementsAre("ove 0 1", "cleo 1 0", "karl 0 1", "sam 2 0"));
  // That too is a reading.
  EXPECT_THAT(Readers("cleo"), ElementsAre("sam 3 0", "ove 0 1", "cleo 1 0", "karl 0 1"));
  const auto list = As("sam", &v1::CaseHistory::Stub::ListCaseReaders, Of());
  ASSERT_OK(list);
  EXPECT_EQ(list->readers(0).name(), "Sam Alm");
  EXPECT_THAT(list->readers(0).functions(), ElementsAre(organisation::v1::COORDINATOR));
  EXPECT_LT(rpc::FromProtoTime(list->readers(0).first_time()),
            rpc::FromProtoTime(list->readers(0).last_time()));
}

TEST_F(CaseworkTest, ReadersAreTheSamePageByPage) {
  for (const char* login : {"sam", "cleo", "siv"}) Look(login);
  const auto first = As("sam", &v1::CaseHistory::Stub::ListCaseReaders, Of());
  ASSERT_OK(first);
  EXPECT_OK(recorder_.RunOnce());
  const auto page = As("root", &v1::CaseHistory::Stub::ListCaseReaders, Of("page_size: 2"));
  ASSERT_OK(page);
  EXPECT_EQ(page->readers(0).login(), "sam");
  EXPECT_EQ(page->readers(1).login(), "siv");
  const auto rest = As("root", &v1::CaseHistory::Stub::ListCaseReaders,
                       Of("page_size: 2 page_token: '" + page->next_page_token() + "'"));
  ASSERT_OK(rest);
  ASSERT_EQ(rest->readers_size(), 1);
  EXPECT_EQ(rest->readers(0).login(), "cleo");
}

TEST_F(CaseworkTest, ReadersAreForThoseWhoHandleTheCaseAndForAuditors) {
  EXPECT_OK(As("sam", &v1::CaseHistory::Stub::ListCaseReaders, Of()));
  EXPECT_OK(As("root", &v1::CaseHistory::Stub::ListCaseReaders, Of()));
  EXPECT_OK(As("dora", &v1::CaseHistory::Stub::ListCaseReaders, Of()));
  EXPECT_THAT(As("karl", &v1::CaseHistory::Stub::ListCaseReaders, Of()),
              HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(As("adam", &v1::CaseHistory::Stub::ListCaseReaders, Of()),
              HasCode(absl::StatusCode::kPermissionDenied));
}

// ---- How it ended ----

TEST_F(CaseworkTest, CauseAndWordsForTheReporterAreKeptUntilItIsOpenedAgain) {
  Close("cause: CAUSE_SUPPLIER outcome_for_reporter: 'Tack, kortet är spärrat'");
  const auto closed = As("sam", &v1::Triage::Stub::GetCase, Of());
  ASSERT_OK(closed);
  EXPECT_EQ(closed->cause(), v1::CAUSE_SUPPLIER);
  EXPECT_EQ(closed->outcome_for_reporter(), "Tack, kortet är spärrat");
  v1::CaseClosed told;
  ASSERT_TRUE(ToldEvents().back().data().UnpackTo(&told));
  EXPECT_EQ(told.facts().cause(), v1::CAUSE_SUPPLIER);
  EXPECT_TRUE(told.facts().told_reporter());
  EXPECT_EQ(database_->Value("SELECT position('Tack'::bytea IN outcome_for_reporter) FROM triage_case"), "0");
  const auto reopened = As("sam", &v1::Triage::Stub::ReopenCase, Of("reason: 'Nej'"));
  ASSERT_OK(reopened);
  EXPECT_EQ(reopened->cause(), v1::CAUSE_UNSPECIFIED);
  EXPECT_EQ(reopened->outcome_for_reporter(), "");
}

TEST_F(CaseworkTest, IntakeIsGivenWhatWasWrittenForReportersOfClosedCases) {
  OpenCase(2);
  Close("outcome_for_reporter: 'Tack'");
  v1::BatchGetCaseOutcomesRequest request;
  request.set_tenant(kTenant);
  request.add_case_ids(Read(NumberOf(1)).id);
  request.add_case_ids(Read(NumberOf(2)).id);
  request.add_case_ids(ReportId(77));
  const auto machine = issuer_.MachineToken(clock_.Now(), "avvik-intake", "avvik.service");
  const auto outcomes =
      CallWith(machine, "", &v1::CaseOutcomes::Stub::BatchGetCaseOutcomes, request);
  ASSERT_OK(outcomes);
  ASSERT_EQ(outcomes->outcomes_size(), 1);
  EXPECT_EQ(outcomes->outcomes(0).case_id(), request.case_ids(0));
  EXPECT_EQ(outcomes->outcomes(0).outcome_for_reporter(), "Tack");
  EXPECT_THAT(CallWith(issuer_.PersonToken(clock_.Now(), kTenant, "cleo"), "",
                   &v1::CaseOutcomes::Stub::BatchGetCaseOutcomes, request),
              HasCode(absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace avvik::triage
