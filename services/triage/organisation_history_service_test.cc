// Who would get a case, the versions of the organisation and the catalogues, over a real socket with real
// tokens, the shipped rights and a real database.
#include "services/triage/organisation_history_service.h"


#include "services/triage/catalogues_service.h"
#include "services/triage/service_test_support.h"

namespace avvik::triage {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using avvik::testing::NamesField;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OrganisationHistoryTest : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    ASSERT_OK(server_.Start());
  }
  void TearDown() override { server_.Stop(); }

  absl::StatusOr<Applied> Apply(const organisation::v1::Organisation& wanted,
                                std::optional<int64_t> decided_on = std::nullopt) {
    return organisations_.Apply(wanted, false, clock_.Now(), Trace("adam"), decided_on);
  }
  static organisation::v1::Organisation Renamed(const std::string& name) {
    organisation::v1::Organisation proto = TestOrganisationProto();
    proto.set_name(name);
    return proto;
  }

  using History = v1::OrganisationHistory::Stub;
  absl::StatusOr<v1::ExplainOrganisationResponse> Explain(
      const std::string& login, const v1::ExplainOrganisationRequest& request) {
    return Call(login, &History::ExplainOrganisation, request);
  }
  absl::StatusOr<v1::ExplainOrganisationResponse> Explain(const std::string& login,
                                                          const std::string& request) {
    return Explain(login, ParseText<v1::ExplainOrganisationRequest>(request));
  }
  absl::StatusOr<v1::ListOrganisationVersionsResponse> List(const std::string& login,
                                                            const std::string& request = "") {
    return Call(login, &History::ListOrganisationVersions,
                ParseText<v1::ListOrganisationVersionsRequest>(request));
  }
  absl::StatusOr<v1::OrganisationVersion> Get(const std::string& login, int64_t version) {
    v1::GetOrganisationVersionRequest request;
    request.set_version(version);
    return Call(login, &History::GetOrganisationVersion, request);
  }

  OrganisationHistoryService history_service_{environment_, organisations_, ShippedRules()};
  CataloguesService catalogues_service_{environment_, roles_, ShippedRules(), TestCampaigns()};
  rpc::Server server_{environment_,
                      address_,
                      {{&history_service_, v1::OrganisationHistory::service_full_name()},
                       {&catalogues_service_, v1::Catalogues::service_full_name()}},
                      absl::Seconds(5)};
};

// ---- Who would get a case ----

TEST_F(OrganisationHistoryTest, SaysWhoWouldGetACaseAndWhy) {
  const auto explained = Explain(
      "ove", "category: CATEGORY_LOST_DEVICE unit: 'hemtjanst' personal_data: ANSWER_YES");
  ASSERT_OK(explained);
  EXPECT_EQ(explained->owner().login(), "sam");
  EXPECT_EQ(explained->owner().name(), "Sam Alm");
  EXPECT_EQ(explained->owner().unit(), "omsorg");
  EXPECT_EQ(explained->owner_rule(), "unit-coordinator");
  ASSERT_EQ(explained->drawn_in_size(), 1);
  EXPECT_EQ(explained->drawn_in(0).login(), "dora");
  EXPECT_EQ(explained->sphere(), type::v1::SPHERE_PERSONAL_DATA);
  EXPECT_EQ(explained->controller_unit(), "social");
  EXPECT_NE(explained->classification().severity(), type::v1::SEVERITY_UNSPECIFIED);
  EXPECT_FALSE(explained->classification().severity_reasons().empty());
  EXPECT_EQ(explained->version(), 1);
  EXPECT_GE(explained->steps_size(), 3);
}

TEST_F(OrganisationHistoryTest, AsksAnOrganisationThatIsNotInForce) {
  v1::ExplainOrganisationRequest request;
  request.set_unit("hemtjanst");
  *request.mutable_organisation() = TestOrganisationProto();
  request.mutable_organisation()->MergeFrom(ParseText<organisation::v1::Organisation>(
      "people { login: 'ny' name: 'Ny Vik' email: 'ny@by.example' roles { role: COORDINATOR unit: "
      "'hemtjanst' } } stand_ins { id: 's' person: 'ove' absent: 'ny' first_day: '2026-01-01' "
      "last_day: '2099-12-31' }"));
  const auto explained = Explain("adam", request);
  ASSERT_OK(explained);
  EXPECT_EQ(explained->owner().name(), "Ny Vik");
  EXPECT_EQ(explained->version(), 0);
  ASSERT_EQ(explained->acting_size(), 1);
  EXPECT_EQ(explained->acting(0).name(), "Ove Lund");
  EXPECT_EQ(explained->acting(0).absent(), "ny");
  EXPECT_EQ(explained->acting(0).last_day(), "2099-12-31");
  // Nothing came of it.
  EXPECT_EQ(Count("organisation"), "1");
  EXPECT_EQ(Explain("adam", "unit: 'hemtjanst'")->owner().login(), "sam");
  request.mutable_organisation()->mutable_systems(0)->set_owner("nobody");
  EXPECT_THAT(Explain("adam", request), NamesField("organisation.systems[0].owner"));
  request.mutable_organisation()->set_tenant("grannen");
  EXPECT_THAT(Explain("adam", request),
              IsError(absl::StatusCode::kPermissionDenied, "OTHER_TENANT"));
}

// ---- Versions ----

TEST_F(OrganisationHistoryTest, EveryVersionSaysWhenByWhomAndWhatChanged) {
  const absl::Time first = clock_.Now();
  clock_.Advance(absl::Minutes(1));
  ASSERT_OK(Apply(Renamed("Nya kommunen")));
  clock_.Advance(absl::Minutes(1));
  ASSERT_OK(Apply(Renamed("Nyare kommunen")));
  const auto page = List("root", "page_size: 2");
  ASSERT_OK(page);
  EXPECT_EQ(page->total_size(), 3);
  ASSERT_EQ(page->versions_size(), 2);
  EXPECT_EQ(page->versions(0).version(), 3);
  EXPECT_EQ(page->versions(0).applied_by(), "adam");
  ASSERT_EQ(page->versions(1).changes_size(), 1);
  EXPECT_EQ(page->versions(1).changes(0).subject(), "name");
  EXPECT_EQ(page->versions(1).changes(0).kind(), v1::CHANGE_KIND_CHANGED);
  EXPECT_FALSE(page->versions(0).has_organisation());
  const auto rest = List("root", "page_size: 2 page_token: '" + page->next_page_token() + "'");
  ASSERT_OK(rest);
  ASSERT_EQ(rest->versions_size(), 1);
  EXPECT_EQ(rest->versions(0).version(), 1);
  EXPECT_EQ(rpc::FromProtoTime(rest->versions(0).apply_time()), first);
  EXPECT_GT(rest->versions(0).changes_size(), 10);
  EXPECT_EQ(rest->next_page_token(), "");
}

TEST_F(OrganisationHistoryTest, OneVersionIsReadAsItWas) {
  ASSERT_OK(Apply(Renamed("Nya kommunen")));
  const auto old = Get("adam", 1);
  ASSERT_OK(old);
  EXPECT_EQ(old->organisation().name(), "Bys kommun");
  EXPECT_EQ(old->organisation().people(0).email(), "cleo@by.example");
  const auto now = Get("root", 2);
  ASSERT_OK(now);
  EXPECT_EQ(now->organisation().name(), "Nya kommunen");
  ASSERT_EQ(now->changes_size(), 1);
  EXPECT_EQ(now->organisation().people(0).email(), "");
  EXPECT_THAT(Get("adam", 3), IsError(absl::StatusCode::kNotFound, "VERSION_NOT_FOUND"));
  EXPECT_THAT(Get("adam", 0), NamesField("version"));
}

TEST_F(OrganisationHistoryTest, VersionsAreForThoseWhoRunOrExamineAvvik) {
  EXPECT_OK(List("cleo"));
  EXPECT_OK(List("adam"));
  for (const char* login : {"ove", "sam", "siv", "dora", "nobody"}) {
    EXPECT_THAT(List(login), HasCode(absl::StatusCode::kPermissionDenied)) << login;
    EXPECT_THAT(Get(login, 1), HasCode(absl::StatusCode::kPermissionDenied)) << login;
  }
}

TEST_F(OrganisationHistoryTest, WhoDecidedOnAnOlderVersionIsToldWhatChanged) {
  ASSERT_OK(Apply(Renamed("Nya kommunen"), 1));
  const auto late = Apply(Renamed("En annan"), 1);
  EXPECT_THAT(late, IsError(absl::StatusCode::kAborted, "ORGANISATION_CHANGED"));
  EXPECT_THAT(late.status().message(), HasSubstr("since: name"));
  EXPECT_EQ(Count("organisation"), "2");
  // The same sent again after a lost answer is what is in force.
  const auto again = Apply(Renamed("Nya kommunen"), 1);
  ASSERT_OK(again);
  EXPECT_THAT(again->changes, IsEmpty());
  EXPECT_OK(Apply(Renamed("En annan"), 2));
}

// ---- Catalogues ----

TEST_F(OrganisationHistoryTest, RolesAreWhatEveryCallIsDecidedBy) {
  const auto listed =
      Call("ove", &v1::Catalogues::Stub::ListRoles, v1::ListRolesRequest());
  ASSERT_OK(listed);
  for (const v1::RoleDescription& role : listed->roles()) {
    for (const organisation::v1::Grant& grant : role.grants()) {
      EXPECT_EQ(roles_.ReachOf(role.role(), grant.permission()), grant.reach());
      for (const auto sphere : organisation::kSpheres) {
        const auto& spheres = grant.spheres();
        const bool listed_there =
            std::find(spheres.begin(), spheres.end(), sphere) != spheres.end();
        EXPECT_EQ(grant.reach() != organisation::v1::REACH_OWN &&
                      roles_.ReachesInto(role.role(), grant.permission(), sphere),
                  listed_there)
            << grant.permission();
      }
    }
    if (role.role() == organisation::v1::COORDINATOR) {
      EXPECT_EQ(role.title(), "samordnare");
      EXPECT_EQ(role.holders(), 3);
    }
  }
  EXPECT_EQ(listed->roles_size(), 16);
}

TEST_F(OrganisationHistoryTest, ClassificationRulesAreThoseInUse) {
  const auto rules = Call("adam", &v1::Catalogues::Stub::GetClassificationRules,
                          v1::GetClassificationRulesRequest());
  ASSERT_OK(rules);
  EXPECT_EQ(rules->classification().SerializeAsString(), ShippedRules().proto().SerializeAsString());
  EXPECT_GT(rules->classification().categories_size(), 10);
  EXPECT_GT(rules->campaigns().rules_size(), 0);
  EXPECT_THAT(Call("ove", &v1::Catalogues::Stub::GetClassificationRules,
                   v1::GetClassificationRulesRequest()),
              HasCode(absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace avvik::triage
