// What every call passes through, with a real server and client over a socket.
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "avvik/events/v1/event_log.grpc.pb.h"
#include "avvik/intake/v1/intake.grpc.pb.h"
#include "common/clock/fake_clock.h"
#include "common/identity/test_issuer.h"
#include "common/ids/id_source.h"
#include "common/rpc/handle.h"
#include "common/rpc/peer.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "common/status/error.h"
#include "tests/support/certificates.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::rpc {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using avvik::testing::NamesField;
using avvik::testing::TestDatabase;
using ::testing::HasSubstr;
using ::testing::Not;

// A service whose handler does what the test says.
class Inbox final : public events::v1::EventInbox::Service {
 public:
  explicit Inbox(Environment& environment) : environment_(environment) {}
  grpc::Status ReplayParkedEvents(grpc::ServerContext* context,
                                  const events::v1::ReplayParkedEventsRequest* request,
                                  events::v1::ReplayParkedEventsResponse*) override {
    return Handle(environment_, *context, *request, work);
  }

  std::function<absl::Status(Call&)> work = [](Call&) { return absl::OkStatus(); };

 private:
  Environment& environment_;
};

// A service with a read, which gives as many records as the test says.
class Reports final : public intake::v1::Intake::Service {
 public:
  explicit Reports(Environment& environment) : environment_(environment) {}
  grpc::Status ListReports(grpc::ServerContext* context,
                           const intake::v1::ListReportsRequest* request,
                           intake::v1::ListReportsResponse* response) override {
    return Handle(environment_, *context, *request, [&](Call& call) {
      for (int i = 0; i < records; ++i) response->add_reports();
      call.Shows(*response);
      return absl::OkStatus();
    });
  }
  grpc::Status WithdrawReport(grpc::ServerContext* context,
                              const intake::v1::WithdrawReportRequest* request,
                              intake::v1::Report*) override {
    return Handle(environment_, *context, *request, [](Call&) { return absl::OkStatus(); });
  }

  int records = 0;

 private:
  Environment& environment_;
};

// One role with these permissions everywhere.
organisation::RoleCatalogue CatalogueFor(organisation::v1::Role role,
                                         const std::vector<std::string>& permissions = {
                                             "operations.change"}) {
  organisation::v1::RoleCatalogue proto;
  auto* grants = proto.add_roles();
  grants->set_role(role);
  for (const std::string& permission : permissions) {
    auto* grant = grants->add_grants();
    grant->set_permission(permission);
    grant->set_reach(organisation::v1::REACH_ALL);
  }
  return *organisation::RoleCatalogue::Create(proto);
}

// How many lines of a log hold `text`.
size_t Lines(const std::string& log, const std::string& text) {
  const std::vector<std::string> lines = absl::StrSplit(log, '\n');
  return std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.find(text) != std::string::npos;
  });
}

class RpcTest : public ::testing::Test {
 protected:
  void SetUp() override {
    address_ = "unix:/tmp/avvik-rpc-test-" + std::to_string(getpid()) + ".sock";
    Serve(4);
  }
  void Serve(int limit, std::shared_ptr<const Transport> transport = Transport::Plain()) {
    server_.reset();
    environment_ = std::make_unique<Environment>(
        Environment::Parts{clock_, ids_, verifier_, directory_, roles_, recorder_, telemetry_,
                           strong_sign_in_, reads_per_hour_, transport.get()},
        limit);
    inbox_ = std::make_unique<Inbox>(*environment_);
    reports_ = std::make_unique<Reports>(*environment_);
    server_ = std::make_unique<Server>(
        *environment_, address_,
        std::vector<HostedService>{{inbox_.get(), events::v1::EventInbox::service_full_name()},
                                   {reports_.get(), intake::v1::Intake::service_full_name()}},
        absl::Seconds(5), std::move(transport));
    ASSERT_OK(server_->Start());
    stub_ = events::v1::EventInbox::NewStub(Connect(address_));
  }

  absl::Status Call(const std::string& token, const std::string& service = "triage",
                    const std::map<std::string, std::string>& metadata = {}) {
    grpc::ClientContext context;
    // Further off than a test moves its clock.
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(30));
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
    events::v1::ReplayParkedEventsRequest request;
    request.set_service(service);
    request.set_subject("words about Anna");
    events::v1::ReplayParkedEventsResponse response;
    return FromGrpc(stub_->ReplayParkedEvents(&context, request, &response));
  }
  absl::Status List(const std::string& token) {
    const auto context = Context(token);
    intake::v1::ListReportsResponse response;
    return FromGrpc(intake::v1::Intake::NewStub(Connect(address_))
                        ->ListReports(context.get(), intake::v1::ListReportsRequest(), &response));
  }
  absl::Status Withdraw(const std::string& token) {
    const auto context = Context(token);
    intake::v1::WithdrawReportRequest request;
    request.set_report_id("AVV-2026-000001");
    request.set_reason("x");
    intake::v1::Report response;
    return FromGrpc(intake::v1::Intake::NewStub(Connect(address_))
                        ->WithdrawReport(context.get(), request, &response));
  }
  static std::unique_ptr<grpc::ClientContext> Context(const std::string& token) {
    auto context = std::make_unique<grpc::ClientContext>();
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(30));
    context->AddMetadata("authorization", "Bearer " + token);
    return context;
  }
  std::string Service() {
    return issuer_.MachineToken(clock_.Now(), "avvik-test", "avvik.service");
  }
  std::string Employee() { return issuer_.PersonToken(clock_.Now(), "kalix", "anna.berg"); }
  std::string Trail() {
    EXPECT_OK(recorder_.RunOnce());
    return database_.Value(
        "SELECT coalesce(string_agg(actor || ' ' || outcome || ' ' || reason, ', '), '') FROM "
        "audit_record");
  }

  TestDatabase database_{audit::Migrations()};
  FakeClock clock_{absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()))};
  Uuid7Source ids_{clock_};
  identity::TestIssuer issuer_;
  identity::TokenVerifier verifier_{{.rules = issuer_.rules()}, issuer_, clock_};
  organisation::Directory directory_{clock_, nullptr, nullptr};
  organisation::RoleCatalogue roles_ = CatalogueFor(organisation::v1::SERVICE);
  StrongSignIn strong_sign_in_;
  int reads_per_hour_ = 0;
  audit::Recorder recorder_{database_.pool()};
  telemetry::Registry telemetry_;
  std::string address_;
  std::unique_ptr<Environment> environment_;
  std::unique_ptr<Inbox> inbox_;
  std::unique_ptr<Reports> reports_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<events::v1::EventInbox::Stub> stub_;
};

TEST_F(RpcTest, CallWithoutTokenIsUnauthenticated) {
  EXPECT_THAT(Call(""), IsError(absl::StatusCode::kUnauthenticated, "TOKEN_MISSING"));
  EXPECT_THAT(Call("nonsense"), HasCode(absl::StatusCode::kUnauthenticated));
}

TEST_F(RpcTest, RoleWithoutThePermissionIsDeniedAndTheDenialIsOnRecord) {
  EXPECT_THAT(Call(Employee()), IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
  EXPECT_EQ(Trail(), "anna.berg denied PERMISSION");
}

TEST_F(RpcTest, PermissionThatTakesAStrongSignInIsDeniedToAWeakOneOnRecord) {
  roles_ = CatalogueFor(organisation::v1::EMPLOYEE);
  strong_sign_in_ = *StrongSignIn::Make("operations.change", "urn:loa3, mfa", roles_);
  Serve(4);
  const auto signed_in = [&](const std::string& acr) {
    return issuer_.PersonToken(clock_.Now(), "kalix", "anna.berg", acr);
  };
  const auto is_denied = IsError(absl::StatusCode::kPermissionDenied, "STRONG_SIGN_IN");
  EXPECT_THAT(Call(Employee()), is_denied);
  EXPECT_THAT(Call(signed_in("urn:loa2")), is_denied);
  EXPECT_EQ(Trail(), "anna.berg denied STRONG_SIGN_IN, anna.berg denied STRONG_SIGN_IN");
  inbox_->work = [&](rpc::Call& call) {
    EXPECT_TRUE(environment_->GrantFor(call, "operations.change").allowed());
    return absl::OkStatus();
  };
  EXPECT_OK(Call(signed_in("urn:loa3")));
  EXPECT_OK(Call(signed_in("mfa")));
}

TEST_F(RpcTest, OtherPermissionThatTakesAStrongSignInReachesNowhereForAWeakOne) {
  roles_ = CatalogueFor(organisation::v1::EMPLOYEE, {"operations.change", "reports.reveal"});
  strong_sign_in_ = *StrongSignIn::Make("reports.reveal", "mfa", roles_);
  Serve(4);
  bool reaches = true;
  inbox_->work = [&](rpc::Call& call) {
    reaches = environment_->GrantFor(call, "reports.reveal").allowed();
    EXPECT_EQ(environment_->VisibilityFor(call, "reports.reveal").spheres.empty(), !reaches);
    return absl::OkStatus();
  };
  EXPECT_OK(Call(Employee()));
  EXPECT_FALSE(reaches);
  EXPECT_OK(Call(issuer_.PersonToken(clock_.Now(), "kalix", "anna.berg", "mfa")));
  EXPECT_TRUE(reaches);
}

TEST_F(RpcTest, StrongSignInIsAskedOfNoMachineAndUnlessSetOfNobody) {
  strong_sign_in_ = *StrongSignIn::Make("operations.change", "mfa", roles_);
  Serve(4);
  EXPECT_OK(Call(Service()));
  roles_ = CatalogueFor(organisation::v1::EMPLOYEE);
  strong_sign_in_ = *StrongSignIn::Make("", "", roles_);
  Serve(4);
  EXPECT_OK(Call(Employee()));
}

TEST_F(RpcTest, StrongSignInThatCouldNotBeOrIsMisspeltDoesNotStart) {
  EXPECT_THAT(StrongSignIn::Make("operations.change", "", roles_), Not(avvik::testing::IsOk()));
  EXPECT_THAT(StrongSignIn::Make("", "mfa", roles_), Not(avvik::testing::IsOk()));
  EXPECT_THAT(StrongSignIn::Make("operations.chnage", "mfa", roles_), Not(avvik::testing::IsOk()));
}

TEST_F(RpcTest, GrantedCallReachesTheHandlerAsItsCaller) {
  std::string login;
  inbox_->work = [&](rpc::Call& call) {
    login = call.caller().login;
    EXPECT_TRUE(call.caller().machine);
    EXPECT_TRUE(call.grant().spheres.at(type::v1::SPHERE_OPEN).everything);
    return absl::OkStatus();
  };
  EXPECT_OK(Call(Service()));
  EXPECT_EQ(login, "avvik-test");
}

TEST_F(RpcTest, RequestThatBreaksItsProtosBoundsNamesTheField) {
  EXPECT_THAT(Call(Service(), "No Slug"), NamesField("service"));
}

TEST_F(RpcTest, RefusedInputLeavesALineWithItsFieldsAndNeverItsContent) {
  ::testing::internal::CaptureStderr();
  EXPECT_THAT(Call(Service(), "No Slug Anna"), NamesField("service"));
  inbox_->work = [](rpc::Call&) {
    return status::InvalidFields({{"stages[2].id", "must be there"}, {"Anna Berg", "is no name"}});
  };
  EXPECT_THAT(Call(Service()), NamesField("stages[2].id"));
  EXPECT_THAT(Call("", "No Slug Anna"),
              IsError(absl::StatusCode::kUnauthenticated, "TOKEN_MISSING"));
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(Lines(log, "input_refused"), 2u) << log;
  EXPECT_THAT(log, HasSubstr(R"("event":"input_refused",)"
                             R"("method":"avvik.events.v1.EventInbox/ReplayParkedEvents",)"
                             R"("reason":"INVALID_FIELDS","fields":"service","reference":")"));
  EXPECT_THAT(log, HasSubstr(R"("fields":"stages[2].id,?")"));
  EXPECT_THAT(log, Not(HasSubstr("Anna")));
  EXPECT_THAT(log, Not(HasSubstr("avvik-test")));
}

TEST_F(RpcTest, RefusalsDoNotFloodTheLog) {
  const std::string token = Service();
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 80; ++i) {
    EXPECT_THAT(Call(token, "No Slug"), NamesField("service"));
    EXPECT_THAT(Call("nonsense"), HasCode(absl::StatusCode::kUnauthenticated));
  }
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(Call(token, "No Slug"), NamesField("service"));
  EXPECT_THAT(Call("nonsense"), HasCode(absl::StatusCode::kUnauthenticated));
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(Lines(log, "input_refused"), 61u);
  EXPECT_EQ(Lines(log, "token_refused"), 61u);
  EXPECT_EQ(Lines(log, R"("left_out":20})"), 2u) << log;
}

TEST_F(RpcTest, FailedChangeIsOnRecordWithItsReason) {
  inbox_->work = [](rpc::Call&) {
    return status::Error(absl::StatusCode::kAborted, "changed", "CASE_CHANGED");
  };
  EXPECT_THAT(Call(Service()), IsError(absl::StatusCode::kAborted, "CASE_CHANGED"));
  EXPECT_EQ(Trail(), "avvik-test failed CASE_CHANGED");
}

TEST_F(RpcTest, RecordSaysWhatWasAskedFromWhereAndForWhom) {
  inbox_->work = [](rpc::Call&) {
    return status::Error(absl::StatusCode::kNotFound, "not for you", "CASE_NOT_FOUND");
  };
  EXPECT_THAT(Call(Service(), "triage",
                   {{kClientMetadata, "2001:db8::7"}, {kOnBehalfOfMetadata, "anna.berg"}}),
              HasCode(absl::StatusCode::kNotFound));
  ASSERT_OK(recorder_.RunOnce());
  EXPECT_EQ(database_.Value("SELECT concat_ws(' ', outcome, reason, subject, detail, client, "
                            "on_behalf_of) FROM audit_record"),
            "denied CASE_NOT_FOUND services/triage/parked-events subject 2001:db8::7 anna.berg");
}

TEST_F(RpcTest, HandlerNamesTheSubjectAndWhomAStandInActsFor) {
  inbox_->work = [](rpc::Call& call) {
    call.set_subject("cases/0192D3A4-5B6C-7D8E-9F01-23456789ABCD");
    call.set_on_behalf_of("siv.ek");
    return absl::AbortedError("");
  };
  EXPECT_THAT(Call(Service(), "triage", {{kClientMetadata, "no address"}}),
              HasCode(absl::StatusCode::kAborted));
  ASSERT_OK(recorder_.RunOnce());
  EXPECT_EQ(database_.Value("SELECT concat_ws(' ', outcome, subject, client || '.', on_behalf_of) "
                            "FROM audit_record"),
            "failed cases/0192d3a4-5b6c-7d8e-9f01-23456789abcd . siv.ek");
}

TEST_F(RpcTest, OnlyAMachineSaysForWhomItActs) {
  const auto acts_for = [](const std::string& login) {
    return std::map<std::string, std::string>{{kOnBehalfOfMetadata, login}};
  };
  EXPECT_THAT(Call(Employee(), "triage", acts_for("siv.ek")),
              IsError(absl::StatusCode::kPermissionDenied, "CALLER_ON_BEHALF_OF"));
  EXPECT_THAT(Call(Service(), "triage", acts_for("No Login")),
              IsError(absl::StatusCode::kPermissionDenied, "CALLER_ON_BEHALF_OF"));
  EXPECT_OK(Call(Service(), "triage", acts_for("siv.ek")));
}

TEST_F(RpcTest, ExceptionBecomesAnInternalErrorThatSaysNothing) {
  inbox_->work = [](rpc::Call&) -> absl::Status { throw std::runtime_error("SELECT secret"); };
  const absl::Status status = Call(Service());
  EXPECT_THAT(status, HasCode(absl::StatusCode::kInternal));
  EXPECT_EQ(std::string(status.message()).find("secret"), std::string::npos);
}

TEST_F(RpcTest, CallsBeyondTheLimitAreRefusedAtOnce) {
  Serve(1);
  absl::Status second;
  inbox_->work = [&](rpc::Call&) {
    second = Call(Service());
    return absl::OkStatus();
  };
  EXPECT_OK(Call(Service()));
  EXPECT_THAT(second, IsError(absl::StatusCode::kResourceExhausted, "OVERLOADED"));
}

TEST_F(RpcTest, WhoReadsMoreThanAnybodysWorkTakesIsRefusedOnRecordAndStillReports) {
  roles_ = CatalogueFor(organisation::v1::EMPLOYEE, {"reports.read", "reports.supplement"});
  reads_per_hour_ = 100;
  Serve(4);
  reports_->records = 60;
  EXPECT_OK(List(Employee()));
  EXPECT_OK(List(Employee()));
  EXPECT_THAT(List(Employee()), IsError(absl::StatusCode::kResourceExhausted, "READ_BUDGET"));
  EXPECT_THAT(telemetry_.Text(), HasSubstr("avvik_read_budget_refused_total 1"));
  EXPECT_THAT(Trail(), HasSubstr("anna.berg denied READ_BUDGET"));
  EXPECT_OK(Withdraw(Employee()));
  EXPECT_OK(List(issuer_.PersonToken(clock_.Now(), "kalix", "bo.ek")));
  clock_.Advance(absl::Minutes(13));
  EXPECT_OK(List(Employee()));
}

TEST_F(RpcTest, MachinesReadAsMuchAsTheyAsk) {
  roles_ = CatalogueFor(organisation::v1::SERVICE, {"reports.read"});
  reads_per_hour_ = 100;
  Serve(4);
  reports_->records = 600;
  EXPECT_OK(List(Service()));
  EXPECT_OK(List(Service()));
}

TEST_F(RpcTest, TokenOfAServiceBesideTheCertificateOfAnotherIsRefused) {
  const avvik::testing::TestAuthority authority;
  const auto as = [&](const std::string& service, const std::string& names) {
    const auto transport = Transport::Make(authority.Certify(service, names));
    EXPECT_OK(transport);
    stub_ = events::v1::EventInbox::NewStub(
        (*transport)->Connect("triage", address_, Transport::Connection::kOwn));
  };
  Serve(4, *Transport::Make(authority.Certify("triage")));
  as("own", "DNS:avvik-metrics,DNS:avvik-test");
  EXPECT_OK(Call(Service()));
  as("other", "DNS:avvik-metrics");
  EXPECT_THAT(Call(Service()), IsError(absl::StatusCode::kPermissionDenied, "PEER_NAME"));
  // What a person may is not the certificate's to say.
  EXPECT_THAT(Call(Employee()), IsError(absl::StatusCode::kPermissionDenied, "PERMISSION"));
  as("stranger", "DNS:avvik-test");
  EXPECT_THAT(Call(Service()), IsError(absl::StatusCode::kPermissionDenied, "PEER_NAME"));
}

TEST_F(RpcTest, CallOfARevokedCertificateIsRefusedAlsoOnAConnectionThatIsOpen) {
  const avvik::testing::TestAuthority authority;
  TransportSettings settings = authority.Certify("triage");
  settings.revoked = authority.Revoke({});
  Serve(4, *Transport::Make(settings));
  const auto transport = Transport::Make(authority.Certify("own", "DNS:avvik-metrics,DNS:avvik-test"));
  ASSERT_OK(transport);
  const auto channel = (*transport)->Connect("triage", address_, Transport::Connection::kOwn);
  stub_ = events::v1::EventInbox::NewStub(channel);
  ASSERT_OK(Call(Service()));
  authority.Revoke({"own"});
  absl::Status refused;
  const absl::Time patience = absl::Now() + absl::Seconds(20);
  do {
    refused = Call(Service());
  } while (refused.ok() && absl::Now() < patience);
  EXPECT_THAT(refused, IsError(absl::StatusCode::kPermissionDenied, "PEER_REVOKED"));
  // It is the same connection.
  EXPECT_EQ(channel->GetState(/*try_to_connect=*/false), GRPC_CHANNEL_READY);
}

TEST_F(RpcTest, MethodWithoutDeclaredAccessDoesNotStart) {
  EXPECT_THAT(environment_->Declare("grpc.reflection.v1alpha.ServerReflection"),
              ::testing::Not(avvik::testing::IsOk()));
}

TEST_F(RpcTest, StoppedServerLetsTheCallUnderWayEnd) {
  std::thread stop;
  inbox_->work = [&](rpc::Call&) {
    stop = std::thread([this] { server_->Stop(); });
    return absl::OkStatus();
  };
  EXPECT_OK(Call(Service()));
  stop.join();
}

}  // namespace
}  // namespace avvik::rpc
