#include "services/triage/classification.h"

#include "services/triage/test_support.h"
#include "tests/support/status_matchers.h"

namespace avvik::triage {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsOk;
using avvik::testing::NamesField;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using type::v1::Category;

constexpr auto kConfidentiality = type::v1::SECURITY_PROPERTY_CONFIDENTIALITY;
constexpr auto kAvailability = type::v1::SECURITY_PROPERTY_AVAILABILITY;

// Every category an event without impacts, levels 0 to 4 LOW to CRITICAL.
v1::ClassificationRules SmallRules() {
  auto rules = ParseText<v1::ClassificationRules>(R"pb(
    highest_level: 3
    severity {
      levels { level: 0 severity: SEVERITY_LOW }
      levels { level: 1 severity: SEVERITY_LOW }
      levels { level: 2 severity: SEVERITY_MODERATE }
      levels { level: 3 severity: SEVERITY_HIGH }
      levels { level: 4 severity: SEVERITY_CRITICAL }
    }
    rsit { id: "other" types: "other" types: "undetermined" }
    rsit { id: "fraud" types: "phishing" }
  )pb");
  for (int category = 0; category <= type::v1::Category_MAX; ++category) {
    v1::CategoryRule* rule = rules.add_categories();
    rule->set_category(static_cast<Category>(category));
    rule->set_kind(type::v1::KIND_EVENT);
    rule->set_rsit("other/undetermined");
  }
  return rules;
}

// SmallRules with more said: `rule` of CATEGORY_LOST_DEVICE, and the rest.
ClassificationRules RulesWith(const std::string& rule, const std::string& rest = "") {
  v1::ClassificationRules proto = SmallRules();
  proto.mutable_categories(type::v1::CATEGORY_LOST_DEVICE)
      ->MergeFrom(ParseText<v1::CategoryRule>(rule));
  proto.MergeFrom(ParseText<v1::ClassificationRules>(rest));
  auto rules = ClassificationRules::Create(proto);
  EXPECT_OK(rules);
  return *std::move(rules);
}

organisation::v1::System SystemWith(const std::string& klassa) {
  return ParseText<organisation::v1::System>("id: 'journal' klassa { " + klassa + " }");
}

constexpr ReportedFacts kLostDevice{.category = type::v1::CATEGORY_LOST_DEVICE};

int LevelOf(const v1::Classification& classification, type::v1::SecurityProperty property) {
  for (const auto& impact : classification.impacts()) {
    if (impact.property() == property) return impact.level();
  }
  return -1;
}

// ---- Whether rules hold together ----

TEST(ClassificationRulesTest, SmallRulesHoldTogether) {
  EXPECT_THAT(ClassificationRules::Create(SmallRules()), IsOk());
}

TEST(ClassificationRulesTest, RulesThatDoNotHoldTogetherNameTheField) {
  struct Row {
    const char* field;
    void (*spoil)(v1::ClassificationRules&);
  };
  const Row rows[] = {
      {"categories[1].category",
       [](auto& rules) {
         rules.mutable_categories(1)->set_category(rules.categories(0).category());
       }},
      {"categories", [](auto& rules) { rules.mutable_categories()->RemoveLast(); }},
      {"categories[0].rsit", [](auto& rules) { rules.mutable_categories(0)->set_rsit("other/x"); }},
      {"categories[0].rsit", [](auto& rules) { rules.mutable_categories(0)->set_rsit("other"); }},
      {"categories[0].rsit",
       [](auto& rules) { rules.mutable_categories(0)->set_rsit("fraud/undetermined"); }},
      {"categories[2].impacts",
       [](auto& rules) {
         for (int i = 0; i < 2; ++i) {
           rules.mutable_categories(2)->add_impacts()->set_property(kConfidentiality);
         }
       }},
      {"adjustments[1].id",
       [](auto& rules) {
         rules.add_adjustments()->set_id("same");
         rules.add_adjustments()->set_id("same");
       }},
      {"severity.levels",
       [](auto& rules) { rules.mutable_severity()->mutable_levels()->RemoveLast(); }},
      {"severity.levels",
       [](auto& rules) { rules.mutable_severity()->mutable_levels(4)->set_level(7); }},
      {"severity.levels",
       [](auto& rules) { *rules.mutable_severity()->add_levels() = rules.severity().levels(0); }},
      {"severity.adjustments[0]",
       [](auto& rules) { rules.mutable_severity()->add_adjustments()->set_reason("none"); }},
  };
  for (const Row& row : rows) {
    v1::ClassificationRules rules = SmallRules();
    row.spoil(rules);
    EXPECT_THAT(ClassificationRules::Create(rules), NamesField(row.field));
  }
}

TEST(ClassificationRulesTest, FileThatIsNotThereIsToldByItsName) {
  const auto rules = ClassificationRules::Load(Deployed("nothing.yaml"));
  EXPECT_THAT(rules, Not(IsOk()));
  EXPECT_THAT(std::string(rules.status().message()), HasSubstr("nothing.yaml"));
}

// ---- The first classification, step by step ----

TEST(FirstClassificationTest, CategoryGivesKindImpactsAndRsit) {
  const auto rules = RulesWith(R"pb(
    kind: KIND_INCIDENT
    rsit: "fraud/phishing"
    information_system: ANSWER_YES
    impacts { property: SECURITY_PROPERTY_CONFIDENTIALITY level: 1 }
    impacts { property: SECURITY_PROPERTY_AVAILABILITY level: 2 })pb");
  const v1::Classification found = rules.First(kLostDevice, nullptr);
  EXPECT_EQ(found.kind(), type::v1::KIND_INCIDENT);
  EXPECT_EQ(found.rsit(), "fraud/phishing");
  EXPECT_EQ(found.information_system(), type::v1::ANSWER_YES);
  EXPECT_EQ(LevelOf(found, kConfidentiality), 1);
  EXPECT_EQ(LevelOf(found, kAvailability), 2);
  EXPECT_EQ(found.severity(), type::v1::SEVERITY_MODERATE);
  EXPECT_THAT(found.severity_reasons(), ElementsAre("impact:availability=2"));
  EXPECT_FALSE(found.confirmed());
}

TEST(FirstClassificationTest, AnswersAreTakenFromTheReportAsTheyAre) {
  const ClassificationRules rules = RulesWith("");
  const v1::Classification found = rules.First({.category = type::v1::CATEGORY_OTHER,
                                                .personal_data = type::v1::ANSWER_YES,
                                                .affected_persons = 17,
                                                .national_security = type::v1::ANSWER_NO,
                                                .ongoing = type::v1::ANSWER_YES},
                                               nullptr);
  EXPECT_EQ(found.personal_data(), type::v1::ANSWER_YES);
  EXPECT_EQ(found.affected_persons(), 17);
  EXPECT_EQ(found.national_security(), type::v1::ANSWER_NO);
  EXPECT_EQ(found.ongoing(), type::v1::ANSWER_YES);
  EXPECT_EQ(found.risk_unlikely(), type::v1::ANSWER_UNSPECIFIED);
  EXPECT_FALSE(rules.First({}, nullptr).has_affected_persons());
}

TEST(FirstClassificationTest, KlassaOfTheSystemMovesTheLevelAsTheRuleSays) {
  struct Row {
    const char* use;
    int level;
    int klassa;
    int expected;
  };
  const Row rows[] = {
      {"KLASSA_USE_UNSPECIFIED", 1, 3, 1},
      {"KLASSA_USE_FOLLOW", 1, 3, 3},
      {"KLASSA_USE_FOLLOW", 3, 1, 1},
      {"KLASSA_USE_FOLLOW", 2, 0, 2},  // Not classified for the property.
      {"KLASSA_USE_RAISE", 1, 3, 3},
      {"KLASSA_USE_RAISE", 2, 1, 2},
      {"KLASSA_USE_CAP", 3, 2, 2},
      {"KLASSA_USE_CAP", 1, 2, 1},
      {"KLASSA_USE_CAP", 2, 0, 2},
  };
  for (const Row& row : rows) {
    const ClassificationRules rules =
        RulesWith("impacts { property: SECURITY_PROPERTY_CONFIDENTIALITY level: " +
                  std::to_string(row.level) + " klassa: " + row.use + " }");
    const auto system = SystemWith("accuracy: 3 confidentiality: " + std::to_string(row.klassa));
    EXPECT_EQ(LevelOf(rules.First(kLostDevice, &system), kConfidentiality), row.expected)
        << row.use << " " << row.level << " " << row.klassa;
    EXPECT_EQ(LevelOf(rules.First(kLostDevice, nullptr), kConfidentiality), row.level);
  }
}

TEST(FirstClassificationTest, EachPropertyIsComparedWithItsOwnKlassaLevel) {
  const ClassificationRules rules = RulesWith(R"pb(
    impacts { property: SECURITY_PROPERTY_CONFIDENTIALITY klassa: KLASSA_USE_FOLLOW }
    impacts { property: SECURITY_PROPERTY_ACCURACY klassa: KLASSA_USE_FOLLOW }
    impacts { property: SECURITY_PROPERTY_AVAILABILITY klassa: KLASSA_USE_FOLLOW }
    impacts { property: SECURITY_PROPERTY_TRACEABILITY klassa: KLASSA_USE_FOLLOW })pb");
  const auto system = SystemWith("confidentiality: 1 accuracy: 2 availability: 3");
  const v1::Classification found = rules.First(kLostDevice, &system);
  std::vector<int> levels;
  for (const auto& impact : found.impacts()) levels.push_back(impact.level());
  EXPECT_THAT(levels, ElementsAre(1, 2, 3, 0));
}

TEST(FirstClassificationTest, AdjustmentSeesWhatTheOnesAboveItHaveChanged) {
  const ClassificationRules rules = RulesWith("kind: KIND_EVENT", R"pb(
    adjustments {
      id: "becomes-incident"
      when { personal_data: ANSWER_YES }
      kind: KIND_INCIDENT
    }
    adjustments {
      id: "incident-hits"
      when { kinds: KIND_INCIDENT }
      impacts_at_least { property: SECURITY_PROPERTY_CONFIDENTIALITY level: 2 }
    }
    adjustments {
      id: "hit-hard"
      when { level_at_least: 2 }
      information_system: ANSWER_YES
    })pb");
  ReportedFacts facts = kLostDevice;
  EXPECT_EQ(rules.First(facts, nullptr).kind(), type::v1::KIND_EVENT);
  EXPECT_EQ(rules.First(facts, nullptr).impacts_size(), 0);
  facts.personal_data = type::v1::ANSWER_YES;
  const v1::Classification found = rules.First(facts, nullptr);
  EXPECT_EQ(found.kind(), type::v1::KIND_INCIDENT);
  EXPECT_EQ(LevelOf(found, kConfidentiality), 2);
  EXPECT_EQ(found.information_system(), type::v1::ANSWER_YES);
}

TEST(FirstClassificationTest, EveryPartOfAConditionMustHold) {
  ReportedFacts all{.category = type::v1::CATEGORY_LOST_DEVICE,
                    .personal_data = type::v1::ANSWER_YES,
                    .affected_persons = 500,
                    .national_security = type::v1::ANSWER_NO,
                    .ongoing = type::v1::ANSWER_YES};
  const ClassificationRules rules = RulesWith(R"pb(
                                                kind: KIND_INCIDENT
                                                impacts {
                                                  property: SECURITY_PROPERTY_AVAILABILITY
                                                  level: 1
                                                  klassa: KLASSA_USE_FOLLOW
                                                })pb",
                                              R"pb(
                                                adjustments {
                                                  id: "all"
                                                  when {
                                                    categories: CATEGORY_LOST_DEVICE
                                                    kinds: KIND_INCIDENT
                                                    personal_data: ANSWER_YES
                                                    national_security: ANSWER_NO
                                                    ongoing: ANSWER_YES
                                                    affected_persons_at_least: 500
                                                    level_at_least: 1
                                                    system_named: true
                                                  }
                                                  kind: KIND_NEAR_MISS
                                                })pb");
  const auto system = SystemWith("availability: 1");
  EXPECT_EQ(rules.First(all, &system).kind(), type::v1::KIND_NEAR_MISS);
  EXPECT_EQ(rules.First(all, nullptr).kind(), type::v1::KIND_INCIDENT);
  auto without = [&](auto change) {
    ReportedFacts facts = all;
    change(facts);
    return rules.First(facts, &system).kind();
  };
  const auto kAsBefore = type::v1::KIND_INCIDENT;
  EXPECT_EQ(without([](auto& f) { f.personal_data = type::v1::ANSWER_UNSPECIFIED; }), kAsBefore);
  EXPECT_EQ(without([](auto& f) { f.national_security = type::v1::ANSWER_YES; }), kAsBefore);
  EXPECT_EQ(without([](auto& f) { f.ongoing = type::v1::ANSWER_NO; }), kAsBefore);
  EXPECT_EQ(without([](auto& f) { f.affected_persons = 499; }), kAsBefore);
  EXPECT_EQ(without([](auto& f) { f.affected_persons.reset(); }), kAsBefore);
  EXPECT_EQ(without([](auto& f) { f.category = type::v1::CATEGORY_OTHER; }), type::v1::KIND_EVENT);
}

TEST(FirstClassificationTest, NoLevelRisesAboveTheHighestThatARuleMayGive) {
  const ClassificationRules rules = RulesWith(
      "impacts { property: SECURITY_PROPERTY_CONFIDENTIALITY klassa: KLASSA_USE_FOLLOW }", R"pb(
        adjustments {
          id: "very-hard"
          when { personal_data: ANSWER_YES }
          impacts_at_least { property: SECURITY_PROPERTY_AVAILABILITY level: 4 }
        })pb");
  ReportedFacts facts = kLostDevice;
  facts.personal_data = type::v1::ANSWER_YES;
  const auto system = SystemWith("confidentiality: 4");
  const v1::Classification found = rules.First(facts, &system);
  EXPECT_EQ(LevelOf(found, kConfidentiality), 3);
  EXPECT_EQ(LevelOf(found, kAvailability), 3);
  EXPECT_EQ(found.severity(), type::v1::SEVERITY_HIGH);
}

TEST(FirstClassificationTest, AdjustmentLowersNothing) {
  const ClassificationRules rules =
      RulesWith("impacts { property: SECURITY_PROPERTY_CONFIDENTIALITY level: 3 }", R"pb(
        adjustments {
          id: "some"
          when {}
          impacts_at_least { property: SECURITY_PROPERTY_CONFIDENTIALITY level: 1 }
        })pb");
  EXPECT_EQ(LevelOf(rules.First(kLostDevice, nullptr), kConfidentiality), 3);
}

// ---- Severity ----

TEST(SeverityTest, WithoutImpactsItIsThatOfLevelZero) {
  const v1::Classification found = RulesWith("").First(kLostDevice, nullptr);
  EXPECT_EQ(found.severity(), type::v1::SEVERITY_LOW);
  EXPECT_THAT(found.severity_reasons(), ElementsAre("impact:none"));
}

TEST(SeverityTest, EveryPropertyAtTheHighestLevelIsAReason) {
  const v1::Classification found =
      RulesWith(R"pb(
        impacts { property: SECURITY_PROPERTY_CONFIDENTIALITY level: 3 }
        impacts { property: SECURITY_PROPERTY_ACCURACY level: 1 }
        impacts { property: SECURITY_PROPERTY_TRACEABILITY level: 3 })pb")
          .First(kLostDevice, nullptr);
  EXPECT_EQ(found.severity(), type::v1::SEVERITY_HIGH);
  EXPECT_THAT(found.severity_reasons(),
              ElementsAre("impact:confidentiality=3", "impact:traceability=3"));
}

TEST(SeverityTest, AdjustmentsMoveItInTheirOrderAndSayWhyOnlyWhenTheyMovedIt) {
  const ClassificationRules rules = RulesWith("", R"pb(
    severity {
      adjustments {
        reason: "two-up"
        when { ongoing: ANSWER_YES }
        steps: 2
      }
      adjustments {
        reason: "at-least-moderate"
        when {}
        at_least: SEVERITY_MODERATE
      }
      adjustments {
        reason: "three-up"
        when { ongoing: ANSWER_YES }
        steps: 3
      }
      adjustments {
        reason: "at-most-high"
        when { personal_data: ANSWER_NO }
        at_most: SEVERITY_HIGH
      }
      adjustments {
        reason: "three-down"
        when { national_security: ANSWER_NO }
        steps: -3
      }
    })pb");
  ReportedFacts facts = kLostDevice;
  v1::Classification found = rules.First(facts, nullptr);
  EXPECT_EQ(found.severity(), type::v1::SEVERITY_MODERATE);
  EXPECT_THAT(found.severity_reasons(), ElementsAre("impact:none", "at-least-moderate"));
  facts.ongoing = type::v1::ANSWER_YES;
  found = rules.First(facts, nullptr);
  EXPECT_EQ(found.severity(), type::v1::SEVERITY_CRITICAL);
  EXPECT_THAT(found.severity_reasons(), ElementsAre("impact:none", "two-up", "three-up"));
  facts.personal_data = type::v1::ANSWER_NO;
  facts.national_security = type::v1::ANSWER_NO;
  found = rules.First(facts, nullptr);
  EXPECT_EQ(found.severity(), type::v1::SEVERITY_LOW);
  EXPECT_THAT(found.severity_reasons(),
              ElementsAre("impact:none", "two-up", "three-up", "at-most-high", "three-down"));
}

// ---- A person's classification ----

absl::StatusOr<v1::Classification> ByPerson(const std::string& text, bool system_named = false) {
  static const ClassificationRules rules = RulesWith("", R"pb(
    severity {
      adjustments {
        reason: "system-named"
        when { system_named: true }
        steps: 1
      }
    })pb");
  return rules.ByPerson(ParseText<v1::Classification>(text), type::v1::CATEGORY_LOST_DEVICE,
                        system_named);
}

TEST(PersonsClassificationTest, IsKeptAsSaidAndOnlySeverityFollows) {
  const auto said = ByPerson(R"pb(
    kind: KIND_NEAR_MISS
    impacts { property: SECURITY_PROPERTY_AVAILABILITY level: 2 }
    rsit: "fraud/phishing"
    personal_data: ANSWER_YES
    affected_persons: 3
    risk_unlikely: ANSWER_YES
    severity: SEVERITY_CRITICAL
    severity_reasons: "made up")pb");
  ASSERT_OK(said);
  EXPECT_EQ(said->kind(), type::v1::KIND_NEAR_MISS);
  EXPECT_EQ(said->rsit(), "fraud/phishing");
  EXPECT_EQ(said->impacts_size(), 1);
  EXPECT_EQ(said->affected_persons(), 3);
  EXPECT_EQ(said->risk_unlikely(), type::v1::ANSWER_YES);
  EXPECT_EQ(said->severity(), type::v1::SEVERITY_MODERATE);
  EXPECT_THAT(said->severity_reasons(), ElementsAre("impact:availability=2"));
  EXPECT_TRUE(said->confirmed());
}

TEST(PersonsClassificationTest, ErrorsNameTheirFields) {
  EXPECT_THAT(ByPerson(""), NamesField("classification.kind"));
  EXPECT_THAT(ByPerson("kind: KIND_EVENT rsit: 'fraud/nothing'"),
              NamesField("classification.rsit"));
  EXPECT_THAT(ByPerson("kind: KIND_EVENT rsit: 'nothing'"), NamesField("classification.rsit"));
  EXPECT_THAT(ByPerson("kind: KIND_EVENT impacts { level: 1 }"),
              NamesField("classification.impacts[0].property"));
  const auto twice = ByPerson(R"pb(
    impacts { property: SECURITY_PROPERTY_ACCURACY level: 1 }
    impacts { property: SECURITY_PROPERTY_ACCURACY level: 4 })pb");
  EXPECT_THAT(twice, HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(twice, NamesField("classification.kind"));
  EXPECT_THAT(twice, NamesField("classification.impacts[1].property"));
  EXPECT_THAT(twice, NamesField("classification.impacts[1].level"));
}

TEST(PersonsClassificationTest, LevelFourTakesNationalSecurity) {
  const std::string four =
      "kind: KIND_INCIDENT impacts { property: SECURITY_PROPERTY_CONFIDENTIALITY level: 4 }";
  EXPECT_THAT(ByPerson(four), NamesField("classification.impacts[0].level"));
  EXPECT_THAT(ByPerson(four + " national_security: ANSWER_NO"),
              NamesField("classification.impacts[0].level"));
  const auto said = ByPerson(four + " national_security: ANSWER_YES");
  ASSERT_OK(said);
  EXPECT_EQ(said->severity(), type::v1::SEVERITY_CRITICAL);
}

TEST(PersonsClassificationTest, ConfirmingWhatTheRulesFoundLeavesTheSeverity) {
  EXPECT_EQ(ByPerson("kind: KIND_EVENT", true)->severity(), type::v1::SEVERITY_MODERATE);
  EXPECT_EQ(ByPerson("kind: KIND_EVENT", false)->severity(), type::v1::SEVERITY_LOW);
  for (int category = 0; category <= type::v1::Category_MAX; ++category) {
    for (const auto personal_data : {type::v1::ANSWER_YES, type::v1::ANSWER_NO}) {
      const auto* system = TestOrganisation()->FindSystem("journal");
      const v1::Classification first =
          ShippedRules().First({.category = static_cast<Category>(category),
                                .personal_data = personal_data,
                                .affected_persons = 600,
                                .ongoing = type::v1::ANSWER_YES},
                               system);
      const auto confirmed = ShippedRules().ByPerson(first, static_cast<Category>(category), true);
      ASSERT_OK(confirmed);
      EXPECT_EQ(confirmed->severity(), first.severity()) << category;
      EXPECT_TRUE(confirmed->confirmed());
    }
  }
}

// ---- The shipped rules ----

TEST(ShippedRulesTest, LostDeviceWithPersonalDataIsAnUrgentIncident) {
  ReportedFacts facts = kLostDevice;
  facts.personal_data = type::v1::ANSWER_YES;
  v1::Classification found = ShippedRules().First(facts, nullptr);
  EXPECT_EQ(found.kind(), type::v1::KIND_INCIDENT);
  EXPECT_EQ(LevelOf(found, kConfidentiality), 2);
  EXPECT_EQ(LevelOf(found, kAvailability), 1);
  EXPECT_EQ(found.information_system(), type::v1::ANSWER_YES);
  EXPECT_EQ(found.severity(), type::v1::SEVERITY_HIGH);
  EXPECT_THAT(found.severity_reasons(),
              ElementsAre("impact:confidentiality=2", "category=LOST_DEVICE"));
  // The journal is at confidentiality 3.
  found = ShippedRules().First(facts, TestOrganisation()->FindSystem("journal"));
  EXPECT_EQ(LevelOf(found, kConfidentiality), 3);
}

TEST(ShippedRulesTest, EveryCategoryYieldsSomethingAPersonCouldHaveSaid) {
  for (int category = 0; category <= type::v1::Category_MAX; ++category) {
    const v1::Classification found =
        ShippedRules().First({.category = static_cast<Category>(category)}, nullptr);
    EXPECT_NE(found.kind(), type::v1::KIND_UNSPECIFIED) << category;
    EXPECT_NE(found.severity(), type::v1::SEVERITY_UNSPECIFIED) << category;
    EXPECT_NE(found.rsit(), "") << category;
    EXPECT_GE(found.severity_reasons_size(), 1) << category;
    EXPECT_OK(ShippedRules().ByPerson(found, static_cast<Category>(category), false)) << category;
  }
}

TEST(ShippedRulesTest, SeverityOfTheCommonCases) {
  struct Row {
    ReportedFacts facts;
    const char* system;
    type::v1::Kind kind;
    type::v1::Severity severity;
  };
  using namespace type::v1;
  const Row rows[] = {
      {{.category = CATEGORY_MISDIRECTED_MESSAGE}, "", KIND_INCIDENT, SEVERITY_LOW},
      {{.category = CATEGORY_MISDIRECTED_MESSAGE, .personal_data = ANSWER_YES},
       "",
       KIND_INCIDENT,
       SEVERITY_MODERATE},
      {{.category = CATEGORY_MISDIRECTED_MESSAGE,
        .personal_data = ANSWER_YES,
        .affected_persons = 500},
       "",
       KIND_INCIDENT,
       SEVERITY_HIGH},
      {{.category = CATEGORY_MISDIRECTED_MESSAGE,
        .personal_data = ANSWER_YES,
        .affected_persons = 10'000},
       "",
       KIND_INCIDENT,
       SEVERITY_CRITICAL},
      {{.category = CATEGORY_SUSPICIOUS_MESSAGE}, "", KIND_EVENT, SEVERITY_LOW},
      {{.category = CATEGORY_SUSPICIOUS_MESSAGE, .personal_data = ANSWER_YES},
       "",
       KIND_INCIDENT,
       SEVERITY_MODERATE},
      {{.category = CATEGORY_INTRUSION}, "", KIND_INCIDENT, SEVERITY_HIGH},
      {{.category = CATEGORY_INTRUSION, .ongoing = ANSWER_YES},
       "",
       KIND_INCIDENT,
       SEVERITY_CRITICAL},
      {{.category = CATEGORY_SYSTEM_DOWN}, "", KIND_INCIDENT, SEVERITY_MODERATE},
      {{.category = CATEGORY_SYSTEM_DOWN, .ongoing = ANSWER_YES},
       "journal",
       KIND_INCIDENT,
       SEVERITY_HIGH},
      {{.category = CATEGORY_WEAKNESS}, "", KIND_WEAKNESS, SEVERITY_LOW},
      {{.category = CATEGORY_WEAKNESS}, "journal", KIND_WEAKNESS, SEVERITY_MODERATE},
      {{.category = CATEGORY_OTHER, .national_security = ANSWER_YES},
       "",
       KIND_EVENT,
       SEVERITY_CRITICAL},
      {{}, "", KIND_EVENT, SEVERITY_LOW},
  };
  for (const Row& row : rows) {
    const v1::Classification found =
        ShippedRules().First(row.facts, TestOrganisation()->FindSystem(row.system));
    const std::string which = Category_Name(row.facts.category) + " " + row.system;
    EXPECT_EQ(found.kind(), row.kind) << which;
    EXPECT_EQ(Severity_Name(found.severity()), Severity_Name(row.severity))
        << which << found.ShortDebugString();
  }
}

}  // namespace
}  // namespace avvik::triage
