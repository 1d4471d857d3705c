// What the tests of the gRPC faces share: people with roles, and a server over a real socket, with real
// tokens and a real database.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <utility>

#include "common/events/test_keys.h"
#include "common/identity/test_issuer.h"
#include "common/ids/id_source.h"
#include "common/rpc/peer.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "services/escalation/assessment_service.h"
#include "services/escalation/dossier_service.h"
#include "services/escalation/escalation_service.h"
#include "services/escalation/pg_assessment_store.h"
#include "services/escalation/pg_dossier_store.h"
#include "services/escalation/store_test_support.h"

namespace avvik::escalation {

inline organisation::RoleCatalogue Roles() {
  return *organisation::RoleCatalogue::Create(ParseText<organisation::v1::RoleCatalogue>(R"pb(
    roles {
      role: EMPLOYEE
      grants { permission: "duties.read" reach: REACH_OWN }
      grants { permission: "regimes.read" reach: REACH_ALL }
    }
    roles {
      role: COORDINATOR
      grants { permission: "duties.read" reach: REACH_UNIT }
      grants { permission: "duties.handle" reach: REACH_UNIT }
    }
    roles {
      role: DATA_PROTECTION_OFFICER
      grants { permission: "duties.read" reach: REACH_ALL }
      grants { permission: "duties.handle" reach: REACH_ALL }
      grants { permission: "duties.decide" reach: REACH_ALL }
      grants { permission: "dossiers.approve" reach: REACH_ALL }
    })pb"));
}

// Dora is data protection officer, Sam coordinates social, Bo the company; Eva is an employee.
inline organisation::v1::Organisation People() {
  organisation::v1::Organisation organisation = TestOrganisationProto();
  organisation.MergeFrom(ParseText<organisation::v1::Organisation>(R"pb(
    people {
      login: "dora"
      name: "Dora Ek"
      email: "dora@exempel.se"
      roles { role: DATA_PROTECTION_OFFICER }
    }
    people {
      login: "sam"
      name: "Sam Alm"
      email: "sam@exempel.se"
      roles { role: COORDINATOR unit: "socialnamnden" }
    }
    people {
      login: "bo"
      name: "Bo Lind"
      email: "bo@exempel.se"
      roles { role: COORDINATOR unit: "bolaget" }
    }
    people { login: "eva" name: "Eva Ros" email: "eva@exempel.se" }
  )pb"));
  return organisation;
}

class ServiceTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    ASSERT_OK(directory_.Put(People(), 2));
    clock_.Set(absl::FromUnixMicros(absl::ToUnixMicros(absl::Now())));
    ASSERT_OK(server_.Start());
    stub_ = v1::Escalation::NewStub(rpc::Connect(address_));
  }
  void TearDown() override { server_.Stop(); }

  // A case that was known an hour ago.
  triage::v1::CaseFacts Recent() {
    triage::v1::CaseFacts facts = ToldCase();
    *facts.mutable_aware_time() = rpc::ToProtoTime(clock_.Now() - absl::Hours(1));
    return facts;
  }

  // Calls a method of a service as somebody.
  template <typename Stub, typename Method, typename Request, typename Response>
  absl::StatusOr<Response> CallOn(Stub& stub, Method method, const std::string& login,
                                  const Request& request, Response response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    context.AddMetadata("authorization",
                        "Bearer " + issuer_.PersonToken(clock_.Now(), "kommun", login));
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }
  template <typename Method, typename Request, typename Response>
  absl::StatusOr<Response> Call(Method method, const std::string& login, const Request& request,
                                Response response) {
    return CallOn(*stub_, method, login, request, std::move(response));
  }

  Uuid7Source call_ids_{clock_};
  identity::TestIssuer issuer_;
  identity::TokenVerifier verifier_{{.rules = issuer_.rules()}, issuer_, clock_};
  const organisation::RoleCatalogue roles_ = Roles();
  audit::Recorder recorder_{database_->pool()};
  telemetry::Registry telemetry_;
  rpc::Environment environment_{
      {clock_, call_ids_, verifier_, directory_, roles_, recorder_, telemetry_}, 16};
  events::Publisher publisher_{
      {.source = "escalation",
       .database = database_->settings(),
       .streams = {testing::TestRedis(), events::TestKeys()}}};
  EscalationService service_{environment_, store_, TestRegimes(), publisher_};
  PgAssessmentStore assessments_{database_->pool(), TestRegimes(), *vault_, ids_};
  AssessmentService assessment_service_{environment_, assessments_, TestRegimes(), publisher_};
  PgDossierStore dossier_store_{database_->pool(), ids_, *vault_};
  DossierService dossier_service_{environment_, dossier_store_, TestRegimes(), ids_, publisher_};
  const std::string address_ =
      "unix:/tmp/avvik-escalation-test-" + std::to_string(getpid()) + ".sock";
  rpc::Server server_{
      environment_,
      address_,
      {{&service_, v1::Escalation::service_full_name()},
       {&assessment_service_, v1::Assessments::service_full_name()},
       {&dossier_service_, v1::Dossiers::service_full_name()}},
      absl::Seconds(5)};
  std::unique_ptr<v1::Escalation::Stub> stub_;
};

}  // namespace avvik::escalation
