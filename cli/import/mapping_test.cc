#include "cli/import/mapping.h"

#include <algorithm>

#include "common/deadline/instant.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace avvik::cli {
namespace {

using avvik::testing::NamesField;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kMapping[] = R"(
name: test
about: For tests.
recognised_by: [Titel|Rubrik, Typ]
register: test-register
key: [Nr]
double_encoded: true
title: {choose: ["{Typ}: {Titel|Rubrik}", "{Typ}"], max_length: 20}
description: {append: ["{Text}"]}
category: {otherwise: OTHER}
unit: {column: Enhet, reject_unknown: true}
personal_data: {otherwise: YES}
affected_persons: {column: Antal}
reported_time: {choose: ["{Datum}"]}
)";

Surroundings Around() {
  return {.units = {{"hemtjänsten", "hemtjanst"}},
          .systems = {},
          .zone = *deadline::LoadZone("Europe/Stockholm"),
          .register_ = ""};
}

Mapping Parsed(const std::string& text = kMapping) {
  auto mapping = ParseMapping(text, "test.yaml");
  EXPECT_OK(mapping);
  return *std::move(mapping);
}

Record Line(const std::map<std::string, std::string>& values) {
  Record record{.line = 7, .values = {}};
  for (const auto& [column, value] : values) record.Set(column, value);
  return record;
}

TEST(MappingTest, MakesAReport) {
  const auto report = Parsed().ReportOf(Line({{"Nr", "17"},
                                              {"Typ", "Stöld"},
                                              {"Rubrik", "Dator\nborta"},
                                              {"Text", "Ã¥tgÃ¤rd"},
                                              {"Enhet", "Hemtjänsten"},
                                              {"Antal", "1 000"},
                                              {"Datum", "2024-03-05"}}),
                                        Around());
  ASSERT_OK(report);
  EXPECT_EQ(report->title(), "Stöld: Dator borta");
  EXPECT_EQ(report->description(), "åtgärd");
  EXPECT_EQ(report->category(), type::v1::CATEGORY_OTHER);
  EXPECT_EQ(report->unit(), "hemtjanst");
  EXPECT_EQ(report->personal_data(), type::v1::ANSWER_YES);
  EXPECT_EQ(report->affected_persons(), 1000);
  EXPECT_EQ(report->origin().register_(), "test-register");
  EXPECT_EQ(report->origin().key(), "17");
  EXPECT_EQ(report->origin().reported_time().seconds(), 1709593200);
  EXPECT_FALSE(report->has_occurred_time());
}

TEST(MappingTest, CutsTheTitle) {
  const auto report = Parsed().ReportOf(
      Line({{"Typ", "Stöld"}, {"Titel", "En bärbar dator av märket Lärka"}}), Around());
  ASSERT_OK(report);
  EXPECT_EQ(report->title(), "Stöld: En bärbar…");
}

TEST(MappingTest, TellsEverythingThatCannotBeReadOfALine) {
  const auto report = Parsed().ReportOf(
      Line({{"Typ", "x"}, {"Enhet", "Månen"}, {"Antal", "många"}, {"Datum", "igår"}}), Around());
  EXPECT_THAT(report, NamesField("report.unit"));
  EXPECT_THAT(report, NamesField("report.affected_persons"));
  EXPECT_THAT(report, NamesField("report.origin.reported_time"));
}

TEST(MappingTest, TheCommandsRegisterWins) {
  Surroundings around = Around();
  around.register_ = "annat";
  EXPECT_EQ(Parsed().ReportOf(Line({{"Typ", "x"}}), around)->origin().register_(), "annat");
}

TEST(MappingTest, WithoutAKeyALineIsKnownByAllItsValues) {
  const Mapping mapping = Parsed();
  const std::string key = mapping.KeyOf(Line({{"Typ", "x"}, {"Titel", "y"}}));
  EXPECT_THAT(key, StartsWith("sha256:"));
  EXPECT_EQ(mapping.KeyOf(Line({{"titel", "y "}, {"TYP", "x"}})), key)
      << "order, case and spaces do not matter";
  EXPECT_NE(mapping.KeyOf(Line({{"Typ", "x"}, {"Titel", "z"}})), key);
  EXPECT_NE(mapping.KeyOf(Line({{"Typ", "y"}, {"Titel", "x"}})), key);
}

TEST(MappingTest, AKeyThatIsTooLongBecomesADigest) {
  EXPECT_THAT(Parsed().KeyOf(Line({{"Nr", std::string(201, '7')}})), StartsWith("sha256:"));
}

TEST(MappingTest, RecognisesByColumnsInAnyOrderAndCase) {
  EXPECT_EQ(Parsed().Recognises({"Nr", "TYP ", "rubrik"}), 2u);
  EXPECT_EQ(Parsed().Recognises({"Typ", "Nr"}), 0u);
}

TEST(MappingTest, NamesColumnsItDoesNotUseAndKeysItMisses) {
  EXPECT_THAT(Parsed().Unused({"Typ", "Rubrik", "Handläggare", ""}), ElementsAre("Handläggare"));
  EXPECT_THAT(Parsed().MissingKey({"Typ"}), ElementsAre("Nr"));
}

TEST(MappingTest, AFileWithMistakesTellsLineAndField) {
  std::string text = kMapping;
  text.replace(text.find("{Text}"), 6, "{Text");
  text += "zone: Europe/Stokholm\n";
  const auto mapping = ParseMapping(text, "test.yaml");
  EXPECT_THAT(mapping, avvik::testing::IsError(absl::StatusCode::kInvalidArgument, "INVALID_FILE"));
  EXPECT_THAT(std::string(mapping.status().message()),
              HasSubstr("test.yaml:9:24: description.append[0]: has a `{`"));
  EXPECT_THAT(std::string(mapping.status().message()), HasSubstr("test.yaml:15:7: zone:"));
}

TEST(MappingTest, AnUnknownFieldIsAMistake) {
  const auto mapping = ParseMapping(std::string(kMapping) + "tittle: {}\n", "test.yaml");
  EXPECT_THAT(std::string(mapping.status().message()), HasSubstr("test.yaml:15:1: "));
}

TEST(RequestIdTest, IsTheSameForTheSameLineOnly) {
  EXPECT_EQ(RequestIdOf("a", "b"), RequestIdOf("a", "b"));
  EXPECT_NE(RequestIdOf("a", "b"), RequestIdOf("ab", ""));
  EXPECT_LE(RequestIdOf("a", "b").size(), 100u);
}

}  // namespace
}  // namespace avvik::cli
