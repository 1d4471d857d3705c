#include "common/rpc/asked.h"

#include "avvik/audit/v1/audit.pb.h"
#include "avvik/delivery/v1/delivery.pb.h"
#include "avvik/escalation/v1/assessment.pb.h"
#include "avvik/escalation/v1/escalation.pb.h"
#include "avvik/events/v1/event_log.pb.h"
#include "avvik/intake/v1/intake.pb.h"
#include "avvik/metrics/v1/metrics.pb.h"
#include "avvik/options/v1/access.pb.h"
#include "avvik/triage/v1/triage.pb.h"
#include "gmock/gmock.h"

namespace avvik::rpc {
namespace {

using google::protobuf::FileDescriptor;

std::string PathOf(const std::string& method) {
  return SubjectPath(
      *google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(method));
}

TEST(AskedTest, SubjectIsWhatThePathNames) {
  triage::v1::CloseCaseRequest request;
  request.set_case_id("AVV-2026-000001");
  EXPECT_EQ(SubjectAsked(PathOf("avvik.triage.v1.Triage.CloseCase"), request),
            "cases/AVV-2026-000001");
  EXPECT_EQ(SubjectAsked(PathOf("avvik.triage.v1.Triage.ListCases"),
                         triage::v1::ListCasesRequest()),
            "cases");
  events::v1::ReplayParkedEventsRequest replay;
  replay.set_service("triage");
  EXPECT_EQ(SubjectAsked(PathOf("avvik.events.v1.EventInbox.ReplayParkedEvents"), replay),
            "services/triage/parked-events");
  EXPECT_EQ(PathOf("avvik.triage.v1.Triage.FollowOrganisation"), "");
}

TEST(AskedTest, SubjectTakesNothingThatIsNoIdentifier) {
  triage::v1::GetCaseRequest request;
  const std::string path = PathOf("avvik.triage.v1.Triage.GetCase");
  for (const std::string& bad : {std::string("a\0b", 3), std::string("Anna Berg, 0701-234567"),
                                std::string(100'000, 'a')}) {
    request.set_case_id(bad);
    EXPECT_EQ(SubjectAsked(path, request), "cases/");
  }
}

TEST(AskedTest, UuidIsKeptInItsCanonicalForm) {
  triage::v1::GetCaseRequest request;
  request.set_case_id("0192D3A4-5B6C-7D8E-9F01-23456789ABCD");
  EXPECT_EQ(SubjectAsked(PathOf("avvik.triage.v1.Triage.GetCase"), request),
            "cases/0192d3a4-5b6c-7d8e-9f01-23456789abcd");
  EXPECT_EQ(CanonicalSubject("reports/AVV-2026-000001"), "reports/AVV-2026-000001");
}

TEST(AskedTest, ListTellsWhatItIsNarrowedTo) {
  triage::v1::ListCasesRequest request;
  request.set_page_size(10);
  request.set_page_token("token");
  request.add_states(triage::v1::CASE_STATE_OPEN);
  request.add_states(triage::v1::CASE_STATE_CLOSED);
  request.set_unit("social");
  request.set_owner("anna.berg");
  EXPECT_EQ(DetailAsked(PathOf("avvik.triage.v1.Triage.ListCases"), request),
            "states=CASE_STATE_OPEN,CASE_STATE_CLOSED unit=social owner=anna.berg");
}

TEST(AskedTest, ChangeTellsItsFieldsAndNoFreeText) {
  triage::v1::CloseCaseRequest close;
  close.set_case_id("AVV-2026-000001");
  close.set_etag("7");
  close.set_outcome("Anna hade glömt sitt lösenord");
  const std::string detail = DetailAsked(PathOf("avvik.triage.v1.Triage.CloseCase"), close);
  EXPECT_EQ(detail, "outcome");
  intake::v1::SubmitReportRequest submit;
  submit.set_request_id("0192d3a4-5b6c-7d8e-9f01-23456789abcd");
  submit.mutable_report()->set_title("Mejlet till Anna");
  submit.mutable_report()->set_unit("social");
  EXPECT_EQ(DetailAsked(PathOf("avvik.intake.v1.Intake.SubmitReport"), submit),
            "report(title,unit)");
}

TEST(AskedTest, TimesAndNumbersAreTold) {
  audit::v1::ListRecordsRequest request;
  request.set_service("triage");
  request.set_after_sequence(7);
  request.mutable_from_time()->set_seconds(1'795'000'000);
  EXPECT_EQ(DetailAsked(PathOf("avvik.audit.v1.AuditTrail.ListRecords"), request),
            "after_sequence=7 from_time=2026-11-18T11:06:40Z");
}

TEST(AskedTest, LongDetailIsCut) {
  audit::v1::ListRecordsRequest request;
  for (int i = 0; i < 100; ++i) request.add_subjects("cases/0192d3a4-5b6c-7d8e-9f01-23456789abcd");
  const std::string detail = DetailAsked("", request);
  EXPECT_LE(detail.size(), kMaxDetailBytes + 4);
  EXPECT_THAT(detail, ::testing::EndsWith(" …"));
}

// Every call that reads or changes leaves behind what it was about.
TEST(AskedTest, EveryReadAndChangeNamesItsSubject) {
  const FileDescriptor* files[] = {
      audit::v1::Record::descriptor()->file(),
      delivery::v1::GetNoticeRequest::descriptor()->file(),
      escalation::v1::GetAssessmentRequest::descriptor()->file(),
      escalation::v1::GetDutyRequest::descriptor()->file(),
      events::v1::ListConsumersRequest::descriptor()->file(),
      intake::v1::GetReportRequest::descriptor()->file(),
      metrics::v1::RebuildFiguresRequest::descriptor()->file(),
      triage::v1::GetCaseRequest::descriptor()->file(),
  };
  int seen = 0;
  for (const FileDescriptor* file : files) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const auto& method = *file->service(s)->method(m);
        const auto audit = method.options().GetExtension(options::v1::access).audit();
        if (audit != options::v1::AUDIT_CLASS_READ && audit != options::v1::AUDIT_CLASS_CHANGE) {
          continue;
        }
        ++seen;
        EXPECT_NE(SubjectPath(method), "") << method.full_name();
      }
    }
  }
  EXPECT_GE(seen, 20);
}

}  // namespace
}  // namespace avvik::rpc
