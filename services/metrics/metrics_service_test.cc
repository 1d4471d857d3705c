// The API of metrics over a real socket, with real tokens and a real database.
#include "services/metrics/metrics_service.h"

#include <grpcpp/grpcpp.h>

#include <thread>

#include "common/identity/test_issuer.h"
#include "common/ids/id_source.h"
#include "common/organisation/example_organisation.h"
#include "common/rpc/peer.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "services/metrics/figure_set_test_support.h"

namespace avvik::metrics {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using avvik::testing::NamesField;

constexpr int kMostCalls = 4;
constexpr int kMostWatchers = 8;

organisation::RoleCatalogue Roles() {
  organisation::v1::RoleCatalogue catalogue;
  google::protobuf::TextFormat::ParseFromString(R"pb(
    roles {
      role: COORDINATOR
      grants { permission: "cases.read" reach: REACH_UNIT }
      grants { permission: "figures.read" reach: REACH_UNIT }
    }
    roles {
      role: SYSTEM_OWNER
      grants { permission: "figures.read" reach: REACH_OWN }
    }
    roles {
      role: INFORMATION_SECURITY_OFFICER
      grants { permission: "cases.read" reach: REACH_ALL }
      grants { permission: "figures.read" reach: REACH_ALL }
    }
    roles {
      role: DIRECTOR
      grants { permission: "figures.read" reach: REACH_ALL }
    }
    roles {
      role: AUDITOR
      grants { permission: "operations.read" reach: REACH_ALL }
      grants { permission: "operations.change" reach: REACH_ALL }
    })pb", &catalogue);
  return *organisation::RoleCatalogue::Create(catalogue);
}

// Cleo sees everything, Siv and Sam coordinate social and omsorg below it, Olle owns a system, Rut runs
// Avvik, Ove is an employee.
class MetricsServiceTest : public FigureSetTest {
 protected:
  MetricsServiceTest() {
    auto organisation = organisation::ExampleOrganisation();
    auto* olle = organisation.add_people();
    olle->set_login("olle");
    olle->set_name("Olle Sten");
    olle->set_email("olle@by.example");
    organisation.mutable_systems(0)->set_owner("olle");
    auto* rut = organisation.add_people();
    rut->set_login("rut");
    rut->set_name("Rut Ros");
    rut->set_email("rut@by.example");
    rut->add_roles()->set_role(organisation::v1::AUDITOR);
    auto* dan = organisation.add_people();
    dan->set_login("dan");
    dan->set_name("Dan Rot");
    dan->set_email("dan@by.example");
    dan->add_roles()->set_role(organisation::v1::DIRECTOR);
    EXPECT_OK(directory_.Put(organisation, 2));
    town_.AddDeviations(300);
    HearAll();
    clock_.Set(absl::FromUnixMicros(absl::ToUnixMicros(absl::Now())));
    EXPECT_OK(watchers_.Start());
    EXPECT_OK(rebuilder_.Start());
    EXPECT_OK(server_.Start());
    stub_ = v1::Metrics::NewStub(rpc::Connect(address_));
  }
  ~MetricsServiceTest() override {
    watchers_.Stop();
    server_.Stop();
  }

  static std::vector<Source> Sources(GeneratedTown& town) {
    std::vector<Source> sources;
    for (auto& [name, log] : town.logs()) sources.push_back({name, &log});
    return sources;
  }

  std::unique_ptr<grpc::ClientContext> As(const std::string& login) {
    auto context = std::make_unique<grpc::ClientContext>();
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    context->AddMetadata("authorization",
                         "Bearer " + issuer_.PersonToken(clock_.Now(), kTenant, login));
    return context;
  }
  template <typename Response, typename Method, typename Request>
  absl::StatusOr<Response> Call(Method method, const std::string& login, const Request& request) {
    Response response;
    const grpc::Status status = ((*stub_).*method)(As(login).get(), request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }
  absl::StatusOr<v1::Situation> Get(const std::string& login, const std::string& unit = "") {
    v1::GetSituationRequest request;
    request.mutable_filter()->set_unit(unit);
    return Call<v1::Situation>(&v1::Metrics::Stub::GetSituation, login, request);
  }
  // What the database says of one number.
  int64_t Count(const std::string& sql) {
    return std::stoll(database_.Value("SELECT count(*) FROM figures." + sql));
  }
  // A count in a situation.
  static int64_t ValueOf(const v1::Situation& situation, const std::string& id) {
    for (const v1::Indicator& indicator : situation.indicators()) {
      if (indicator.id() == id) return static_cast<int64_t>(indicator.value());
    }
    return -1;
  }

  SystemClock system_clock_;
  Uuid7Source ids_{system_clock_};
  identity::TestIssuer issuer_;
  identity::TokenVerifier verifier_{{.rules = issuer_.rules()}, issuer_, clock_};
  organisation::Directory directory_{clock_, nullptr, nullptr};
  const organisation::RoleCatalogue roles_ = Roles();
  audit::Recorder recorder_{database_.pool()};
  telemetry::Registry telemetry_;
  rpc::Environment environment_{
      {clock_, ids_, verifier_, directory_, roles_, recorder_, telemetry_}, kMostCalls};
  Ledgers ledgers_{store_, clock_};
  Painter painter_{ledgers_, telemetry_};
  // Watching goes by the true time.
  Watchers watchers_{painter_.ForWatchers(), system_clock_, telemetry_, kMostWatchers};
  Rebuilder rebuilder_{database_.settings(), database_.pool(), Sources(town_), handler_,
                       clock_,               [this] { watchers_.Wake(); }};
  MetricsService service_{environment_, painter_, watchers_, rebuilder_};
  const std::string address_ = "unix:/tmp/avvik-metrics-test-" + std::to_string(getpid()) + ".sock";
  rpc::Server server_{environment_,
                      address_,
                      {{&service_, v1::Metrics::service_full_name()}},
                      absl::Seconds(20)};
  std::unique_ptr<v1::Metrics::Stub> stub_;
};

TEST_F(MetricsServiceTest, EachSeesWhatTheirRoleReaches) {
  const auto everything = Get("cleo");
  ASSERT_OK(everything);
  EXPECT_EQ(ValueOf(*everything, "cases"), Count("case_figure"));
  const auto social = Get("siv");
  ASSERT_OK(social);
  EXPECT_EQ(ValueOf(*social, "cases"),
            Count("case_figure WHERE unit IN ('social', 'omsorg', 'hemtjanst')"));
  EXPECT_EQ(ValueOf(*Get("siv", "omsorg"), "cases"),
            Count("case_figure WHERE unit IN ('omsorg', 'hemtjanst')"));
  EXPECT_EQ(ValueOf(*Get("cleo", "omsorg"), "cases"), ValueOf(*Get("siv", "omsorg"), "cases"));
  EXPECT_THAT(Get("sam", "social"),
              IsError(absl::StatusCode::kPermissionDenied, "UNIT_OUT_OF_REACH"));
  EXPECT_THAT(Get("olle"), IsError(absl::StatusCode::kPermissionDenied, "NO_UNIT_IN_REACH"));
  EXPECT_THAT(Get("ove"), IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
}

TEST_F(MetricsServiceTest, FiguresOfSmallGroupsAreForThoseWhoMayReadTheCases) {
  // One case in a unit of its own.
  database_.Run("UPDATE figures.case_figure SET unit = 'drift', change = nextval('figures.figure_change')"
                " WHERE case_id = (SELECT min(case_id::text)::uuid FROM figures.case_figure)");
  v1::ListIndicatorsRequest split;
  split.set_breakdown(v1::BREAKDOWN_SYSTEM);
  for (const char* login : {"cleo", "siv"}) {
    const auto seen = Get(login);
    ASSERT_OK(seen);
    EXPECT_EQ(seen->smallest_group(), 0) << login;
    for (const v1::GroupCount& count : seen->by_unit()) EXPECT_FALSE(count.suppressed());
    const auto list =
        Call<v1::ListIndicatorsResponse>(&v1::Metrics::Stub::ListIndicators, login, split);
    ASSERT_OK(list);
    for (const v1::Indicator& one : list->indicators()) EXPECT_FALSE(one.suppressed());
  }
  const auto seen = Get("dan");
  ASSERT_OK(seen);
  EXPECT_EQ(seen->smallest_group(), 5);
  EXPECT_EQ(seen->trends_size(), 6);
  for (const v1::GroupCount& count : seen->by_unit()) {
    EXPECT_TRUE(count.suppressed() || count.count() >= 5) << count.group();
  }
  for (const v1::Indicator& one : seen->indicators()) {
    EXPECT_TRUE(one.suppressed() || one.observations() == 0 || one.observations() >= 5) << one.id();
  }
  // Watching shows the same.
  const auto context = As("dan");
  const auto reader = stub_->WatchSituation(context.get(), v1::WatchSituationRequest());
  v1::Situation watched;
  ASSERT_TRUE(reader->Read(&watched));
  EXPECT_EQ(watched.smallest_group(), 5);
  for (const v1::GroupCount& count : watched.by_unit()) {
    EXPECT_TRUE(count.suppressed() || count.count() >= 5) << count.group();
  }
  context->TryCancel();
}

TEST_F(MetricsServiceTest, IndicatorsAreSplitAsAsked) {
  v1::ListIndicatorsRequest request;
  request.set_breakdown(v1::BREAKDOWN_UNIT);
  const auto response =
      Call<v1::ListIndicatorsResponse>(&v1::Metrics::Stub::ListIndicators, "siv", request);
  ASSERT_OK(response);
  std::map<std::string, int64_t> cases;
  for (const v1::Indicator& indicator : response->indicators()) {
    if (indicator.id() == "cases") cases[indicator.group()] = indicator.observations();
  }
  EXPECT_THAT(cases, ::testing::ElementsAre(
                         std::pair("hemtjanst", Count("case_figure WHERE unit = 'hemtjanst'")),
                         std::pair("omsorg", Count("case_figure WHERE unit = 'omsorg'")),
                         std::pair("social", Count("case_figure WHERE unit = 'social'"))));
}

TEST_F(MetricsServiceTest, BadFilterNamesTheField) {
  v1::ListIndicatorsRequest request;
  request.mutable_filter()->set_from_month("2026-13");
  const auto response =
      Call<v1::ListIndicatorsResponse>(&v1::Metrics::Stub::ListIndicators, "cleo", request);
  EXPECT_THAT(response, NamesField("filter.from_month"));
  request.mutable_filter()->set_from_month("");
  request.mutable_filter()->set_unit("No Slug");
  EXPECT_THAT(
      (Call<v1::ListIndicatorsResponse>(&v1::Metrics::Stub::ListIndicators, "cleo", request)),
      NamesField("filter.unit"));
}

TEST_F(MetricsServiceTest, WhatWasCommittedIsInTheNextAnswer) {
  for (int i = 0; i < 5; ++i) {
    town_.AddDeviations(3);
    HearAll();
    EXPECT_EQ(ValueOf(*Get("cleo"), "reports"), Count("report_figure"));
  }
}

TEST_F(MetricsServiceTest, WatcherGetsAPictureAtOnceAndAfterEachCommit) {
  const auto context = As("cleo");
  const auto reader = stub_->WatchSituation(context.get(), {});
  v1::Situation situation;
  ASSERT_TRUE(reader->Read(&situation));
  EXPECT_EQ(ValueOf(situation, "reports"), Count("report_figure"));
  for (int i = 0; i < 3; ++i) {
    town_.AddDeviations(10);
    HearAll();
    watchers_.Wake();
    while (ValueOf(situation, "reports") != Count("report_figure") ||
           ValueOf(situation, "cases") != Count("case_figure")) {
      ASSERT_TRUE(reader->Read(&situation));
    }
  }
  context->TryCancel();
  while (reader->Read(&situation)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(MetricsServiceTest, WatchersAreLetInByTheSameRules) {
  v1::WatchSituationRequest request;
  request.mutable_filter()->set_unit("social");
  v1::Situation situation;
  const auto denied = As("sam");
  const auto reader = stub_->WatchSituation(denied.get(), request);
  EXPECT_FALSE(reader->Read(&situation));
  EXPECT_THAT(rpc::FromGrpc(reader->Finish()),
              IsError(absl::StatusCode::kPermissionDenied, "UNIT_OUT_OF_REACH"));
  const auto allowed = As("siv");
  const auto siv = stub_->WatchSituation(allowed.get(), request);
  ASSERT_TRUE(siv->Read(&situation));
  EXPECT_EQ(ValueOf(situation, "cases"),
            Count("case_figure WHERE unit IN ('social', 'omsorg', 'hemtjanst')"));
  allowed->TryCancel();
}

TEST_F(MetricsServiceTest, WatchersTakeNoPlaceOfCallsAndAreBounded) {
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::Situation>>> readers;
  v1::Situation situation;
  for (int i = 0; i < kMostWatchers; ++i) {
    contexts.push_back(As("cleo"));
    readers.push_back(stub_->WatchSituation(contexts.back().get(), {}));
    ASSERT_TRUE(readers.back()->Read(&situation));
  }
  // More of them than there are places of calls, and calls go on.
  static_assert(kMostWatchers > kMostCalls);
  EXPECT_OK(Get("cleo"));
  const auto one_more = As("cleo");
  const auto refused = stub_->WatchSituation(one_more.get(), {});
  EXPECT_FALSE(refused->Read(&situation));
  EXPECT_THAT(rpc::FromGrpc(refused->Finish()),
              IsError(absl::StatusCode::kResourceExhausted, "TOO_MANY_WATCHERS"));
  for (const auto& context : contexts) context->TryCancel();
  // One who has gone is noticed, and leaves a place.
  for (const auto& reader : readers) (void)reader->Finish();
  absl::Status again;
  const absl::Time patience = absl::Now() + absl::Seconds(10);
  do {
    const auto context = As("cleo");
    const auto reader = stub_->WatchSituation(context.get(), {});
    again = reader->Read(&situation) ? absl::OkStatus() : rpc::FromGrpc(reader->Finish());
    context->TryCancel();
  } while (!again.ok() && absl::Now() < patience);
  EXPECT_OK(again);
}

TEST_F(MetricsServiceTest, WatchersAreLetGoBeforeTheServerDrains) {
  const auto context = As("cleo");
  const auto reader = stub_->WatchSituation(context.get(), {});
  v1::Situation situation;
  ASSERT_TRUE(reader->Read(&situation));
  const absl::Time begun = absl::Now();
  watchers_.Stop();
  server_.Stop();
  EXPECT_LT(absl::Now() - begun, absl::Seconds(5));
  EXPECT_FALSE(reader->Read(&situation));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(MetricsServiceTest, RebuildIsBegunByThoseWhoMayAndItsEndIsTold) {
  EXPECT_THAT((Call<v1::RebuildFiguresResponse>(&v1::Metrics::Stub::RebuildFigures, "cleo",
                                                v1::RebuildFiguresRequest())),
              IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
  auto rebuild = Call<v1::Rebuild>(&v1::Metrics::Stub::GetRebuild, "rut", v1::GetRebuildRequest());
  ASSERT_OK(rebuild);
  EXPECT_EQ(rebuild->state(), v1::REBUILD_STATE_UNSPECIFIED);
  const v1::Situation before = *Get("cleo");
  const auto begun = Call<v1::RebuildFiguresResponse>(&v1::Metrics::Stub::RebuildFigures, "rut",
                                                      v1::RebuildFiguresRequest());
  ASSERT_OK(begun);
  EXPECT_EQ(begun->rebuild().state(), v1::REBUILD_STATE_RUNNING);
  EXPECT_GT(begun->rebuild().total_events(), 0);
  const absl::Time patience = absl::Now() + absl::Seconds(60);
  do {
    rebuild = Call<v1::Rebuild>(&v1::Metrics::Stub::GetRebuild, "rut", v1::GetRebuildRequest());
    ASSERT_OK(rebuild);
  } while (rebuild->state() == v1::REBUILD_STATE_RUNNING && absl::Now() < patience);
  EXPECT_EQ(rebuild->state(), v1::REBUILD_STATE_DONE) << rebuild->error();
  EXPECT_EQ(rebuild->applied_events(), rebuild->total_events());
  EXPECT_EQ(database_.Value("SELECT actor || ' ' || subject || ' ' || outcome FROM audit_record "
                            "WHERE method LIKE '%RebuildFigures' AND outcome = 'allowed'"),
            "rut figures allowed");
  EXPECT_EQ(Get("cleo")->SerializeAsString(), before.SerializeAsString());
}

TEST_F(MetricsServiceTest, MunicipalityWithoutAnOrganisationIsToldSo) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->AddMetadata("authorization",
                       "Bearer " + issuer_.PersonToken(clock_.Now(), "elsewhere", "cleo"));
  v1::Situation situation;
  // Nobody has a role there but that of an employee.
  EXPECT_THAT(rpc::FromGrpc(stub_->GetSituation(context.get(), {}, &situation)),
              HasCode(absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace avvik::metrics
