#include "services/gateway/route_table.h"

#include <google/protobuf/text_format.h>

#include "gmock/gmock.h"
#include "google/api/annotations.pb.h"
#include "gtest/gtest.h"

namespace avvik::gateway {
namespace {

using google::protobuf::DescriptorPool;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

RouteTable Linked() {
  auto table = RouteTable::Build(LinkedAvvikFiles());
  EXPECT_TRUE(table.ok()) << table.status();
  return *std::move(table);
}

RouteMatch Find(const RouteTable& table, const char* method, const char* path) {
  auto match = table.Find(method, path);
  EXPECT_TRUE(match.ok()) << match.status();
  return *std::move(match);
}

std::string Called(const RouteMatch& match) {
  return match.route == nullptr ? "" : match.route->method->full_name();
}

TEST(RouteTableTest, EveryMethodWithAnHttpOptionHasARouteAndNoOther) {
  const RouteTable table = Linked();
  std::set<std::string> routed;
  for (const Route& route : table.routes()) routed.insert(route.method->full_name());
  size_t declared = 0;
  for (const auto* file : LinkedAvvikFiles()) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const auto* method = file->service(s)->method(m);
        const bool exposed = method->options().HasExtension(google::api::http);
        declared += exposed;
        EXPECT_EQ(routed.count(method->full_name()), exposed ? 1u : 0u) << method->full_name();
      }
    }
  }
  EXPECT_GT(declared, 20u);
}

TEST(RouteTableTest, SamePathIsToldApartByMethod) {
  const RouteTable table = Linked();
  EXPECT_EQ(Called(Find(table, "POST", "/v1/reports")), "avvik.intake.v1.Intake.SubmitReport");
  EXPECT_EQ(Called(Find(table, "GET", "/v1/reports")), "avvik.intake.v1.Intake.ListReports");
}

TEST(RouteTableTest, RouteNamesItsGrpcMethodAndBackend) {
  const RouteTable table = Linked();
  const RouteMatch match = Find(table, "POST", "/v1/reports");
  EXPECT_EQ(match.route->GrpcPath(), "/avvik.intake.v1.Intake/SubmitReport");
  EXPECT_EQ(match.route->backend, "intake");
}

TEST(RouteTableTest, VariableTakesOneSegmentAndIsPercentDecoded) {
  const RouteTable table = Linked();
  const RouteMatch match = Find(table, "GET", "/v1/reports/AVV%2D2026-%C3%A5");
  EXPECT_EQ(Called(match), "avvik.intake.v1.Intake.GetReport");
  EXPECT_THAT(match.bindings, ElementsAre(Pair("report_id", "AVV-2026-å")));
  EXPECT_EQ(Called(Find(table, "GET", "/v1/reports/a/b")), "");
  EXPECT_EQ(Called(Find(table, "GET", "/v1/reports/")), "");
  EXPECT_EQ(Called(Find(table, "GET", "/v1/reports/a%2Fb")), "avvik.intake.v1.Intake.GetReport");
}

TEST(RouteTableTest, VerbBelongsToTheRouteAndNotToTheVariable) {
  const RouteTable table = Linked();
  const RouteMatch match = Find(table, "POST", "/v1/cases/AVV-2026-000001:close");
  EXPECT_EQ(Called(match), "avvik.triage.v1.Triage.CloseCase");
  EXPECT_THAT(match.bindings, ElementsAre(Pair("case_id", "AVV-2026-000001")));
  EXPECT_THAT(Find(table, "GET", "/v1/cases/AVV-2026-000001:burn").allowed, IsEmpty());
  EXPECT_THAT(Find(table, "GET", "/v1/cases/a%3Ab").bindings, ElementsAre(Pair("case_id", "a:b")));
}

TEST(RouteTableTest, TwoVariablesAreBoundInOrder) {
  const RouteTable table = Linked();
  EXPECT_THAT(Find(table, "POST", "/v1/duties/d1/stages/early:submit").bindings,
              ElementsAre(Pair("duty_id", "d1"), Pair("stage", "early")));
}

TEST(RouteTableTest, ServiceHostedByManyHasNoBackendOfItsOwn) {
  const RouteTable table = Linked();
  const RouteMatch match = Find(table, "GET", "/v1/services/triage/consumers");
  EXPECT_EQ(match.route->backend, "");
  EXPECT_THAT(match.bindings, ElementsAre(Pair("service", "triage")));
}

TEST(RouteTableTest, WrongMethodKnowsTheRightOnes) {
  const RouteTable table = Linked();
  const RouteMatch match = Find(table, "DELETE", "/v1/reports");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_THAT(match.allowed, ElementsAre("GET", "HEAD", "POST"));
}

TEST(RouteTableTest, HeadFindsWhatGetFindsButNoStream) {
  const RouteTable table = Linked();
  EXPECT_EQ(Called(Find(table, "HEAD", "/v1/cases")), "avvik.triage.v1.Triage.ListCases");
  const RouteMatch stream = Find(table, "HEAD", "/v1/situation:watch");
  EXPECT_EQ(stream.route, nullptr);
  EXPECT_THAT(stream.allowed, ElementsAre("GET"));
}

TEST(RouteTableTest, BrokenEscapeIsRefused) {
  const RouteTable table = Linked();
  EXPECT_FALSE(table.Find("GET", "/v1/reports/%zz").ok());
  EXPECT_FALSE(table.Find("GET", "/v1/reports/%1").ok());
  EXPECT_FALSE(table.Find("GET", "v1").ok());
}

TEST(RouteTableTest, ApiPathsAreThoseUnderAFirstSegment) {
  const RouteTable table = Linked();
  EXPECT_TRUE(table.IsApiPath("/v1/nothing"));
  EXPECT_TRUE(table.IsApiPath("/v1"));
  EXPECT_FALSE(table.IsApiPath("/v10/reports"));
  EXPECT_FALSE(table.IsApiPath("/"));
  EXPECT_FALSE(table.IsApiPath("/index.html"));
}

// Builds a table from one service that is made up here.
class DeclarationTest : public testing::Test {
 protected:
  absl::Status Build(const std::string& methods) {
    google::protobuf::FileDescriptorProto proto;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
        name: "avvik/test/v1/test.proto" package: "avvik.test.v1" syntax: "proto3"
        dependency: "google/api/annotations.proto"
        message_type { name: "Sub" field { name: "id" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL } }
        message_type { name: "In"
          field { name: "id" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
          field { name: "ids" number: 2 type: TYPE_STRING label: LABEL_REPEATED }
          field { name: "sub" number: 3 type: TYPE_MESSAGE type_name: ".avvik.test.v1.Sub" label: LABEL_OPTIONAL }
          field { name: "service" number: 4 type: TYPE_STRING label: LABEL_OPTIONAL } }
        service { name: "Test" )" + methods + "}",
                                                              &proto))
        << methods;
    const auto* file = pool_.BuildFile(proto);
    EXPECT_NE(file, nullptr) << methods;
    auto table = RouteTable::Build({file});
    if (table.ok()) routes_ = table->routes();
    return table.status();
  }
  static std::string Rpc(const std::string& name, const std::string& rule) {
    return "method { name: '" + name +
           "' input_type: '.avvik.test.v1.In' output_type: '.avvik.test.v1.Sub'"
           " options { [google.api.http] {" +
           rule + "} } }";
  }

  DescriptorPool pool_{DescriptorPool::generated_pool()};
  std::vector<Route> routes_;
};

TEST_F(DeclarationTest, AdditionalBindingsAreRoutesOfTheSameMethod) {
  ASSERT_TRUE(
      Build(Rpc("Get", "get: '/v1/a/{id}' additional_bindings {get: '/v1/b/{sub.id}'}")).ok());
  ASSERT_EQ(routes_.size(), 2u);
  EXPECT_EQ(routes_[0].method, routes_[1].method);
  EXPECT_TRUE(routes_[1].BindsField("sub.id"));
}

TEST_F(DeclarationTest, LiteralIsPreferredToVariable) {
  ASSERT_TRUE(Build(Rpc("Any", "get: '/v1/a/{id}'") + Rpc("One", "get: '/v1/a/one'")).ok());
  EXPECT_EQ(routes_[0].method->name(), "One");
}

TEST_F(DeclarationTest, RoutesThatTakeTheSamePathsAreRefused) {
  const absl::Status same =
      Build(Rpc("A", "get: '/v1/a/{id}'") + Rpc("B", "get: '/v1/a/{service}'"));
  EXPECT_THAT(std::string(same.message()), HasSubstr("avvik.test.v1.Test.A"));
  EXPECT_THAT(std::string(same.message()), HasSubstr("avvik.test.v1.Test.B"));
}

TEST_F(DeclarationTest, RoutesThatCrossAreRefused) {
  EXPECT_FALSE(Build(Rpc("A", "get: '/v1/a/{id}'") + Rpc("B", "get: '/v1/{id}/b'")).ok());
}

TEST_F(DeclarationTest, SamePathWithOtherVerbOrMethodIsFine) {
  EXPECT_TRUE(Build(Rpc("A", "get: '/v1/a/{id}'") + Rpc("B", "post: '/v1/a/{id}' body: '*'") +
                    Rpc("C", "get: '/v1/a/{id}:c'"))
                  .ok());
}

TEST_F(DeclarationTest, UnknownVariableIsRefused) {
  const absl::Status status = Build(Rpc("A", "get: '/v1/a/{other}'"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("other"));
}

TEST_F(DeclarationTest, RepeatedOrMessageVariableIsRefused) {
  EXPECT_FALSE(Build(Rpc("A", "get: '/v1/a/{ids}'")).ok());
}

TEST_F(DeclarationTest, MessageVariableIsRefused) {
  EXPECT_FALSE(Build(Rpc("A", "get: '/v1/a/{sub}'")).ok());
}

TEST_F(DeclarationTest, UnknownBodyIsRefused) {
  EXPECT_FALSE(Build(Rpc("A", "post: '/v1/a' body: 'other'")).ok());
}

TEST_F(DeclarationTest, GetWithABodyIsRefused) {
  EXPECT_FALSE(Build(Rpc("A", "get: '/v1/a' body: '*'")).ok());
}

TEST_F(DeclarationTest, ManySegmentVariableIsRefused) {
  EXPECT_FALSE(Build(Rpc("A", "get: '/v1/{id=a/*}'")).ok());
}

TEST(RouteTableBackendTest, BackendsAreThePackagesThatAnswerForThemselves) {
  EXPECT_THAT(Linked().Backends(),
              ElementsAre("delivery", "escalation", "intake", "metrics", "triage"));
}

}  // namespace
}  // namespace avvik::gateway
