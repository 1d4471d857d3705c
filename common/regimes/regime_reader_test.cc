#include "common/regimes/regime_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/deadline/deadline.h"
#include "common/deadline/instant.h"
#include "common/regimes/test_regimes.h"

namespace avvik::regimes {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

// A right regime with two versions.
v1::Regime Right() {
  return ParseText<v1::Regime>(R"pb(
    id: "XX-1"
    title: "Anmälan"
    country: SE
    versions {
      version: "old"
      effective_from: "2026-01-15"
      effective_to: "2026-06-30"
      legal_basis: "lag"
      entity_unit: ENTITY_UNIT_OPERATOR
      applies_when { fact: "information_system" }
      receivers { name: "A" channel: "web" until: "2026-06-30" }
      receivers { name: "B" channel: "web" from: "2026-07-01" }
      language: "sv"
      stages {
        id: "first"
        title: "First"
        clock { hours: 24 from: "aware" }
      }
      stages {
        id: "second"
        title: "Second"
        clock { months: 1 from: "first.submitted" }
      }
      source: "SFS"
      confidence: CONFIDENCE_VERIFIED
    }
    versions {
      version: "new"
      effective_from: "2026-07-01"
      legal_basis: "lag"
      entity_unit: ENTITY_UNIT_OPERATOR
      applies_when { fact: "information_system" }
      receivers { name: "B" channel: "web" }
      language: "sv"
      stages {
        id: "first"
        title: "First"
        clock { promptly: true from: "aware" internal_minutes: 60 }
      }
      stages {
        id: "asked"
        title: "Asked"
        clock { on_request: true from: "request" }
      }
      source: "SFS"
      confidence: CONFIDENCE_VERIFIED
    })pb");
}

// The fields that ReadRegime finds wrong, with what is wrong.
std::vector<std::string> Wrong(const v1::Regime& regime) {
  std::vector<std::string> lines;
  for (const auto& [field, description] : status::ViolationsOf(ReadRegime(regime, TestQuestions()).status())) {
    lines.push_back(field + ": " + description);
  }
  return lines;
}

absl::CivilDay Day(const std::string& text) { return *deadline::ParseDay(text); }

TEST(ReadRegimeTest, VersionIsPickedByDay) {
  const auto regime = ReadRegime(Right(), TestQuestions());
  ASSERT_TRUE(regime.ok()) << regime.status();
  EXPECT_EQ(regime->VersionOn(Day("2026-01-14")), nullptr);
  EXPECT_EQ(regime->VersionOn(Day("2026-01-15"))->version, "old");
  EXPECT_EQ(regime->VersionOn(Day("2026-06-30"))->version, "old");
  EXPECT_EQ(regime->VersionOn(Day("2026-07-01"))->version, "new");
  EXPECT_EQ(regime->VersionOn(Day("2099-01-01"))->version, "new");
  EXPECT_EQ(regime->FindVersion("old")->version, "old");
  EXPECT_EQ(regime->FindVersion("older"), nullptr);
}

TEST(ReadRegimeTest, FirstVersionMayCoverEarlierDays) {
  v1::Regime message = Right();
  message.mutable_versions(0)->set_earlier_too(true);
  const auto regime = ReadRegime(message, TestQuestions());
  ASSERT_TRUE(regime.ok()) << regime.status();
  EXPECT_EQ(regime->VersionOn(Day("1999-01-01"))->version, "old");
  message.mutable_versions(1)->set_earlier_too(true);
  EXPECT_THAT(Wrong(message),
              ElementsAre("versions[1].earlier_too: may only stand in the first version"));
}

TEST(ReadRegimeTest, ReceiverIsPickedByTheDayOfTelling) {
  const auto regime = ReadRegime(Right(), TestQuestions());
  const RegimeVersion& old = regime->versions[0];
  EXPECT_EQ(old.ReceiverOn(Day("2026-06-30"))->name, "A");
  EXPECT_EQ(old.ReceiverOn(Day("2026-07-01"))->name, "B");
}

TEST(ReadRegimeTest, StagesOnRequestAreOptional) {
  const auto regime = ReadRegime(Right(), TestQuestions());
  EXPECT_FALSE(regime->versions[1].FindStage("first")->optional);
  EXPECT_TRUE(regime->versions[1].FindStage("asked")->optional);
  EXPECT_FALSE(regime->versions[1].FindStage("first")->clock.statutory());
  EXPECT_TRUE(regime->versions[0].FindStage("first")->clock.statutory());
}

TEST(ReadRegimeTest, EverythingMissingIsNamed) {
  v1::Regime message;
  message.add_versions()->add_stages();
  EXPECT_THAT(
      Wrong(message),
      UnorderedElementsAre(
          "id: is required", "title: is required", "country: must be SE or DK",
          "versions[0].version: is required", "versions[0].effective_from: is required",
          "versions[0].legal_basis: is required", "versions[0].entity_unit: is required",
          "versions[0].applies_when: is required",
          "versions[0].receivers: must hold at least one receiver",
          "versions[0].language: is required", "versions[0].stages[0].id: is required",
          "versions[0].stages[0].title: is required", "versions[0].stages[0].clock: is required",
          "versions[0].source: is required", "versions[0].confidence: is required"));
  EXPECT_THAT(Wrong(v1::Regime()), ::testing::Contains("versions: must hold at least one version"));
}

TEST(ReadRegimeTest, VersionsFollowEachOtherDayByDay) {
  v1::Regime message = Right();
  message.mutable_versions(0)->clear_effective_to();
  EXPECT_THAT(Wrong(message),
              ElementsAre("versions[1].effective_from: overlaps version 'old', which has no "
                          "effective_to"));
  for (const char* day : {"2026-06-30", "2026-07-02"}) {
    message = Right();
    message.mutable_versions(1)->set_effective_from(day);
    EXPECT_THAT(Wrong(message),
                ElementsAre("versions[1].effective_from: must be 2026-07-01, the day after version "
                            "'old' ends"));
  }
  message = Right();
  message.mutable_versions(1)->set_version("old");
  EXPECT_THAT(Wrong(message), ElementsAre("versions[1].version: 'old' is used twice"));
}

TEST(ReadRegimeTest, DaysMustBeDays) {
  v1::Regime message = Right();
  message.mutable_versions(1)->set_last_verified("yesterday");
  message.mutable_versions(1)->set_effective_to("2026-02-30");
  EXPECT_THAT(Wrong(message),
              UnorderedElementsAre(
                  "versions[1].last_verified: 'yesterday' is not a day such as 2026-07-01",
                  "versions[1].effective_to: '2026-02-30' is not a day such as 2026-07-01"));
  message = Right();
  message.mutable_versions(1)->set_effective_to("2026-06-01");
  EXPECT_THAT(Wrong(message), ElementsAre("versions[1].effective_to: lies before 2026-07-01"));
}

TEST(ReadRegimeTest, SomebodyIsToldOnEveryDay) {
  v1::Regime message = Right();
  message.mutable_versions(0)->mutable_receivers(1)->set_from("2026-07-05");
  EXPECT_THAT(Wrong(message), ElementsAre("versions[0].receivers: name nobody for 2026-07-01"));
  message = Right();
  message.mutable_versions(0)->mutable_receivers(1)->set_until("2027-01-01");
  EXPECT_THAT(Wrong(message),
              ElementsAre("versions[0].receivers: must hold a receiver without until"));
  message = Right();
  message.mutable_versions(1)->mutable_receivers(0)->set_from("2026-08-01");
  EXPECT_THAT(Wrong(message), ElementsAre("versions[1].receivers: name nobody for 2026-07-01"));
}

TEST(ReadRegimeTest, StagesAreDistinctAndStartFromEarlierOnes) {
  v1::Regime message = Right();
  message.mutable_versions(0)->mutable_stages(1)->set_id("first");
  message.mutable_versions(0)->mutable_stages(0)->mutable_clock()->set_from("first.submitted");
  EXPECT_THAT(Wrong(message),
              UnorderedElementsAre(
                  "versions[0].stages[1].id: 'first' is used twice",
                  "versions[0].stages[0].clock.from: 'first' is not a stage before this one"));
  message = Right();
  message.mutable_versions(0)->mutable_stages(1)->mutable_clock()->set_from("third.submitted");
  EXPECT_THAT(Wrong(message),
              ElementsAre("versions[0].stages[1].clock.from: 'third' is not a stage "
                          "before this one"));
}

TEST(ReadRegimeTest, ClocksAreWellFormed) {
  v1::Regime message = Right();
  v1::Clock* clock = message.mutable_versions(1)->mutable_stages(0)->mutable_clock();
  const auto wrong = [&](const std::string& text) {
    *clock = ParseText<v1::Clock>(text);
    return Wrong(message);
  };
  const std::string at = "versions[1].stages[0].clock";
  EXPECT_THAT(wrong("from: 'aware'"),
              ElementsAre(at + ": must say hours, months, promptly or on_request"));
  EXPECT_THAT(wrong("hours: 0 from: 'aware'"),
              ElementsAre(at + ".hours: is 0, must be from 1 to 8760"));
  EXPECT_THAT(wrong("months: 25 from: 'aware'"),
              ElementsAre(at + ".months: is 25, must be from 1 to 24"));
  EXPECT_THAT(wrong("promptly: false from: 'aware'"),
              ElementsAre(at + ".promptly: can only be true"));
  EXPECT_THAT(wrong("hours: 24 from: 'aware' internal_minutes: 5"),
              ElementsAre(at + ".internal_minutes: may only stand with promptly"));
  for (const char* from : {"", "awake", ".submitted", "submitted"}) {
    EXPECT_THAT(wrong("hours: 24 from: '" + std::string(from) + "'"),
                ElementsAre(at + ".from: '" + from +
                            "' is not aware, found, handled, request or <stage>.submitted"));
  }
  EXPECT_THAT(wrong("hours: 24 from: 'request'"),
              ElementsAre(at + ".from: must be request with on_request, and only then"));
  EXPECT_THAT(wrong("on_request: true from: 'aware'"),
              ElementsAre(at + ".from: must be request with on_request, and only then"));
  EXPECT_THAT(wrong("hours: 24 from: 'handled'"), ElementsAre());
}

TEST(ReadRegimeTest, OptionalStagesNameNoTime) {
  v1::Regime message = Right();
  message.mutable_versions(0)->mutable_stages(0)->set_optional(true);
  message.mutable_versions(1)->mutable_stages(0)->set_optional(true);
  EXPECT_THAT(Wrong(message),
              UnorderedElementsAre(
                  "versions[0].stages[0].optional: may not stand with a clock that names a time",
                  "versions[1].stages[0].optional: may not stand with a clock that names a time"));
}

TEST(ReadRegimeTest, ConditionsAreChecked) {
  v1::Regime message = Right();
  *message.mutable_versions(0)->mutable_unless() = ParseText<v1::Condition>("submitted: 'first'");
  *message.mutable_versions(0)->mutable_stages(0)->mutable_applies_when() =
      ParseText<v1::Condition>("not { submitted: 'third' }");
  EXPECT_THAT(
      Wrong(message),
      UnorderedElementsAre("versions[0].unless.submitted: may only stand in a stage",
                           "versions[0].stages[0].applies_when.not.submitted: 'third' is not a "
                           "stage of this version"));
}

TEST(ReadRegimeTest, UnionWideRegimesHoldInEveryCountry) {
  v1::Regime message = Right();
  message.set_union_wide(true);
  EXPECT_THAT(Wrong(message), ElementsAre("country: may not stand with union_wide"));
  message.clear_country();
  const auto regime = ReadRegime(message, TestQuestions());
  ASSERT_TRUE(regime.ok()) << regime.status();
  EXPECT_TRUE(regime->HoldsIn(deadline::Country::kSweden));
  EXPECT_TRUE(regime->HoldsIn(deadline::Country::kDenmark));
  EXPECT_FALSE(ReadRegime(Right(), TestQuestions())->HoldsIn(deadline::Country::kDenmark));
}

TEST(ReadRegimeTest, ThresholdsHaveCodesTitlesAndConditions) {
  v1::Regime message = Right();
  v1::RegimeVersion* version = message.mutable_versions(0);
  *version = ParseText<v1::RegimeVersion>(version->DebugString() + R"pb(
    thresholds {
      code: "A-1"
      title: "A"
      applies_to { choice { question: "which" of: "red" } }
      when { lasts { question: "long" more_than_hours: 4 } }
      confidence: CONFIDENCE_UNVERIFIED
    }
    thresholds { code: "A-1" }
    unless { thresholds: true }
  )pb");
  EXPECT_THAT(Wrong(message),
              UnorderedElementsAre("versions[0].thresholds[1].code: 'A-1' is used twice",
                                   "versions[0].thresholds[1].title: is required",
                                   "versions[0].thresholds[1].confidence: is required",
                                   "versions[0].thresholds[1].when: is required"));
  version->mutable_thresholds()->RemoveLast();
  const auto regime = ReadRegime(message, TestQuestions());
  ASSERT_TRUE(regime.ok()) << regime.status();
  ASSERT_EQ(regime->versions[0].unless->parts.size(), 1u);
  EXPECT_EQ(regime->versions[0].unless->parts[0].parts[0].parts.size(), 2u);
}

TEST(ReadRegimeTest, FieldsChooseFromListsOfTheVersion) {
  v1::Regime message = Right();
  v1::RegimeVersion* version = message.mutable_versions(0);
  *version->add_option_lists() = ParseText<v1::OptionList>(
      "id: 'colours' options { id: 'red' label: 'Röd' } options { id: 'red' }");
  *version->mutable_stages(0)->add_fields() = ParseText<v1::StageField>(
      "id: 'a' label: 'A' kind: FIELD_KIND_CHOICE options: 'shapes'");
  *version->mutable_stages(0)->add_fields() =
      ParseText<v1::StageField>("id: 'a' label: 'B' options: 'colours'");
  EXPECT_THAT(
      Wrong(message),
      UnorderedElementsAre(
          "versions[0].option_lists[0].options[1].label: is required",
          "versions[0].option_lists[0].options[1].id: 'red' is used twice",
          "versions[0].stages[0].fields_confidence: must stand with fields, and only then",
          "versions[0].stages[0].fields[0].options: 'shapes' is not an option list of this version",
          "versions[0].stages[0].fields[1].id: 'a' is used twice",
          "versions[0].stages[0].fields[1].kind: is required",
          "versions[0].stages[0].fields[1].options: may only stand with CHOICE and CHOICES"));
}

TEST(ReadRegimeTest, FieldsAreFilledInWithWhatFitsThem) {
  v1::Regime message = Right();
  v1::RegimeVersion* version = message.mutable_versions(0);
  *version->add_option_lists() =
      ParseText<v1::OptionList>("id: 'colours' options { id: 'red' label: 'Röd' }");
  *version->add_option_lists() =
      ParseText<v1::OptionList>("id: 'shapes' options { id: 'round' label: 'Rund' }");
  const auto add = [&](int stage, const std::string& id, const std::string& kind,
                       const std::string& fill, const std::string& options = "") {
    *version->mutable_stages(stage)->add_fields() = ParseText<v1::StageField>(
        "id: '" + id + "' label: 'L' kind: FIELD_KIND_" + kind + " fill: '" + fill + "'" +
        (options.empty() ? "" : " options: '" + options + "'"));
  };
  for (int stage = 0; stage < 2; ++stage) {
    version->mutable_stages(stage)->set_fields_confidence(v1::CONFIDENCE_VERIFIED);
  }
  add(0, "name", "TEXT", "entity.name");
  add(0, "when", "TIME", "case.occurred");
  add(0, "said", "LONG_TEXT", "case.occurred");
  add(0, "many", "NUMBER", "answer:many");
  add(0, "which", "CHOICES", "answer:which", "colours");
  add(1, "name", "LONG_TEXT", "stage:first.name");
  add(1, "which", "CHOICES", "stage:first.which", "colours");
  version->mutable_stages(1)->set_continues("first");
  const auto regime = ReadRegime(message, TestQuestions());
  ASSERT_TRUE(regime.ok()) << regime.status();
  EXPECT_EQ(regime->versions[0].stages[0].FindField("many")->fill(), "answer:many");
  EXPECT_EQ(regime->versions[0].OptionsOf(regime->versions[0].stages[0].fields[4])->id(), "colours");
  EXPECT_EQ(regime->versions[0].OptionsOf(regime->versions[0].stages[0].fields[0]), nullptr);

  EXPECT_EQ(regime->versions[0].stages[1].continues, "first");

  version->mutable_stages(1)->set_continues("second");
  add(1, "a", "TEXT", "weather");
  add(1, "b", "NUMBER", "case.occurred");
  add(1, "c", "YES_NO", "answer:many");
  add(1, "d", "TEXT", "answer:unheard");
  add(1, "e", "CHOICES", "answer:which", "shapes");
  add(1, "g", "TEXT", "stage:second.name");
  add(1, "h", "TEXT", "stage:first.unheard");
  add(1, "i", "NUMBER", "stage:first.when");
  add(1, "j", "TEXT", "stage:first");
  const std::string fields = "versions[0].stages[1].fields";
  EXPECT_THAT(
      Wrong(message),
      ElementsAre(
          "versions[0].stages[1].continues: 'second' is not a stage before this one",
          fields + "[2].fill: 'weather' is nothing that a field is filled in with",
          fields + "[3].fill: 'case.occurred' does not fit a field of this kind",
          fields + "[4].fill: 'answer:many' does not fit a field of this kind",
          fields + "[5].fill: 'unheard' is not a question",
          fields + "[6].fill: question 'which' and the list have no option in common",
          fields + "[7].fill: 'second' is not a stage before this one",
          fields + "[8].fill: stage 'first' has no field 'unheard'",
          fields + "[9].fill: 'stage:first.when' does not fit a field of this kind",
          fields + "[10].fill: 'stage:first' is nothing that a field is filled in with"));
}

TEST(ReadRegimeTest, HoursMayBeOthersForSome) {
  v1::Regime message = Right();
  v1::Clock* clock = message.mutable_versions(0)->mutable_stages(0)->mutable_clock();
  *clock->add_overrides() = ParseText<v1::ClockOverride>("when { yes: 'sure' } hours: 6");
  const auto regime = ReadRegime(message, TestQuestions());
  ASSERT_TRUE(regime.ok()) << regime.status();
  ASSERT_EQ(regime->versions[0].stages[0].overrides.size(), 1u);
  EXPECT_EQ(regime->versions[0].stages[0].overrides[0].hours, 6);
  clock->mutable_overrides(0)->set_hours(0);
  *message.mutable_versions(0)->mutable_stages(1)->mutable_clock()->add_overrides() =
      clock->overrides(0);
  EXPECT_THAT(Wrong(message),
              UnorderedElementsAre(
                  "versions[0].stages[0].clock.overrides[0].hours: is 0, must be from 1 to 8760",
                  "versions[0].stages[1].clock.overrides: may only stand with hours",
                  "versions[0].stages[1].clock.overrides[0].hours: is 0, must be from 1 to 8760"));
}

TEST(ReadRegimeTest, WhatBelongsElsewhereHasNoStages) {
  v1::Regime message = Right();
  message.mutable_versions(1)->set_duty(v1::DUTY_KIND_REDIRECT);
  EXPECT_THAT(Wrong(message),
              ElementsAre("versions[1].stages: may not stand where the matter belongs elsewhere"));
  message.mutable_versions(1)->clear_stages();
  *message.mutable_versions(1)->mutable_presumed_when() =
      ParseText<v1::Condition>("fact: 'ongoing'");
  EXPECT_THAT(Wrong(message), ElementsAre("versions[1].presumed_when: may only stand with a duty "
                                          "that the law demands"));
}

TEST(ReadRegimeTest, QuestionsOfAVersionMustBeThere) {
  v1::Regime message = Right();
  v1::RegimeVersion* version = message.mutable_versions(0);
  version->set_entity_question("which");
  version->add_document_questions("why");
  version->set_disabled_because("A proposal.");
  EXPECT_THAT(
      Wrong(message),
      UnorderedElementsAre("versions[0].entity_question: 'which' is not a question of kind UNITS",
                           "versions[0].document_questions: may only stand with documented",
                           "versions[0].document_questions[0]: 'why' is not a question",
                           "versions[0].disabled_because: may only stand with disabled"));
}

}  // namespace
}  // namespace avvik::regimes
