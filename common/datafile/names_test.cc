#include "common/datafile/names.h"

#include "avvik/organisation/v1/organisation.pb.h"
#include "avvik/type/v1/classification.pb.h"
#include "gtest/gtest.h"

namespace avvik::datafile {
namespace {

TEST(ShortName, LeavesOutThePrefixOfTheType) {
  EXPECT_EQ(ShortName(organisation::v1::UnitType_descriptor()->FindValueByNumber(2)), "COMMITTEE");
  EXPECT_EQ(ShortName(organisation::v1::RouteTo_descriptor()->FindValueByNumber(4)), "ROLE");
  EXPECT_EQ(ShortName(organisation::v1::Role_descriptor()->FindValueByNumber(2)), "COORDINATOR");
}

TEST(FindEnumValue, EveryShortNameLeadsBack) {
  for (const auto* type :
       {organisation::v1::UnitType_descriptor(), organisation::v1::Role_descriptor(),
        organisation::v1::RouteTo_descriptor(), type::v1::Category_descriptor(),
        type::v1::SecurityProperty_descriptor()}) {
    for (int i = 0; i < type->value_count(); ++i) {
      EXPECT_EQ(FindEnumValue(type, ShortName(type->value(i))), type->value(i))
          << type->value(i)->name();
    }
  }
}

TEST(Nearest, FindsSlipsAndRefusesGuesses) {
  const std::vector<std::string> names = {"title", "description", "affected_persons", "unit"};
  EXPECT_EQ(Nearest("titel", names), "title");
  EXPECT_EQ(Nearest("Title", names), "title");
  EXPECT_EQ(Nearest("desciption", names), "description");
  EXPECT_EQ(Nearest("affectedPersons", names), "affected_persons");
  EXPECT_EQ(Nearest("unti", names), "unit");
  EXPECT_EQ(Nearest("zzz", names), "");
  EXPECT_EQ(Nearest("", names), "");
  EXPECT_EQ(Nearest(std::string(5000, 't'), names), "");
}

TEST(Quote, CutsBetweenCharactersAndStaysOnOneLine) {
  EXPECT_EQ(Quote("a\nb"), "`a b`");
  EXPECT_EQ(Quote("a\xED\xA0\x80z"), "`a\uFFFD\uFFFD\uFFFDz`");
  std::string long_text;
  for (int i = 0; i < 41; ++i) long_text += "å";
  EXPECT_EQ(Quote(long_text), "`" + long_text.substr(2) + "…`");
}

}  // namespace
}  // namespace avvik::datafile
