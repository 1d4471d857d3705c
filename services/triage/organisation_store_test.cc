#include "services/triage/organisation_store.h"

#include <thread>

#include "services/triage/store_test_support.h"

namespace avvik::triage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OrganisationStoreTest : public StoreTest {
 protected:
  absl::StatusOr<Applied> Apply(const organisation::v1::Organisation& wanted,
                                bool validate_only = false) {
    return organisations_.Apply(wanted, validate_only, clock_.Now(), Trace("adam"));
  }
  static organisation::v1::Organisation Renamed(const std::string& name) {
    organisation::v1::Organisation proto = TestOrganisationProto();
    proto.set_name(name);
    return proto;
  }

  OrganisationStore organisations_{database_->pool(), ids_};
};

TEST_F(OrganisationStoreTest, FirstOneIsVersionOneWithTraceAndEvent) {
  const auto applied = Apply(TestOrganisationProto());
  ASSERT_OK(applied);
  EXPECT_EQ(applied->version, 1);
  EXPECT_FALSE(applied->changes.empty());
  ASSERT_THAT(Told(), ElementsAre("OrganisationApplied"));
  const events::v1::Event told = ToldEvents()[0];
  EXPECT_EQ(told.tenant(), kTenant);
  EXPECT_EQ(told.subject(), "organisation");
  v1::OrganisationApplied data;
  ASSERT_TRUE(told.data().UnpackTo(&data));
  EXPECT_EQ(data.version(), 1);
  EXPECT_EQ(database_->Value("SELECT actor FROM audit_record"), "adam");
}

TEST_F(OrganisationStoreTest, ApplyingTheSameAgainChangesNothing) {
  ASSERT_OK(Apply(TestOrganisationProto()));
  // The order of a list says nothing.
  organisation::v1::Organisation same = TestOrganisationProto();
  same.mutable_people()->SwapElements(0, 1);
  const auto again = Apply(same);
  ASSERT_OK(again);
  EXPECT_THAT(again->changes, IsEmpty());
  EXPECT_EQ(again->version, 1);
  EXPECT_EQ(Count("organisation"), "1");
  EXPECT_EQ(Count("event_log"), "1");
  EXPECT_EQ(Count("audit_record"), "1");
}

TEST_F(OrganisationStoreTest, OnlyWhatDiffersIsAChangeAndEveryVersionIsKept) {
  ASSERT_OK(Apply(TestOrganisationProto()));
  const auto applied = Apply(Renamed("Nya kommunen"));
  ASSERT_OK(applied);
  EXPECT_EQ(applied->version, 2);
  EXPECT_THAT(applied->changes,
              ElementsAre(organisation::Change{"name", organisation::ChangeKind::kChanged}));
  EXPECT_EQ(Count("organisation"), "2");
}

TEST_F(OrganisationStoreTest, ValidationOnlySaysWhatWouldChange) {
  ASSERT_OK(Apply(TestOrganisationProto()));
  const auto would = Apply(Renamed("Nya kommunen"), /*validate_only=*/true);
  ASSERT_OK(would);
  EXPECT_EQ(would->changes.size(), 1u);
  EXPECT_EQ(would->version, 1);
  EXPECT_EQ(Count("organisation"), "1");
  EXPECT_EQ(Count("event_log"), "1");
}

TEST_F(OrganisationStoreTest, TwoWhoApplyAtOnceComeOneAfterTheOther) {
  std::vector<std::thread> people;
  for (int i = 0; i < 4; ++i) {
    people.emplace_back([this, i] { EXPECT_OK(Apply(Renamed("Kommun " + std::to_string(i)))); });
  }
  for (std::thread& person : people) person.join();
  EXPECT_EQ(database_->Value("SELECT string_agg(version::text, ' ' ORDER BY version) "
                             "FROM organisation"),
            "1 2 3 4");
  EXPECT_EQ(Count("event_log"), "4");
}

TEST_F(OrganisationStoreTest, FollowersGetWhatIsNewerThanTheyKnow) {
  EXPECT_EQ(organisations_.Fetch(kTenant, 0)->version, 0);
  EXPECT_THAT(*organisations_.Tenants(), IsEmpty());
  ASSERT_OK(Apply(TestOrganisationProto()));
  ASSERT_OK(Apply(Renamed("Nya kommunen")));
  const auto newer = organisations_.Fetch(kTenant, 1);
  ASSERT_OK(newer);
  EXPECT_EQ(newer->version, 2);
  EXPECT_EQ(newer->organisation->name(), "Nya kommunen");
  for (const int64_t known : {2, 3}) {
    const auto nothing = organisations_.Fetch(kTenant, known);
    ASSERT_OK(nothing);
    EXPECT_EQ(nothing->version, 2);
    EXPECT_FALSE(nothing->organisation.has_value());
  }
  EXPECT_THAT(*organisations_.Tenants(), ElementsAre(kTenant));
}

}  // namespace
}  // namespace avvik::triage
