// Asking intake over a real socket, whatever it answers.
#include "services/triage/report_titles.h"

#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <functional>

#include "avvik/intake/v1/intake.grpc.pb.h"
#include "common/events/consumer.h"
#include "services/triage/errors.h"
#include "tests/support/status_matchers.h"

namespace avvik::triage {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using ::testing::ElementsAre;

// Intake, answering as the test says.
class Intake final : public intake::v1::Intake::Service {
 public:
  grpc::Status BatchGetReports(grpc::ServerContext* context,
                               const intake::v1::BatchGetReportsRequest* request,
                               intake::v1::BatchGetReportsResponse* response) override {
    asked = *request;
    const auto tenant = context->client_metadata().find("avvik-tenant");
    const auto token = context->client_metadata().find("authorization");
    if (tenant != context->client_metadata().end()) {
      asked_for = std::string(tenant->second.data(), tenant->second.size());
    }
    if (token != context->client_metadata().end()) {
      authorization = std::string(token->second.data(), token->second.size());
    }
    return answer(response);
  }

  std::function<grpc::Status(intake::v1::BatchGetReportsResponse*)> answer =
      [](intake::v1::BatchGetReportsResponse*) { return grpc::Status::OK; };
  intake::v1::BatchGetReportsRequest asked;
  std::string asked_for;
  std::string authorization;
};

class OwnToken final : public identity::TokenSource {
 public:
  absl::StatusOr<std::string> Token() override { return "own"; }
};

class RemoteReportTitlesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address_, grpc::InsecureServerCredentials());
    builder.RegisterService(&intake_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }

  const std::string address_ = "unix:/tmp/avvik-titles-test-" + std::to_string(getpid()) + ".sock";
  Intake intake_;
  std::unique_ptr<grpc::Server> server_;
  OwnToken token_;
  rpc::Peer peer_{address_, token_};
  RemoteReportTitles titles_{peer_};
};

TEST_F(RemoteReportTitlesTest, TitlesComeByReportAndThoseUnknownAreLeftOut) {
  intake_.answer = [](intake::v1::BatchGetReportsResponse* response) {
    intake::v1::Report* report = response->add_reports();
    report->set_report_id("b");
    report->set_title("Borttappad dator");
    intake::v1::ReportWords* words = response->add_words();
    words->set_report_id("b");
    words->add_words("borttapp");
    words->add_words("dator");
    return grpc::Status::OK;
  };
  const auto titles = titles_.Fetch("by", {"a", "b"});
  ASSERT_OK(titles);
  ASSERT_EQ(titles->size(), 1u);
  EXPECT_EQ(titles->at("b").title, "Borttappad dator");
  EXPECT_THAT(titles->at("b").words, ElementsAre("borttapp", "dator"));
  EXPECT_TRUE(intake_.asked.words());
  EXPECT_EQ(intake_.asked.tenant(), "by");
  EXPECT_THAT(intake_.asked.report_ids(), ElementsAre("a", "b"));
  EXPECT_EQ(intake_.asked_for, "by");
  EXPECT_EQ(intake_.authorization, "Bearer own");
}

TEST_F(RemoteReportTitlesTest, WhateverIntakeHasAgainstTheCallIsNotTheEventsFault) {
  for (const auto code :
       {grpc::StatusCode::INTERNAL, grpc::StatusCode::PERMISSION_DENIED,
        grpc::StatusCode::NOT_FOUND, grpc::StatusCode::UNIMPLEMENTED, grpc::StatusCode::DATA_LOSS,
        grpc::StatusCode::FAILED_PRECONDITION, grpc::StatusCode::UNAUTHENTICATED}) {
    intake_.answer = [code](auto*) { return grpc::Status(code, "no"); };
    const auto titles = titles_.Fetch("by", {"a"});
    EXPECT_THAT(titles, IsError(absl::StatusCode::kUnavailable, "TITLES_UNAVAILABLE")) << code;
    EXPECT_TRUE(events::IsTransient(titles.status())) << code;
  }
}

TEST_F(RemoteReportTitlesTest, MalformedIdIsTheEventsFault) {
  intake_.answer = [](auto*) {
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "report_ids[0]");
  };
  const auto titles = titles_.Fetch("by", {"a"});
  EXPECT_THAT(titles, HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_FALSE(events::IsTransient(titles.status()));
}

TEST_F(RemoteReportTitlesTest, IntakeThatIsAwayIsWaitedFor) {
  server_->Shutdown();
  EXPECT_TRUE(events::IsTransient(titles_.Fetch("by", {"a"}).status()));
}

TEST_F(RemoteReportTitlesTest, PreparedTitlesTellNotAskedFromNotThere) {
  intake_.answer = [](intake::v1::BatchGetReportsResponse* response) {
    intake::v1::Report* report = response->add_reports();
    report->set_report_id("b");
    report->set_title("Borttappad dator");
    return grpc::Status::OK;
  };
  PreparedTitles prepared(titles_);
  ASSERT_OK(prepared.Prepare({{"by", {"a", "b"}}}));
  EXPECT_EQ(prepared.Find("by", "b")->title, "Borttappad dator");
  EXPECT_THAT(prepared.Find("by", "a"), IsError(absl::StatusCode::kNotFound, "REPORT_UNKNOWN"));
  EXPECT_THAT(prepared.Find("by", "c"), IsError(absl::StatusCode::kUnavailable, "TITLE_NOT_ASKED"));
  EXPECT_THAT(prepared.Find("grannen", "b"),
              IsError(absl::StatusCode::kUnavailable, "TITLE_NOT_ASKED"));
  prepared.Clear();
  EXPECT_THAT(prepared.Find("by", "b"), IsError(absl::StatusCode::kUnavailable, "TITLE_NOT_ASKED"));
}

}  // namespace
}  // namespace avvik::triage
