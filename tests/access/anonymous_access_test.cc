// Who gets in without a token: every method of every service, by its descriptor, with the roles that ship.
#include <google/protobuf/descriptor_database.h>
#include <grpcpp/test/server_context_test_spouse.h>

#include <cstdlib>
#include <memory>
#include <set>

#include "avvik/intake/v1/receipts.pb.h"
#include "common/clock/fake_clock.h"
#include "common/identity/test_issuer.h"
#include "common/ids/id_source.h"
#include "common/rpc/environment.h"
#include "common/status/error.h"
#include "tests/support/status_matchers.h"

namespace avvik::rpc {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;

std::string RolesFile() {
  const char* root = std::getenv("AVVIK_SOURCE_DIR");
  return std::string(root != nullptr ? root : ".") + "/deploy/roles.yaml";
}

std::vector<const google::protobuf::ServiceDescriptor*> Services() {
  std::vector<std::string> names;
  DescriptorPool::internal_generated_database()->FindAllFileNames(&names);
  std::vector<const google::protobuf::ServiceDescriptor*> services;
  for (const std::string& name : names) {
    if (name.rfind("avvik/", 0) != 0) continue;
    const auto* file = DescriptorPool::generated_pool()->FindFileByName(name);
    for (int i = 0; i < file->service_count(); ++i) services.push_back(file->service(i));
  }
  return services;
}

class AnonymousAccessTest : public ::testing::Test {
 protected:
  std::unique_ptr<Environment> Make(const organisation::RoleCatalogue& roles) {
    return std::make_unique<Environment>(
        Environment::Parts{clock_, ids_, verifier_, directory_, roles, recorder_, telemetry_}, 4);
  }
  // A request of the method that is well formed as far as its tenant goes.
  std::unique_ptr<Message> Request(const MethodDescriptor& method) {
    std::unique_ptr<Message> request(
        MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
    const auto* tenant = method.input_type()->FindFieldByName("tenant");
    if (tenant != nullptr) request->GetReflection()->SetString(request.get(), tenant, "kalix");
    return request;
  }

  FakeClock clock_{absl::FromUnixSeconds(1'795'000'000)};
  Uuid7Source ids_{clock_};
  identity::TestIssuer issuer_;
  identity::TokenVerifier verifier_{{.rules = issuer_.rules()}, issuer_, clock_};
  organisation::Directory directory_{clock_, nullptr, nullptr};
  pg::Pool pool_{{}, 1};  // Never asked.
  audit::Recorder recorder_{pool_};
  telemetry::Registry telemetry_;
};

TEST_F(AnonymousAccessTest, WithoutATokenOnlyTheDeclaredMethodsGetPastTheDoor) {
  const auto roles = organisation::RoleCatalogue::Load(RolesFile());
  ASSERT_OK(roles);
  const auto environment = Make(*roles);
  std::set<std::string> open;
  int methods = 0;
  for (const auto* service : Services()) {
    ASSERT_OK(environment->Declare(service->full_name()));
    for (int i = 0; i < service->method_count(); ++i, ++methods) {
      const auto request = Request(*service->method(i));
      const grpc::ServerContext context;
      const auto call = environment->Begin(context, *request, Environment::Place::kNone);
      if (status::ReasonOf(call.status()) != "TOKEN_MISSING") {
        open.insert(service->name() + "/" + service->method(i)->name());
      }
    }
  }
  EXPECT_GT(methods, 40);
  EXPECT_THAT(open, ::testing::ElementsAre("Attachments/UploadByTicket", "Portal/GetAppearance",
                                           "Receipts/CreateChallenge", "Receipts/OpenReceipt",
                                           "Receipts/OpenUpload", "Receipts/ReplyByReceipt",
                                           "Receipts/SubmitAnonymousReport"));
}

TEST_F(AnonymousAccessTest, WhoeverCallsIsNobodyWhateverComesAlong) {
  const auto roles = organisation::RoleCatalogue::Load(RolesFile());
  ASSERT_OK(roles);
  const auto environment = Make(*roles);
  ASSERT_OK(environment->Declare("avvik.intake.v1.Receipts"));
  intake::v1::CreateChallengeRequest request;
  request.set_tenant("kalix");
  for (const std::string& token :
       {issuer_.PersonToken(clock_.Now(), "orebro", "anna.berg"), std::string("nonsense")}) {
    grpc::ServerContext context;
    grpc::testing::ServerContextTestSpouse spouse(&context);
    spouse.AddClientMetadata("authorization", "Bearer " + token);
    spouse.AddClientMetadata("avvik-tenant", "orebro");
    spouse.AddClientMetadata("traceparent",
                             "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    const auto call = environment->Begin(context, request, Environment::Place::kNone);
    ASSERT_OK(call);
    EXPECT_EQ(call->caller().login + call->caller().name + call->caller().email, "");
    EXPECT_EQ(call->tenant(), "kalix");
    EXPECT_EQ(call->trace_parent(), "");
    EXPECT_THAT(call->caller().roles,
                ::testing::ElementsAre(organisation::HeldRole{organisation::v1::ANONYMOUS, ""}));
    EXPECT_FALSE(environment->GrantFor(*call, "reports.submit").allowed());
    const audit::Record trace = call->Trace("reports/1");
    EXPECT_EQ(trace.actor + trace.trace_parent, "");
  }
}

TEST_F(AnonymousAccessTest, TenantThatIsNoNameIsRefused) {
  const auto roles = organisation::RoleCatalogue::Load(RolesFile());
  ASSERT_OK(roles);
  const auto environment = Make(*roles);
  ASSERT_OK(environment->Declare("avvik.intake.v1.Receipts"));
  intake::v1::CreateChallengeRequest request;
  for (const char* tenant : {"", "Kalix kommun", "../orebro"}) {
    request.set_tenant(tenant);
    const grpc::ServerContext context;
    EXPECT_THAT(environment->Begin(context, request, Environment::Place::kNone).status(),
                avvik::testing::NamesField("tenant"));
  }
}

TEST_F(AnonymousAccessTest, DeclarationWithoutTheRoleOpensNothingAndTheRoleWithoutItDoesNotStart) {
  organisation::v1::RoleCatalogue proto;
  const auto closed = *organisation::RoleCatalogue::Create(proto);
  auto environment = Make(closed);
  ASSERT_OK(environment->Declare("avvik.intake.v1.Receipts"));
  intake::v1::CreateChallengeRequest request;
  request.set_tenant("kalix");
  const grpc::ServerContext context;
  EXPECT_THAT(environment->Begin(context, request, Environment::Place::kNone).status(),
              avvik::testing::IsError(absl::StatusCode::kUnauthenticated, "TOKEN_MISSING"));

  auto* role = proto.add_roles();
  role->set_role(organisation::v1::ANONYMOUS);
  auto* grant = role->add_grants();
  grant->set_permission("reports.submit");
  grant->set_reach(organisation::v1::REACH_ALL);
  const auto careless = *organisation::RoleCatalogue::Create(proto);
  environment = Make(careless);
  EXPECT_THAT(environment->Declare("avvik.intake.v1.Intake"),
              avvik::testing::HasCode(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace avvik::rpc
