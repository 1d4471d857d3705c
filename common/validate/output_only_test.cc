#include "avvik/intake/v1/intake.pb.h"
#include "avvik/triage/v1/triage.pb.h"
#include "common/validate/validate.h"
#include "gtest/gtest.h"

namespace avvik::validate {
namespace {

TEST(ClearOutputOnly, ClearsWhatOnlyTheServiceSetsAndKeepsTheRest) {
  intake::v1::SubmitReportRequest request;
  request.set_request_id("r-1");
  auto* report = request.mutable_report();
  report->set_title("Lost");
  report->set_report_id("chosen by the caller");
  report->set_state(intake::v1::REPORT_STATE_WITHDRAWN);
  report->mutable_reporter()->set_login("someone.else");
  report->add_supplements()->set_text("x");
  report->mutable_submit_time()->set_seconds(1);
  report->mutable_origin()->set_key("kept");

  ClearOutputOnly(&request);

  intake::v1::SubmitReportRequest expected;
  expected.set_request_id("r-1");
  expected.mutable_report()->set_title("Lost");
  expected.mutable_report()->mutable_origin()->set_key("kept");
  EXPECT_EQ(request.SerializeAsString(), expected.SerializeAsString());
}

TEST(ClearOutputOnly, ReachesItemsOfLists) {
  intake::v1::ListReportsResponse response;
  response.add_reports()->set_number("AVV-2026-000001");
  response.add_reports()->set_title("kept");
  ClearOutputOnly(&response);
  EXPECT_EQ(response.reports(0).number(), "");
  EXPECT_EQ(response.reports(1).title(), "kept");
}

TEST(ClearOutputOnly, DoesNotCreateWhatIsAbsent) {
  triage::v1::ClassifyCaseRequest request;
  ClearOutputOnly(&request);
  EXPECT_FALSE(request.has_classification());
}

TEST(Validate, DoesNotLookAtOutputOnlyFields) {
  intake::v1::SubmitReportRequest request;
  request.set_request_id("r-1");
  request.mutable_report()->set_title("Lost");
  request.mutable_report()->set_number("\xFF");
  request.mutable_report()->mutable_submit_time()->set_nanos(-1);
  EXPECT_TRUE(Validate(request).ok());
}

}  // namespace
}  // namespace avvik::validate
