// The condition of the queries says of a row what Judge says of a matter.
#include "common/organisation/visible.h"

#include "common/organisation/pg_keeper.h"
#include "common/organisation/test_visibility.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::organisation {
namespace {

constexpr pg::Statement kVisible{"test_visible", R"sql(
    SELECT avvik_visible($1::smallint, $2::text, $3::text[], $4, $5, $6) AS visible)sql"};

TEST(Visible, SaysWhatJudgeSays) {
  testing::TestDatabase database{Migrations()};
  std::vector<Visibility> visibilities = {
      {}, EverythingVisible(), OwnOf("by", "siv"), OpenIn({"social", "it"}), OpenIn({""})};
  for (const Sphere sphere : kSpheres) {
    visibilities.push_back({.spheres = {sphere}, .places = {}, .keys = {"p_1", "f2/social"}});
    visibilities.push_back({.spheres = {}, .places = {PlaceOf(sphere, "social")}, .keys = {}});
  }
  const std::vector<std::vector<std::string>> kinds_of_parties = {
      {}, {"p_1"}, {"p_0", PersonId("by", "siv")}, {"f2/social"}};
  int allowed = 0;
  for (const Visibility& visibility : visibilities) {
    const VisibleParams params(visibility);
    for (const Sphere sphere : kSpheres) {
      for (const char* unit : {"", "social", "it", "2/social"}) {
        for (const std::vector<std::string>& parties : kinds_of_parties) {
          const auto rows = database.pool().Query(
              pg::Scope::Everything(), kVisible, {static_cast<int>(sphere), unit, pg::TextArray(parties), params.spheres,
                         params.places, params.keys});
          ASSERT_OK(rows);
          const bool judged =
              Judge(visibility, {.unit = unit, .sphere = sphere, .parties = parties}).allowed();
          EXPECT_EQ((*rows)[0].Bool("visible"), judged)
              << type::v1::Sphere_Name(sphere) << " " << unit;
          allowed += judged ? 1 : 0;
        }
      }
    }
  }
  EXPECT_GT(allowed, 100);
}

}  // namespace
}  // namespace avvik::organisation
