#include "services/triage/report_event_handler.h"

#include "services/triage/store_test_support.h"

namespace avvik::triage {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class ReportEventHandlerTest : public StoreTest {
 protected:
  template <typename Message>
  v1::CaseFacts FactsOf(const events::v1::Event& event) {
    Message message;
    EXPECT_TRUE(event.data().UnpackTo(&message)) << event.type();
    return message.facts();
  }
  events::v1::StoredEvent Torn(const std::string& subject) {
    events::v1::StoredEvent stored = EventWith(Submitted(99), subject);
    stored.mutable_event()->mutable_data()->set_value("\xff\xff");
    return stored;
  }
};

TEST_F(ReportEventHandlerTest, ReportBecomesAnOwnedCase) {
  const Case opened = OpenCase();
  EXPECT_EQ(opened.number, NumberOf(1));
  EXPECT_EQ(opened.report_id, ReportId(1));
  EXPECT_EQ(opened.title, "Titel " + ReportId(1));
  EXPECT_EQ(opened.state, v1::CASE_STATE_ASSIGNED);
  EXPECT_EQ(opened.unit, "hemtjanst");
  EXPECT_EQ(opened.classification.kind(), type::v1::KIND_INCIDENT);
  EXPECT_EQ(opened.classification.severity(), type::v1::SEVERITY_HIGH);
  EXPECT_FALSE(opened.classification.confirmed());
  // The coordinator of the nearest unit above; personal data draws the data protection officer in.
  EXPECT_EQ(opened.owner, (Party{"sam", organisation::v1::COORDINATOR, "omsorg"}));
  EXPECT_THAT(opened.drawn_in,
              ElementsAre(Party{"dora", organisation::v1::DATA_PROTECTION_OFFICER, ""}));
  EXPECT_EQ(opened.reported, clock_.Now() - absl::Hours(1));
  EXPECT_EQ(opened.aware, opened.reported);
  EXPECT_EQ(opened.opened, clock_.Now());
  EXPECT_EQ(opened.organisation_version, 1);
  EXPECT_EQ(opened.version, 2);
  EXPECT_EQ(committed_, 1);
}

TEST_F(ReportEventHandlerTest, OpenedAndAssignedAreToldWithTheFactsAfterEach) {
  const Case opened = OpenCase();
  ASSERT_THAT(Told(), ElementsAre("CaseOpened", "CaseAssigned"));
  const std::vector<events::v1::Event> told = ToldEvents();
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(told[i].source(), "triage");
    EXPECT_EQ(told[i].tenant(), kTenant);
    EXPECT_EQ(told[i].subject(), "cases/" + opened.id);
    EXPECT_EQ(told[i].subject_version(), static_cast<int64_t>(i + 1));
  }
  const v1::CaseFacts first = FactsOf<v1::CaseOpened>(told[0]);
  EXPECT_EQ(first.state(), v1::CASE_STATE_OPEN);
  EXPECT_EQ(first.owner().person_id(), "");
  const v1::CaseFacts facts = FactsOf<v1::CaseAssigned>(told[1]);
  EXPECT_EQ(facts.case_id(), opened.id);
  EXPECT_EQ(facts.number(), NumberOf(1));
  EXPECT_EQ(facts.report_id(), ReportId(1));
  EXPECT_EQ(facts.state(), v1::CASE_STATE_ASSIGNED);
  EXPECT_EQ(facts.unit(), "hemtjanst");
  EXPECT_EQ(facts.category(), type::v1::CATEGORY_LOST_DEVICE);
  EXPECT_EQ(facts.classification().SerializeAsString(), opened.classification.SerializeAsString());
  EXPECT_EQ(facts.classification().affected_persons(), 40);
  EXPECT_EQ(facts.owner().person_id(), organisation::PersonId(kTenant, "sam"));
  EXPECT_EQ(facts.owner().role(), organisation::v1::COORDINATOR);
  EXPECT_EQ(facts.owner().unit(), "omsorg");
  ASSERT_EQ(facts.drawn_in_size(), 1);
  EXPECT_EQ(facts.drawn_in(0).person_id(), organisation::PersonId(kTenant, "dora"));
  EXPECT_EQ(rpc::FromProtoTime(facts.occurred_time()), clock_.Now() - absl::Hours(3));
  EXPECT_EQ(rpc::FromProtoTime(facts.aware_time()), clock_.Now() - absl::Hours(1));
  EXPECT_EQ(rpc::FromProtoTime(facts.reported_time()), clock_.Now() - absl::Hours(1));
  EXPECT_EQ(rpc::FromProtoTime(facts.open_time()), clock_.Now());
  EXPECT_EQ(facts.organisation_version(), 1);
  // No text and nobody's name travels.
  for (const events::v1::Event& event : told) {
    const std::string bytes = event.SerializeAsString();
    for (const char* word : {"Titel", "sam", "Sam Alm", "dora", "@by.example"}) {
      EXPECT_EQ(bytes.find(word), std::string::npos) << word;
    }
  }
}

TEST_F(ReportEventHandlerTest, MachineIsTheActorInTheTrace) {
  const Case opened = OpenCase();
  EXPECT_EQ(database_->Value("SELECT string_agg(concat_ws(' ', actor, machine, tenant, method, "
                             "subject, outcome), ',') FROM audit_record"),
            "avvik-triage t by avvik.intake.v1.ReportSubmitted cases/" + opened.id + " allowed");
}

TEST_F(ReportEventHandlerTest, SystemOwnerGetsTheCasesOfTheSystem) {
  intake::v1::ReportSubmitted submitted = Submitted();
  submitted.set_system("journal");
  submitted.set_unit("it");
  EXPECT_EQ(OpenCase(submitted).owner, (Party{"siv", organisation::v1::SYSTEM_OWNER, "omsorg"}));
}

TEST_F(ReportEventHandlerTest, UnitAndSystemThatAreNotKnownCountAsNotNamed) {
  intake::v1::ReportSubmitted submitted = Submitted();
  submitted.set_unit("nedlagd");
  submitted.set_system("avvecklat");
  submitted.set_imported(true);
  const Case opened = OpenCase(submitted);
  EXPECT_EQ(opened.unit, "nedlagd");
  EXPECT_EQ(opened.system, "avvecklat");
  EXPECT_TRUE(opened.imported);
  EXPECT_EQ(opened.owner, (Party{"cleo", organisation::v1::INFORMATION_SECURITY_OFFICER, ""}));
}

TEST_F(ReportEventHandlerTest, SameReportToldTwiceOpensNoSecondCase) {
  const Case opened = OpenCase();
  ASSERT_OK(Hear(Submitted()));
  EXPECT_EQ(Read(NumberOf(1)).id, opened.id);
  EXPECT_EQ(Count("triage_case"), "1");
  EXPECT_EQ(Count("event_log"), "2");
  EXPECT_EQ(Count("audit_record"), "1");
}

TEST_F(ReportEventHandlerTest, SupplementAndWithdrawalOfTheReportAreTold) {
  const Case opened = OpenCase();
  ASSERT_OK(Hear(Supplemented()));
  EXPECT_FALSE(Read(opened.id).withdrawn);
  clock_.Advance(absl::Minutes(1));
  ASSERT_OK(Hear(Withdrawn()));
  const Case read = Read(opened.id);
  EXPECT_TRUE(read.withdrawn);
  EXPECT_EQ(read.state, v1::CASE_STATE_ASSIGNED);
  EXPECT_EQ(read.version, opened.version + 2);
  EXPECT_EQ(read.updated, clock_.Now());
  ASSERT_THAT(Told(),
              ElementsAre("CaseOpened", "CaseAssigned", "CaseReportChanged", "CaseReportChanged"));
  v1::CaseReportChanged supplemented, withdrawn;
  ASSERT_TRUE(ToldEvents()[2].data().UnpackTo(&supplemented));
  ASSERT_TRUE(ToldEvents()[3].data().UnpackTo(&withdrawn));
  EXPECT_FALSE(supplemented.withdrawn());
  EXPECT_TRUE(withdrawn.withdrawn());
  EXPECT_EQ(withdrawn.facts().owner().person_id(), organisation::PersonId(kTenant, "sam"));
  EXPECT_EQ(Count("audit_record"), "3");
}

TEST_F(ReportEventHandlerTest, ChangeOfAReportWithoutACaseIsRefusedForGood) {
  const absl::Status refused = Hear(Withdrawn(5));
  EXPECT_THAT(refused, IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
  EXPECT_FALSE(events::IsTransient(refused));
}

TEST_F(ReportEventHandlerTest, WaitsForAnOrganisation) {
  const absl::Status waiting = Hear(EventWith(Submitted(), "reports/x", "grannen"));
  EXPECT_THAT(waiting, IsError(absl::StatusCode::kUnavailable, "NO_ORGANISATION"));
  EXPECT_TRUE(events::IsTransient(waiting));
  organisation::v1::Organisation other = TestOrganisationProto();
  other.set_tenant("grannen");
  ASSERT_OK(directory_.Put(other, 1));
  EXPECT_OK(Hear(EventWith(Submitted(), "reports/x", "grannen")));
}

TEST_F(ReportEventHandlerTest, WaitsForIntake) {
  titles_.away = true;
  EXPECT_TRUE(events::IsTransient(Hear(Submitted())));
  titles_.away = false;
  EXPECT_OK(Hear(Submitted()));
}

TEST_F(ReportEventHandlerTest, ReportThatIntakeDoesNotHaveIsRefusedForGood) {
  titles_.missing = {ReportId(1)};
  const absl::Status refused = Hear(Submitted());
  EXPECT_THAT(refused, IsError(absl::StatusCode::kNotFound, "REPORT_UNKNOWN"));
  EXPECT_FALSE(events::IsTransient(refused));
}

TEST_F(ReportEventHandlerTest, OtherEventsAreNoneOfItsBusiness) {
  v1::OrganisationApplied other;
  other.set_version(3);
  EXPECT_OK(Hear(other));
  EXPECT_EQ(Count("triage_case"), "0");
  EXPECT_THAT(titles_.asked, IsEmpty());
}

TEST_F(ReportEventHandlerTest, TitlesOfABatchAreAskedForOncePerTenant) {
  organisation::v1::Organisation other = TestOrganisationProto();
  other.set_tenant("grannen");
  ASSERT_OK(directory_.Put(other, 1));
  for (unsigned n = 1; n <= 10; ++n) {
    log_.events.push_back(
        EventWith(Submitted(n), "reports/" + std::to_string(n), n % 2 == 0 ? kTenant : "grannen"));
  }
  EXPECT_EQ(HearLog().applied, 10);
  EXPECT_THAT(titles_.asked, UnorderedElementsAre(kTenant, "grannen"));
}

TEST_F(ReportEventHandlerTest, EventThatCannotBeReadParksItselfOnly) {
  log_.events.push_back(EventWith(Submitted(1), "reports/1"));
  log_.events.push_back(Torn("reports/99"));
  log_.events.push_back(EventWith(Submitted(2), "reports/2"));
  const events::Consumer::Round round = HearLog();
  EXPECT_EQ(round.applied, 2);
  EXPECT_EQ(round.parked, 1);
  EXPECT_EQ(database_->Value("SELECT string_agg(position::text, ' ') FROM parked_event"), "2");
  EXPECT_EQ(Read(NumberOf(1)).title, "Titel " + ReportId(1));
  EXPECT_EQ(Read(NumberOf(2)).title, "Titel " + ReportId(2));
}

TEST_F(ReportEventHandlerTest, ReplayDuringABatchMakesTheBatchPrepareAgain) {
  const events::v1::StoredEvent of_batch = EventWith(Submitted(1));
  ASSERT_OK(handler_.Prepare(std::span(&of_batch, 1)));
  ASSERT_OK(Hear(Submitted(2)));
  const absl::Status again = Apply(of_batch);
  EXPECT_THAT(again, IsError(absl::StatusCode::kUnavailable, "TITLE_NOT_ASKED"));
  EXPECT_TRUE(events::IsTransient(again));
  EXPECT_OK(Hear(of_batch));
}

TEST_F(ReportEventHandlerTest, BatchOf500OpensAsManyCasesInTheirOrder) {
  constexpr unsigned kReports = 500;
  for (unsigned n = 1; n <= kReports; ++n) {
    log_.events.push_back(EventWith(Submitted(n), "reports/" + std::to_string(n)));
  }
  const absl::Time begun = absl::Now();
  EXPECT_EQ(HearLog().applied, kReports);
  RecordProperty("milliseconds", std::to_string(absl::ToInt64Milliseconds(absl::Now() - begun)));
  EXPECT_EQ(committed_, 1);
  EXPECT_EQ(titles_.asked.size(), 1u);
  EXPECT_EQ(database_->Value("SELECT count(*) || ' ' || count(DISTINCT report_id) || ' ' || "
                             "count(*) FILTER (WHERE owner_login <> '') FROM triage_case"),
            "500 500 500");
  EXPECT_EQ(database_->Value("SELECT array_agg(number ORDER BY id) = array_agg(number ORDER BY "
                             "number) FROM triage_case"),
            "true");
  EXPECT_EQ(Count("event_log"), "1000");
  EXPECT_EQ(Count("audit_record"), "500");
}

TEST_F(ReportEventHandlerTest, HearingTheLogAgainChangesNothing) {
  for (unsigned n = 1; n <= 3; ++n) log_.events.push_back(EventWith(Submitted(n)));
  EXPECT_EQ(HearLog().applied, 3);
  EXPECT_EQ(HearLog().applied, 0);
  // Even with the position lost.
  database_->Run("UPDATE consumer_offset SET position = 0");
  EXPECT_EQ(HearLog().applied, 3);
  EXPECT_EQ(Count("triage_case"), "3");
  EXPECT_EQ(Count("event_log"), "6");
}

}  // namespace
}  // namespace avvik::triage
