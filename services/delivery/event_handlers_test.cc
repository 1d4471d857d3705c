// What delivery makes of the events it hears, against real PostgreSQL.
#include "avvik/escalation/v1/escalation_events.pb.h"
#include "avvik/intake/v1/intake_events.pb.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "common/events/consumer.h"
#include "common/organisation/test_visibility.h"
#include "services/delivery/case_event_handler.h"
#include "services/delivery/duty_event_handler.h"
#include "services/delivery/report_event_handler.h"
#include "services/delivery/test_support.h"

namespace avvik::delivery {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kCase[] = "00000000-0000-7000-8000-00000000ca5e";
constexpr char kReport[] = "00000000-0000-7000-8000-000000000e90";

class EventHandlersTest : public DeliveryTest {
 protected:
  EventHandlersTest() {
    reporters_.reporters[kReport] = {.person_id = "r_1",
                                     .email = "reporter@kalix.example",
                                     .language = "en",
                                     .number = kNumber,
                                     .unit = "social",
                                     .confidential = false,
                                     .imported = false};
  }

  // An event with an id of its own.
  events::v1::StoredEvent Event(const std::string& source, const std::string& subject,
                                const google::protobuf::Message& data) {
    events::v1::StoredEvent stored;
    stored.set_position(++position_);
    *stored.mutable_event() = events::MakeEvent(
        ids_, source,
        {.tenant = kTenant, .subject = subject, .subject_version = 1, .time = clock_.Now()}, data);
    return stored;
  }
  absl::Status Hear(events::EventHandler& handler, const events::v1::StoredEvent& stored) {
    if (absl::Status prepared = handler.Prepare(std::span(&stored, 1)); !prepared.ok()) {
      return prepared;
    }
    return InTransaction(
        [&](pg::Transaction& transaction) { return handler.Apply(transaction, stored); });
  }

  intake::v1::ReportSubmitted Submitted() {
    intake::v1::ReportSubmitted submitted;
    submitted.set_report_id(kReport);
    submitted.set_number(kNumber);
    return submitted;
  }
  triage::v1::CaseFacts Facts(const std::string& owner,
                              const std::vector<std::string>& drawn_in = {}) {
    triage::v1::CaseFacts facts;
    facts.set_case_id(kCase);
    facts.set_number(kNumber);
    facts.set_report_id(kReport);
    facts.set_unit("social");
    if (!owner.empty()) facts.mutable_owner()->set_person_id(PersonId(owner));
    for (const std::string& login : drawn_in) {
      facts.add_drawn_in()->set_person_id(PersonId(login));
    }
    facts.set_organisation_version(1);
    return facts;
  }
  template <typename Message>
  absl::Status HearCase(const triage::v1::CaseFacts& facts) {
    Message message;
    *message.mutable_facts() = facts;
    return Hear(cases_, Event("triage", std::string("cases/") + kCase, message));
  }
  absl::Status HearStep(escalation::v1::AlarmKind kind, const std::vector<std::string>& logins) {
    escalation::v1::LadderStepTaken taken;
    taken.set_kind(kind);
    taken.set_stage("notify");
    taken.mutable_facts()->set_case_id(kCase);
    taken.mutable_facts()->set_number(kNumber);
    for (const std::string& login : logins) taken.add_person_ids(PersonId(login));
    return Hear(duties_, Event("escalation", "alarms/1", taken));
  }

  // The notices as `template recipient language`, in the order they were queued.
  std::vector<std::string> Notices() {
    std::vector<std::string> notices;
    const auto page = store_.List(kTenant, {.cases = organisation::EverythingVisible(), .person_ids = {}}, {}, "", 100);
    for (auto notice = page->notices.rbegin(); notice != page->notices.rend(); ++notice) {
      const NoticeDraft& draft = notice->draft;
      notices.push_back(std::string(TemplateName(draft.template_id)) + " " + draft.recipient + " " +
                        draft.language);
    }
    return notices;
  }

  FakeReporterSource reporters_;
  ReportEventHandler reports_{writer_, reporters_, directory_, [] {}};
  CaseEventHandler cases_{writer_, reporters_, directory_, [] {}};
  DutyEventHandler duties_{writer_, directory_, [] {}};
  int64_t position_ = 0;
};

TEST_F(EventHandlersTest, AReporterIsToldThatTheReportHasArrived) {
  ASSERT_OK(Hear(reports_, Event("intake", "reports/1", Submitted())));
  EXPECT_THAT(Notices(), ElementsAre("report_received reporter@kalix.example en"));
  EXPECT_EQ(Value("SELECT number || ' ' || unit || ' ' || message_id = "
                  "number || ' ' || unit || ' ' || notice_id || '@kalix.example' FROM notice"),
            "true");
  EXPECT_THAT(Told(), ElementsAre("NoticeQueued 1"));
}

TEST_F(EventHandlersTest, WithoutALanguageTheOrganisationsFirstIsUsed) {
  reporters_.reporters[kReport].language = "";
  ASSERT_OK(Hear(reports_, Event("intake", "reports/1", Submitted())));
  EXPECT_THAT(Notices(), ElementsAre("report_received reporter@kalix.example sv"));
}

TEST_F(EventHandlersTest, ARepeatedEventMakesNoSecondNotice) {
  const auto event = Event("intake", "reports/1", Submitted());
  ASSERT_OK(Hear(reports_, event));
  ASSERT_OK(Hear(reports_, event));
  EXPECT_EQ(Notices().size(), 1u);
  EXPECT_THAT(Told(), ElementsAre("NoticeQueued 1"));
}

TEST_F(EventHandlersTest, ImportedReportsAndReportsWithoutAddressAreNotAnswered) {
  intake::v1::ReportSubmitted imported = Submitted();
  imported.set_imported(true);
  ASSERT_OK(Hear(reports_, Event("intake", "reports/1", imported)));
  reporters_.reporters[kReport].imported = true;
  ASSERT_OK(Hear(reports_, Event("intake", "reports/1", Submitted())));
  reporters_.reporters[kReport] = {.person_id = "r_1", .email = ""};
  ASSERT_OK(Hear(reports_, Event("intake", "reports/1", Submitted())));
  reporters_.reporters.clear();
  ASSERT_OK(Hear(reports_, Event("intake", "reports/1", Submitted())));
  EXPECT_THAT(Notices(), IsEmpty());
}

TEST_F(EventHandlersTest, AnEventWaitsWhileIntakeIsAway) {
  reporters_.away = true;
  EXPECT_THAT(Hear(reports_, Event("intake", "reports/1", Submitted())),
              HasCode(absl::StatusCode::kUnavailable));
  // What was not prepared is not taken for a report that nobody made.
  EXPECT_THAT(InTransaction([&](pg::Transaction& transaction) {
                return reports_.Apply(transaction, Event("intake", "reports/1", Submitted()));
              }),
              IsError(absl::StatusCode::kUnavailable, "REPORTER_NOT_ASKED"));
}

TEST_F(EventHandlersTest, AnAddressOfAConfidentialReporterIsMarked) {
  reporters_.reporters[kReport].confidential = true;
  ASSERT_OK(Hear(reports_, Event("intake", "reports/1", Submitted())));
  EXPECT_EQ(Value("SELECT withheld FROM notice"), "true");
}

TEST_F(EventHandlersTest, OwnerAndThoseDrawnInAreToldOnce) {
  ASSERT_OK(HearCase<triage::v1::CaseOpened>(Facts("anna", {"daisy", "anna"})));
  ASSERT_OK(HearCase<triage::v1::CaseAssigned>(Facts("anna", {"daisy"})));
  ASSERT_OK(HearCase<triage::v1::CaseClassified>(Facts("anna", {"daisy"})));
  EXPECT_THAT(Notices(), ElementsAre("case_assigned anna@kalix.example sv",
                                     "case_drawn_in daisy@kalix.example en"));
  ASSERT_OK(HearCase<triage::v1::CaseAssigned>(Facts("daisy")));
  ASSERT_OK(HearCase<triage::v1::CaseAssigned>(Facts("anna", {"daisy"})));
  EXPECT_THAT(
      Notices(),
      ElementsAre("case_assigned anna@kalix.example sv", "case_drawn_in daisy@kalix.example en",
                  "case_assigned daisy@kalix.example en", "case_assigned anna@kalix.example sv"));
}

TEST_F(EventHandlersTest, SomebodyWhoIsNoLongerThereIsPassedOver) {
  ASSERT_OK(HearCase<triage::v1::CaseOpened>(Facts("gone", {"daisy"})));
  EXPECT_THAT(Notices(), ElementsAre("case_drawn_in daisy@kalix.example en"));
}

TEST_F(EventHandlersTest, AnEventWaitsForItsOrganisation) {
  triage::v1::CaseFacts facts = Facts("anna");
  facts.set_organisation_version(2);
  EXPECT_THAT(HearCase<triage::v1::CaseOpened>(facts), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Notices(), IsEmpty());
}

TEST_F(EventHandlersTest, AReporterIsToldThatTheCaseIsClosed) {
  ASSERT_OK(HearCase<triage::v1::CaseOpened>(Facts("")));
  ASSERT_OK(HearCase<triage::v1::CaseClosed>(Facts("")));
  EXPECT_THAT(Notices(), ElementsAre("report_closed reporter@kalix.example en"));
  triage::v1::CaseFacts imported = Facts("");
  imported.set_imported(true);
  ASSERT_OK(HearCase<triage::v1::CaseClosed>(imported));
  EXPECT_EQ(Notices().size(), 1u);
}

TEST_F(EventHandlersTest, MessagesAreToldToTheOtherSide) {
  const auto message = [&](bool by_reporter) {
    intake::v1::ReportMessageAdded added;
    added.set_report_id(kReport);
    added.set_by_reporter(by_reporter);
    return Hear(reports_, Event("intake", std::string("reports/") + kReport, added));
  };
  ASSERT_OK(message(/*by_reporter=*/true));  // Nobody owns the case yet.
  ASSERT_OK(HearCase<triage::v1::CaseOpened>(Facts("daisy")));
  ASSERT_OK(message(true));
  ASSERT_OK(message(false));
  reporters_.reporters[kReport].email = "";  // Anonymous.
  ASSERT_OK(message(false));
  EXPECT_THAT(Notices(),
              ElementsAre("case_assigned daisy@kalix.example en",
                          "case_answered daisy@kalix.example en",
                          "report_message reporter@kalix.example en"));
}

TEST_F(EventHandlersTest, WhatIsToldOfALinkedReportFollowsItsCase) {
  const std::string second = "0190a000-0000-7000-8000-00000000a002";
  const std::string number = "AVV-2026-000077";
  reporters_.reporters[second] = reporters_.reporters[kReport];
  reporters_.reporters[second].number = number;
  const auto links = [&](auto link) {
    *link.mutable_facts() = Facts("daisy");
    link.set_report_id(second);
    link.set_report_number(number);
    return Hear(cases_, Event("triage", std::string("cases/") + kCase, link));
  };
  const auto message = [&](bool by_reporter) {
    intake::v1::ReportMessageAdded added;
    added.set_report_id(second);
    added.set_by_reporter(by_reporter);
    return Hear(reports_, Event("intake", "reports/" + second, added));
  };
  const auto seen = [&](const organisation::Visibility& cases) {
    const auto page = store_.List(kTenant, {.cases = cases, .person_ids = {}}, {}, "", 100);
    EXPECT_EQ(page->total, static_cast<int64_t>(page->notices.size()));
    return page->notices.size();
  };
  ASSERT_OK(HearCase<triage::v1::CaseOpened>(Facts("daisy")));
  ASSERT_OK(links(triage::v1::CaseReportLinked()));
  // Its owner hears what the reporter of a linked report writes, under the number of the case.
  ASSERT_OK(message(/*by_reporter=*/true));
  ASSERT_OK(message(/*by_reporter=*/false));
  EXPECT_THAT(Notices(), ElementsAre("case_assigned daisy@kalix.example en",
                                     "case_answered daisy@kalix.example en",
                                     "report_message reporter@kalix.example en"));
  EXPECT_EQ(Value("SELECT number FROM notice WHERE template = 'case_answered'"), kNumber);
  EXPECT_EQ(Value("SELECT number FROM notice WHERE template = 'report_message'"), number);

  // Whoever may not see the case does not see what was told of the reports linked to it.
  const organisation::Visibility unit = organisation::OpenIn({"social"});
  EXPECT_EQ(seen(unit), 3u);
  triage::v1::CaseFacts restricted = Facts("daisy");
  restricted.set_sphere(type::v1::SPHERE_RESTRICTED);
  ASSERT_OK(HearCase<triage::v1::CaseRestricted>(restricted));
  EXPECT_EQ(seen(unit), 0u);
  EXPECT_EQ(seen({.spheres = {}, .places = {}, .keys = {PersonId("daisy")}}), 3u);

  // The addresses go with the case.
  database_->Run("UPDATE notice SET state = 3, sent_at = now(), next_attempt_at = NULL");
  ASSERT_OK(HearCase<triage::v1::CaseErased>(restricted));
  EXPECT_EQ(Value("SELECT count(*) FROM notice WHERE recipient IS NOT NULL"), "0");

  ASSERT_OK(links(triage::v1::CaseReportUnlinked()));
  ASSERT_OK(message(/*by_reporter=*/true));
  EXPECT_EQ(Value("SELECT count(*) FROM notice"), "3");
}

TEST_F(EventHandlersTest, StepOfALadderIsToldToEverybodyItCalls) {
  ASSERT_OK(HearCase<triage::v1::CaseOpened>(Facts("anna")));
  ASSERT_OK(HearStep(escalation::v1::ALARM_KIND_DUE_SOON, {"anna", "daisy", "nobody"}));
  ASSERT_OK(HearStep(escalation::v1::ALARM_KIND_OVERDUE, {"daisy"}));
  EXPECT_THAT(Notices(),
              ElementsAre("case_assigned anna@kalix.example sv", "stage_due_soon anna@kalix.example sv",
                          "stage_due_soon daisy@kalix.example en",
                          "stage_overdue daisy@kalix.example en"));
}

TEST_F(EventHandlersTest, AStageWaitsForItsCaseUnlessThatIsParked) {
  const auto park = [&](const std::string& source) {
    database_->Run(
        "INSERT INTO parked_event (source, position, tenant, type, subject, event, error, "
        "parked_at, attempts) VALUES ('" +
        source + "', 1, 'kalix', '', 'cases/" + kCase + "', '', '', now(), 1)");
    return HearStep(escalation::v1::ALARM_KIND_DUE_SOON, {"anna"});
  };
  EXPECT_THAT(park("elsewhere"), IsError(absl::StatusCode::kUnavailable, "CASE_NOT_HEARD_OF"));
  EXPECT_THAT(park("triage"), IsError(absl::StatusCode::kFailedPrecondition, "CASE_PARKED"));
}

TEST_F(EventHandlersTest, OtherEventsAreNoneOfItsBusiness) {
  triage::v1::OrganisationApplied applied;
  applied.set_version(1);
  for (events::EventHandler* handler :
       std::initializer_list<events::EventHandler*>{&reports_, &cases_, &duties_}) {
    EXPECT_OK(Hear(*handler, Event("triage", "organisation", applied)));
  }
  EXPECT_THAT(Notices(), IsEmpty());
}

TEST_F(EventHandlersTest, WhoeverMadeSeveralReportsOfOneThingIsAnsweredOnce) {
  const std::string second = "0190a000-0000-7000-8000-00000000a002";
  const std::string other = "0190a000-0000-7000-8000-00000000a003";
  const std::string unanswered = "0190a000-0000-7000-8000-00000000a004";
  reporters_.reporters[second] = reporters_.reporters[kReport];
  reporters_.reporters[other] = reporters_.reporters[kReport];
  reporters_.reporters[other].person_id = "r_2";
  reporters_.reporters[other].email = "other@kalix.example";
  reporters_.reporters[unanswered] = reporters_.reporters[other];
  reporters_.reporters[unanswered].person_id = "r_3";
  reporters_.reporters[unanswered].email = "";
  intake::v1::CampaignAnswered answered;
  answered.set_campaign_id(kCase);
  answered.set_answer_id("answer-1");
  for (const std::string& report : {std::string(kReport), second, other, unanswered}) {
    answered.add_report_ids(report);
  }
  ASSERT_OK(Hear(reports_, Event("intake", "campaigns/1", answered)));
  EXPECT_THAT(Notices(), ElementsAre("report_answered reporter@kalix.example en",
                                     "report_answered other@kalix.example en"));
  // Another answer is another thing to tell.
  answered.set_answer_id("answer-2");
  ASSERT_OK(Hear(reports_, Event("intake", "campaigns/1", answered)));
  EXPECT_EQ(Notices().size(), 4u);
}

TEST_F(EventHandlersTest, EndOfACaseIsToldOnceToWhoeverOpenedItAndAlsoMadeALinkedReport) {
  const std::string second = "0190a000-0000-7000-8000-00000000a002";
  reporters_.reporters[second] = reporters_.reporters[kReport];
  triage::v1::CaseClosed closed;
  *closed.mutable_facts() = Facts("");
  const auto event = Event("triage", std::string("cases/") + kCase, closed);
  ASSERT_OK(Hear(cases_, event));
  intake::v1::CampaignConcluded concluded;
  concluded.set_campaign_id(kCase);
  concluded.set_cause(event.event().id());
  concluded.add_report_ids(second);
  ASSERT_OK(Hear(reports_, Event("intake", "campaigns/1", concluded)));
  EXPECT_THAT(Notices(), ElementsAre("report_closed reporter@kalix.example en"));
}

}  // namespace
}  // namespace avvik::delivery
