#include "common/identity/caller.h"

#include "common/status/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::identity {
namespace {

using organisation::HeldRole;
using ::testing::ElementsAre;

Claims Person() {
  Claims claims;
  claims.subject = "anna.berg";
  claims.client_id = "avvik-web";
  claims.tenant = "kalix";
  claims.name = "Anna Berg";
  claims.email = "anna.berg@kalix.example";
  return claims;
}

Claims Machine(const std::string& scope) {
  Claims claims;
  claims.subject = "avvik-triage";
  claims.client_id = "avvik-triage";
  claims.scopes = {"other", scope};
  return claims;
}

std::string Reason(const Claims& claims, const std::string& tenant_metadata) {
  const auto caller = CallerFromClaims(claims, tenant_metadata);
  return caller.ok() ? "OK" : status::ReasonOf(caller.status());
}

TEST(CallerTest, APersonIsAnEmployeeOfTheTenant) {
  const auto caller = CallerFromClaims(Person(), "");
  ASSERT_TRUE(caller.ok());
  EXPECT_FALSE(caller->machine);
  EXPECT_EQ(caller->tenant, "kalix");
  EXPECT_EQ(caller->login, "anna.berg");
  EXPECT_EQ(caller->email, "anna.berg@kalix.example");
  EXPECT_THAT(caller->roles, ElementsAre(HeldRole{organisation::v1::EMPLOYEE, ""}));
}

TEST(CallerTest, APersonsTokenNeverGivesAMachinesRole) {
  Claims claims = Person();
  claims.scopes = {kServiceScope, kTicketSystemScope, kOperatorScope};
  const auto caller = CallerFromClaims(claims, "");
  ASSERT_TRUE(caller.ok());
  EXPECT_THAT(caller->roles, ElementsAre(HeldRole{organisation::v1::EMPLOYEE, ""}));
  EXPECT_EQ(Reason(claims, "kalundborg"), "CALLER_TENANT");
}

TEST(CallerTest, APersonNeedsATenant) {
  Claims claims = Person();
  for (const char* tenant : {"", "Kalix", "a b", "../x"}) {
    claims.tenant = tenant;
    EXPECT_EQ(Reason(claims, ""), "TOKEN_TENANT") << tenant;
  }
  claims.tenant = std::string(41, 'a');
  EXPECT_EQ(Reason(claims, ""), "TOKEN_TENANT");
}

TEST(CallerTest, AServiceNamesTheTenantItSpeaksAbout) {
  const auto caller = CallerFromClaims(Machine(kServiceScope), "kalix");
  ASSERT_TRUE(caller.ok());
  EXPECT_TRUE(caller->machine);
  EXPECT_EQ(caller->tenant, "kalix");
  EXPECT_THAT(caller->roles, ElementsAre(HeldRole{organisation::v1::SERVICE, ""}));
  EXPECT_EQ(CallerFromClaims(Machine(kServiceScope), "")->tenant, "");
  EXPECT_EQ(Reason(Machine(kServiceScope), "Kalix"), "INVALID_FIELDS");
}

TEST(CallerTest, AServiceOfOneTenantStaysThere) {
  Claims claims = Machine(kServiceScope);
  claims.tenant = "kalix";
  EXPECT_EQ(CallerFromClaims(claims, "")->tenant, "kalix");
  EXPECT_EQ(CallerFromClaims(claims, "kalix")->tenant, "kalix");
  EXPECT_EQ(Reason(claims, "kalundborg"), "CALLER_TENANT");
}

TEST(CallerTest, AnOperatorAdministersTheTenantItNames) {
  const auto caller = CallerFromClaims(Machine(kOperatorScope), "kalix");
  ASSERT_TRUE(caller.ok());
  EXPECT_TRUE(caller->machine);
  EXPECT_EQ(caller->tenant, "kalix");
  EXPECT_THAT(caller->roles, ElementsAre(HeldRole{organisation::v1::ADMINISTRATOR, ""}));
}

TEST(CallerTest, ATicketSystemStaysInItsTenant) {
  Claims claims = Machine(kTicketSystemScope);
  EXPECT_EQ(Reason(claims, ""), "TOKEN_TENANT");
  EXPECT_EQ(Reason(claims, "kalix"), "CALLER_TENANT");
  claims.tenant = "kalix";
  const auto caller = CallerFromClaims(claims, "");
  ASSERT_TRUE(caller.ok());
  EXPECT_THAT(caller->roles, ElementsAre(HeldRole{organisation::v1::TICKET_SYSTEM, ""}));
}

TEST(CallerTest, AMachineWithoutAKnownScopeIsNobody) {
  EXPECT_EQ(Reason(Machine("avvik.servic"), ""), "CALLER_SCOPE");
  EXPECT_EQ(Reason(Machine("AVVIK.SERVICE"), "kalix"), "CALLER_SCOPE");
}

}  // namespace
}  // namespace avvik::identity
