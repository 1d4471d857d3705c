#include "cli/import/template.h"

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace avvik::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

Record Line() {
  Record record{.line = 2, .values = {}};
  record.Set("Typ", "Stöld");
  record.Set("Rubrik", "Dator {1}");
  return record;
}

TEST(TemplateTest, FillsInValuesWithoutRegardToCase) {
  EXPECT_THAT(Template::Parse("{TYP}: { rubrik }!")->Fill(Line()),
              Optional(std::string("Stöld: Dator {1}!")));
}

TEST(TemplateTest, IsIncompleteWithoutAValue) {
  EXPECT_EQ(Template::Parse("{Typ} {Plats}")->Fill(Line()), std::nullopt);
}

TEST(TemplateTest, TakesTheFirstColumnWithAValue) {
  EXPECT_THAT(Template::Parse("{Titel|Plats|Rubrik}")->Fill(Line()),
              Optional(std::string("Dator {1}")));
}

TEST(TemplateTest, DoubledBracesAreBraces) {
  EXPECT_THAT(Template::Parse("{{{Typ}}} {{}}")->Fill(Line()), Optional(std::string("{Stöld} {}")));
}

TEST(TemplateTest, NamesItsColumns) {
  EXPECT_THAT(Template::Parse("{A|b} c {D}")->columns(), ElementsAre("a", "b", "d"));
}

TEST(TemplateTest, RefusesBracesThatDoNotMatch) {
  for (const char* text : {"{Typ", "Typ}", "{Typ {Rubrik}", "{}", "{ }", "{a|}", "{|a}"}) {
    EXPECT_THAT(Template::Parse(text), testing::HasCode(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

TEST(FirstCompleteTest, GoesFromTheTop) {
  const std::vector<Template> templates = {*Template::Parse("{Plats}"), *Template::Parse("{Typ}"),
                                           *Template::Parse("annat")};
  EXPECT_THAT(FirstComplete(templates, Line()), Optional(std::string("Stöld")));
  EXPECT_THAT(FirstComplete(templates, Record{}), Optional(std::string("annat")));
  EXPECT_EQ(FirstComplete({}, Line()), std::nullopt);
}

}  // namespace
}  // namespace avvik::cli
