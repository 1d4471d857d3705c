// For tests of triage's calls: over a real socket, with real tokens, the shipped rights and a real database.
#pragma once

#include <grpcpp/grpcpp.h>

#include "common/events/publisher.h"
#include "common/events/test_keys.h"
#include "common/identity/test_issuer.h"
#include "common/ids/id_source.h"
#include "common/rpc/peer.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "services/triage/case_commands.h"
#include "services/triage/organisation_store.h"
#include "services/triage/store_test_support.h"

namespace avvik::triage {

// What services are made with, and how they are called. Whoever derives from it makes the services and the server at
// `address_`, and starts it.
class ServiceTest : public StoreTest {
 protected:
  // With the organisation of the tests in force; the clock shows the real time, because calls have deadlines.
  void SetUp() override {
    StoreTest::SetUp();
    clock_.Set(absl::FromUnixMicros(absl::ToUnixMicros(absl::Now())));
    ASSERT_OK(organisations_.Apply(TestOrganisationProto(), false, clock_.Now(), Trace("adam")));
  }
  // So that what is told and recorded is of the test's own calls.
  void ForgetWhatWasTold() {
    // The trace refuses to be emptied.
    database_->Run("SET session_replication_role = replica; TRUNCATE event_log, audit_record");
  }

  // Calls a method with a token, or none.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> CallWith(const std::string& token, const std::string& tenant,
                                    grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                 const Request&, Response*),
                                    const Request& request) {
    grpc::ClientContext context;
    // Further off than a test moves its clock.
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(30));
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    if (!tenant.empty()) context.AddMetadata("avvik-tenant", tenant);
    Response response;
    Stub stub(rpc::Connect(address_));
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }
  // Calls a method as somebody of the municipality.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(const std::string& login,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request) {
    return CallWith(issuer_.PersonToken(clock_.Now(), kTenant, login), "", method, request);
  }
  // The same, with the request as text.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(const std::string& login,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const std::string& request) {
    return Call(login, method, ParseText<Request>(request));
  }

  Uuid7Source call_ids_{clock_};
  identity::TestIssuer issuer_;
  identity::TokenVerifier verifier_{{.rules = issuer_.rules()}, issuer_, clock_};
  const organisation::RoleCatalogue roles_ =
      *organisation::RoleCatalogue::Load(Deployed("roles.yaml"));
  audit::Recorder recorder_{database_->pool()};
  telemetry::Registry telemetry_;
  rpc::Environment environment_{
      {clock_, call_ids_, verifier_, directory_, roles_, recorder_, telemetry_}, 16};
  events::Publisher publisher_{
      {.source = "triage",
       .database = database_->settings(),
       .streams = {testing::TestRedis(), events::TestKeys()}}};
  OrganisationStore organisations_{database_->pool(), ids_};
  CaseCommands commands_{environment_, store_, call_ids_};
  const std::string address_ = "unix:/tmp/avvik-triage-test-" + std::to_string(getpid()) + ".sock";
};

}  // namespace avvik::triage
