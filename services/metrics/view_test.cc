#include "services/metrics/view.h"

#include "common/organisation/example_organisation.h"
#include "services/metrics/suppression.h"
#include "tests/support/status_matchers.h"

namespace avvik::metrics {
namespace {

using avvik::testing::IsError;
using avvik::testing::NamesField;
using organisation::Grant;
using ::testing::ElementsAre;
using ::testing::Optional;

const Grant kAll = {
    .held = true,
    .spheres = {{type::v1::SPHERE_OPEN, {.everything = true, .units = {}}},
                {type::v1::SPHERE_PERSONAL_DATA, {.everything = true, .units = {}}}}};

Grant OfUnits(const std::vector<std::string>& units) {
  return {.held = true,
          .spheres = {{type::v1::SPHERE_OPEN, {.everything = false, .units = units}},
                      {type::v1::SPHERE_PERSONAL_DATA, {.everything = false, .units = units}}}};
}
const Grant kSocial = OfUnits({"social"});

class ViewTest : public ::testing::Test {
 protected:
  absl::StatusOr<View> Make(const Grant& grant, const std::string& unit = "") {
    filter_.set_unit(unit);
    return MakeView(filter_, grant, grant, *organisation_);
  }
  v1::FigureFilter filter_;
  std::shared_ptr<const organisation::Organisation> organisation_ =
      organisation::MakeOrganisation(organisation::ExampleOrganisation());
};

TEST_F(ViewTest, ReachOverAllSeesEverythingAlsoWhatHasNoUnit) {
  const auto view = Make(kAll);
  ASSERT_OK(view);
  EXPECT_EQ(view->units, std::nullopt);
  EXPECT_EQ(view->tenant, "by");
  EXPECT_EQ(view->zone, "Europe/Stockholm");
}

TEST_F(ViewTest, WhoMayNotReadAllCasesOfTheirReachIsShownNoSmallGroups) {
  const auto smallest = [&](const Grant& figures, const Grant& cases, const std::string& unit = "") {
    filter_.set_unit(unit);
    const auto view = MakeView(filter_, figures, cases, *organisation_);
    EXPECT_OK(view);
    return view->smallest_group;
  };
  EXPECT_EQ(smallest(kAll, kAll), 0);
  EXPECT_EQ(smallest(kSocial, kAll), 0);
  EXPECT_EQ(smallest(kSocial, kSocial), 0);
  EXPECT_EQ(smallest(OfUnits({"omsorg"}), kSocial), 0);
  EXPECT_EQ(smallest(kAll, kSocial), kSmallestGroup);
  EXPECT_EQ(smallest(kSocial, OfUnits({"omsorg"})), kSmallestGroup);
  EXPECT_EQ(smallest(kAll, Grant{}), kSmallestGroup);
  EXPECT_EQ(smallest(kAll, Grant{.held = true, .spheres = {}}), kSmallestGroup);
  // What counts is what is asked for.
  EXPECT_EQ(smallest(kAll, kSocial, "omsorg"), 0);
  EXPECT_EQ(smallest(kAll, kSocial, "energi"), kSmallestGroup);
  Grant open = kAll;
  open.spheres.erase(type::v1::SPHERE_PERSONAL_DATA);
  EXPECT_EQ(smallest(kAll, open), kSmallestGroup);
}

TEST_F(ViewTest, UnitStandsForItselfAndEverythingBelow) {
  EXPECT_THAT(Make(kAll, "social")->units, Optional(ElementsAre("hemtjanst", "omsorg", "social")));
  EXPECT_THAT(Make(kSocial, "omsorg")->units, Optional(ElementsAre("hemtjanst", "omsorg")));
}

TEST_F(ViewTest, ReachOverUnitsSeesThemAndNothingElse) {
  EXPECT_THAT(Make(kSocial)->units, Optional(ElementsAre("hemtjanst", "omsorg", "social")));
  const Grant two = OfUnits({"energi", "omsorg", "social"});
  EXPECT_THAT(Make(two)->units,
              Optional(ElementsAre("energi", "hemtjanst", "kundtjanst", "omsorg", "social")));
  EXPECT_THAT(Make(kSocial, "by"),
              IsError(absl::StatusCode::kPermissionDenied, "UNIT_OUT_OF_REACH"));
  EXPECT_THAT(Make(kSocial, "energi"),
              IsError(absl::StatusCode::kPermissionDenied, "UNIT_OUT_OF_REACH"));
  EXPECT_THAT(Make(kSocial, "gone"),
              IsError(absl::StatusCode::kPermissionDenied, "UNIT_OUT_OF_REACH"));
}

TEST_F(ViewTest, UnitThatIsGoneIsStillSeenByThoseWhoSeeAll) {
  EXPECT_THAT(Make(kAll, "gone")->units, Optional(ElementsAre("gone")));
}

TEST_F(ViewTest, ReachOverOnesOwnSeesNoFigures) {
  const Grant own = {.held = true, .spheres = {}};
  const auto denied = IsError(absl::StatusCode::kPermissionDenied, "NO_UNIT_IN_REACH");
  EXPECT_THAT(Make(own), denied);
  EXPECT_THAT(Make(Grant()), denied);
  // A unit that was taken out of the organisation reaches nothing.
  EXPECT_THAT(Make(OfUnits({"gone"})), denied);
}

TEST_F(ViewTest, MonthsAreReadAndChecked) {
  filter_.set_from_month("2026-02");
  EXPECT_EQ(Make(kAll)->months->first, 2026 * 12 + 1);
  filter_.set_to_month("2026-01");
  EXPECT_THAT(Make(kAll), NamesField("filter.to_month"));
  filter_.set_to_month("2026-02");
  EXPECT_OK(Make(kAll));
  for (const char* wrong :
       {"2026-13", "2026-00", "2026-1", "26-01", "2026/01", "x026-01", "2026-1x"}) {
    filter_.set_from_month(wrong);
    EXPECT_THAT(Make(kAll), NamesField("filter.from_month")) << wrong;
  }
}

TEST_F(ViewTest, MonthTextComesBackAsItWent) {
  for (const char* text : {"2026-01", "2026-12", "0001-06", "9999-12"}) {
    EXPECT_EQ(MonthText(*ParseMonth(text)), text);
  }
}

TEST_F(ViewTest, ShowsTheSpheresThatAreReachedAsWideAsTheWidest) {
  using namespace type::v1;
  EXPECT_THAT(Make(kAll)->spheres, ElementsAre(SPHERE_OPEN, SPHERE_PERSONAL_DATA));
  Grant wider = kAll;
  wider.spheres[SPHERE_RESTRICTED] = {.everything = true, .units = {}};
  EXPECT_THAT(Make(wider)->spheres,
              ElementsAre(SPHERE_OPEN, SPHERE_PERSONAL_DATA, SPHERE_RESTRICTED));
  wider.spheres[SPHERE_RESTRICTED] = {.everything = false, .units = {"social"}};
  EXPECT_THAT(Make(wider)->spheres, ElementsAre(SPHERE_OPEN, SPHERE_PERSONAL_DATA));
  EXPECT_THAT(Make(kSocial)->spheres, ElementsAre(SPHERE_OPEN, SPHERE_PERSONAL_DATA));
}

}  // namespace
}  // namespace avvik::metrics
