#include "cli/import/value_rules.h"

#include "cli/import/text.h"
#include "common/datafile/datafile.h"
#include "common/deadline/instant.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace avvik::cli {
namespace {

using avvik::testing::NamesField;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Optional;

template <typename Proto>
Proto Yaml(const std::string& text) {
  Proto proto;
  EXPECT_OK(datafile::Parse(text, "rule.yaml", &proto));
  return proto;
}

Record Line(const std::string& column, const std::string& value) {
  Record record{.line = 2, .values = {}};
  record.Set(column, value);
  return record;
}

TEST(TextRuleTest, ChoosesOneTextAndAppendsAllThatAreComplete) {
  const auto rule = *TextRule::Make(Yaml<import::v1::TextRule>(R"(
choose: ["{titel}", "Utan titel"]
append: ["Plats: {plats}", "Typ: {typ}"]
)"));
  Record record = Line("typ", "Stöld");
  EXPECT_EQ(rule.Of(record), "Utan titel\nTyp: Stöld");
  record.Set("titel", "Dator");
  record.Set("plats", "Tåget");
  EXPECT_EQ(rule.Of(record), "Dator\nPlats: Tåget\nTyp: Stöld");
}

TEST(TextRuleTest, NamesTheTextThatCannotBeUsed) {
  import::v1::TextRule rule;
  rule.add_choose("{a}");
  rule.add_choose("{a");
  EXPECT_THAT(TextRule::Make(rule), NamesField("choose[1]"));
}

CategoryRule Categories() {
  return *CategoryRule::Make(Yaml<import::v1::CategoryRule>(R"(
rules:
  - {when: [{column: typ, values: [Intrång]}], then: INTRUSION}
  - {when: [{column: typ, values: [Stöld, Förlust]}, {column: vad, values: [Laptop]}], then: LOST_DEVICE}
  - {when: [{column: typ, contains: [phish]}], then: SUSPICIOUS_MESSAGE}
otherwise: OTHER
)"),
                             ',');
}

type::v1::Category CategoryOf(const std::string& type, const std::string& what = "") {
  Record record = Line("Typ", type);
  record.Set("vad", what);
  return Categories().Of(record);
}

TEST(CategoryRuleTest, ComparesWithoutRegardToCase) {
  EXPECT_EQ(CategoryOf("INTRÅNG"), type::v1::CATEGORY_INTRUSION);
}

TEST(CategoryRuleTest, OrderIsPrecedenceInLists) {
  EXPECT_EQ(CategoryOf("Stöld, Intrång", "Laptop"), type::v1::CATEGORY_INTRUSION);
  EXPECT_EQ(CategoryOf("Annat,förlust", "Papper, Laptop"), type::v1::CATEGORY_LOST_DEVICE);
}

TEST(CategoryRuleTest, AllConditionsMustHold) {
  EXPECT_EQ(CategoryOf("Stöld", "Papper"), type::v1::CATEGORY_OTHER);
  EXPECT_EQ(CategoryOf("Stöld"), type::v1::CATEGORY_OTHER);
  EXPECT_EQ(CategoryOf(""), type::v1::CATEGORY_OTHER);
}

TEST(CategoryRuleTest, FindsPartsOfAValue) {
  EXPECT_EQ(CategoryOf("Spear-Phishing mot ekonomi"), type::v1::CATEGORY_SUSPICIOUS_MESSAGE);
}

TEST(CategoryRuleTest, AConditionNeedsSomethingToCompare) {
  import::v1::CategoryRule rule;
  rule.add_rules()->add_when()->set_column("typ");
  EXPECT_THAT(CategoryRule::Make(rule, ','), NamesField("rules[0].when[0]"));
}

TEST(AnswerRuleTest, KnowsTheUsualWords) {
  import::v1::AnswerRule proto;
  proto.set_column("PUI");
  proto.set_otherwise(type::v1::ANSWER_UNSPECIFIED);
  const auto rule = *AnswerRule::Make(proto);
  EXPECT_EQ(rule.Of(Line("pui", "Ja")), type::v1::ANSWER_YES);
  EXPECT_EQ(rule.Of(Line("pui", "NEJ ")), type::v1::ANSWER_NO);
  EXPECT_EQ(rule.Of(Line("pui", "kanske")), type::v1::ANSWER_UNSPECIFIED);
  EXPECT_EQ(rule.Of(Record{}), type::v1::ANSWER_UNSPECIFIED);
}

TEST(AnswerRuleTest, TakesWordsOfItsOwn) {
  const auto rule = *AnswerRule::Make(Yaml<import::v1::AnswerRule>(
      "{column: pui, yes: [Anmäld till IMY], no: ['-', x], otherwise: NO}"));
  EXPECT_EQ(rule.Of(Line("pui", "anmäld till IMY")), type::v1::ANSWER_YES);
  EXPECT_EQ(rule.Of(Line("pui", "x")), type::v1::ANSWER_NO);
  EXPECT_EQ(rule.Of(Line("pui", "ja")), type::v1::ANSWER_NO);
}

TEST(AnswerRuleTest, AWordCannotMeanBoth) {
  EXPECT_THAT(AnswerRule::Make(Yaml<import::v1::AnswerRule>("{column: a, yes: [x], no: [X]}")),
              NamesField("no"));
}

TEST(ReferenceRuleTest, FindsByAliasIdAndName) {
  const Names names = {{Fold("Hemtjänsten"), "hemtjanst"}, {"it", "it"}};
  const auto rule = *ReferenceRule::Make(Yaml<import::v1::ReferenceRule>(
      "{column: enhet, aliases: [{values: [HTJ], id: hemtjanst}], otherwise: kalix}"));
  EXPECT_EQ(*rule.Of(Line("enhet", "htj"), names), "hemtjanst");
  EXPECT_EQ(*rule.Of(Line("enhet", "HEMTJÄNSTEN"), names), "hemtjanst");
  EXPECT_EQ(*rule.Of(Line("enhet", "IT"), names), "it");
  EXPECT_EQ(*rule.Of(Line("enhet", "Månen"), names), "kalix");
  EXPECT_EQ(*rule.Of(Record{}, names), "kalix");
}

TEST(ReferenceRuleTest, RejectsWhatIsNotKnownWhenAskedTo) {
  const auto rule = *ReferenceRule::Make(
      Yaml<import::v1::ReferenceRule>("{column: enhet, reject_unknown: true}"));
  EXPECT_THAT(std::string(rule.Of(Line("enhet", "Månen"), {}).status().message()),
              HasSubstr("'Månen'"));
  EXPECT_EQ(*rule.Of(Record{}, {}), "");
}

NumberRule Numbers(bool ignore = false) {
  import::v1::NumberRule proto;
  proto.set_column("antal");
  proto.set_ignore_unreadable(ignore);
  return *NumberRule::Make(proto);
}

TEST(NumberRuleTest, ReadsThousands) {
  for (const char* text : {"12345", "12 345", "12\u00a0345", "12.345", "12,345"}) {
    EXPECT_THAT(*Numbers().Of(Line("antal", text)), Optional(int64_t{12345})) << text;
  }
  EXPECT_THAT(*Numbers().Of(Line("antal", "1 000 000")), Optional(int64_t{1'000'000}));
  EXPECT_EQ(*Numbers().Of(Record{}), std::nullopt);
}

TEST(NumberRuleTest, RefusesWhatIsNoWholeNumber) {
  for (const char* text :
       {"ca 50", "2.5", "-3", "1 00", "1234 567", "99999999999999999999", ".123", "12 ", "1,"}) {
    const bool good = std::string(text) == "12 ";
    EXPECT_EQ(Numbers().Of(Line("antal", text)).ok(), good) << text;
    if (!good) {
      EXPECT_EQ(*Numbers(true).Of(Line("antal", text)), std::nullopt) << text;
    }
  }
}

TEST(TimeRuleTest, PutsDateAndTimeTogether) {
  const auto rule = *TimeRule::Make(Yaml<import::v1::TimeRule>(
      "{choose: ['{Datum} {Tid}', '{Datum}'], formats: ['%Y-%m-%d %H.%M', '%Y-%m-%d']}"));
  const auto zone = *deadline::LoadZone("Europe/Stockholm");
  Record record = Line("Datum", "2026-05-01");
  EXPECT_EQ(deadline::FormatInstant(**rule.Of(record, zone), zone), "2026-05-01T00:00:00+02:00");
  record.Set("Tid", "14.05");
  EXPECT_EQ(deadline::FormatInstant(**rule.Of(record, zone), zone), "2026-05-01T14:05:00+02:00");
  record.Set("Tid", "på kvällen");
  EXPECT_THAT(std::string(rule.Of(record, zone).status().message()),
              HasSubstr("'2026-05-01 på kvällen' is not a time"));
  EXPECT_EQ(*rule.Of(Record{}, zone), std::nullopt);
}

TEST(TimeRuleTest, NamesTheFormThatCannotBeUsed) {
  EXPECT_THAT(TimeRule::Make(
                  Yaml<import::v1::TimeRule>("{choose: ['{a}'], formats: ['%Y-%m-%d', '%H:%M']}")),
              NamesField("formats[1]"));
}

}  // namespace
}  // namespace avvik::cli
