// What happens in municipalities, and what the law then asks: test_data/incidents.yaml, tried on the
// regimes of this repository.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/escalation/assessment.h"
#include "services/escalation/duty.h"
#include "services/escalation/test_support.h"

namespace avvik::escalation {
namespace {

using ::testing::ElementsAreArray;

YAML::Node Incidents() {
  const char* source = std::getenv("AVVIK_SOURCE_DIR");
  return YAML::LoadFile(std::string(source == nullptr ? "." : source) +
                        "/services/escalation/test_data/incidents.yaml");
}

Answer AnswerOf(const YAML::Node& node) {
  if (!node) return Answer::ANSWER_UNSPECIFIED;
  return node.as<std::string>() == "yes" ? Answer::ANSWER_YES : Answer::ANSWER_NO;
}

CaseAnswer AnswerOf(const v1::Question& question, const YAML::Node& node) {
  CaseAnswer answer;
  switch (question.kind()) {
    case v1::ANSWER_KIND_YES_NO:
      answer.yes = node.as<std::string>() == "yes";
      break;
    case v1::ANSWER_KIND_NUMBER:
      answer.number = node.as<std::int64_t>();
      break;
    case v1::ANSWER_KIND_DURATION:
      answer.number = static_cast<std::int64_t>(node.as<double>() * 60);
      break;
    case v1::ANSWER_KIND_CHOICE:
      for (const YAML::Node& option : node) {
        EXPECT_TRUE(regimes::HasOption(question, option.as<std::string>())) << option;
        answer.choices.push_back(option.as<std::string>());
      }
      break;
    default:
      for (const YAML::Node& unit : node) {
        AffectedUnit& affected = answer.units.emplace_back();
        affected.unit = unit["unit"].as<std::string>();
        if (unit["aware"]) affected.aware_time = At(unit["aware"].as<std::string>());
      }
  }
  return answer;
}

CaseFacts FactsOf(const YAML::Node& incident) {
  CaseFacts facts = TestCase();
  const YAML::Node told = incident["facts"];
  const std::set<std::string> known = {
      "kind",          "category",           "confidentiality", "accuracy",      "availability",
      "traceability",  "personal_data",      "persons",         "system",        "national_security",
      "risk_unlikely", "unit",               "aware",           "ongoing",       "closed"};
  for (const auto& entry : told) {
    EXPECT_TRUE(known.contains(entry.first.as<std::string>())) << entry.first;
  }
  const auto text = [&](const char* name) { return told[name] ? told[name].as<std::string>() : ""; };
  facts.kind = Kind::KIND_UNSPECIFIED;
  facts.category = type::v1::CATEGORY_UNSPECIFIED;
  if (told["kind"]) {
    EXPECT_TRUE(type::v1::Kind_Parse("KIND_" + text("kind"), &facts.kind));
  }
  if (told["category"]) {
    EXPECT_TRUE(type::v1::Category_Parse("CATEGORY_" + text("category"), &facts.category));
  }
  const char* properties[] = {"", "confidentiality", "accuracy", "availability", "traceability"};
  for (std::size_t i = 1; i < facts.impacts.size(); ++i) {
    facts.impacts[i] = told[properties[i]] ? told[properties[i]].as<int>() : 0;
  }
  facts.personal_data = AnswerOf(told["personal_data"]);
  facts.information_system = AnswerOf(told["system"]);
  facts.national_security = AnswerOf(told["national_security"]);
  facts.risk_unlikely = AnswerOf(told["risk_unlikely"]);
  facts.ongoing = AnswerOf(told["ongoing"]);
  facts.affected_persons.reset();
  if (told["persons"]) facts.affected_persons = told["persons"].as<std::int64_t>();
  facts.unit = told["unit"] ? text("unit") : "social";
  if (told["aware"]) facts.aware_time = At(text("aware"));
  facts.as_of = facts.aware_time + absl::Minutes(1);
  if (told["closed"]) {
    facts.close_time = facts.as_of;
    facts.no_deviation = text("closed") == "no-deviation";
  }
  for (const auto& entry : incident["answers"]) {
    const std::string id = entry.first.as<std::string>();
    const v1::Question* question = TestRegimes().questions().Find(id);
    if (question == nullptr) {
      ADD_FAILURE() << id << " is not a question";
      continue;
    }
    facts.answers[id] = AnswerOf(*question, entry.second);
  }
  return facts;
}

// `REGIME` or, for several, `REGIME/entity`; with what it says of the case. What it does not ask for
// is left out.
std::vector<std::string> Said(const std::vector<DutyDecision>& decisions) {
  std::map<std::string, int> entities;
  for (const DutyDecision& decision : decisions) ++entities[decision.regime->id];
  std::vector<std::string> lines;
  for (const DutyDecision& decision : decisions) {
    std::string name = decision.regime->id;
    if (entities[name] > 1) name += "/" + decision.entity.unit;
    if (decision.advised) lines.push_back(name + " advised");
    switch (decision.result) {
      case v1::ASSESSMENT_RESULT_REQUIRED:
        lines.push_back(name + " required");
        break;
      case v1::ASSESSMENT_RESULT_MAY_BE:
        lines.push_back(name + (decision.need == Need::kToAssess ? " presumed" : " may-be"));
        break;
      case v1::ASSESSMENT_RESULT_HANDLED_ELSEWHERE:
        lines.push_back(name + " elsewhere" +
                        (decision.handled_by.empty() ? "" : " by " + decision.handled_by));
        break;
      default:
        break;
    }
  }
  return lines;
}

std::vector<std::string> Listed(const YAML::Node& node) {
  std::vector<std::string> items;
  for (const YAML::Node& item : node) items.push_back(item.as<std::string>());
  return items;
}

const DutyDecision* FindDecision(const std::vector<DutyDecision>& decisions,
                                 const std::string& name) {
  for (const DutyDecision& decision : decisions) {
    if (decision.regime->id == name || decision.regime->id + "/" + decision.entity.unit == name) {
      return &decision;
    }
  }
  return nullptr;
}

TEST(IncidentsTest, WhatTheLawAsksOfEach) {
  const YAML::Node incidents = Incidents();
  EXPECT_GE(incidents.size(), 60u);
  std::set<std::string> names;
  for (const YAML::Node& incident : incidents) {
    const std::string name = incident["name"].as<std::string>();
    SCOPED_TRACE(name);
    EXPECT_TRUE(names.insert(name).second);
    const std::string country = incident["country"] ? incident["country"].as<std::string>() : "SE";
    const auto organisation = TestOrganisation(country);
    const CaseFacts facts = FactsOf(incident);
    const std::vector<DutyDecision> decisions = Assess(TestRegimes(), facts, *organisation);
    EXPECT_THAT(Said(decisions), ElementsAreArray(Listed(incident["expect"])));
    for (const auto& entry : incident["asks"]) {
      const DutyDecision* decision = FindDecision(decisions, entry.first.as<std::string>());
      ASSERT_NE(decision, nullptr) << entry.first;
      EXPECT_THAT(decision->asks, ElementsAreArray(Listed(entry.second))) << entry.first;
    }
    for (const auto& entry : incident["because"]) {
      const DutyDecision* decision = FindDecision(decisions, entry.first.as<std::string>());
      ASSERT_NE(decision, nullptr) << entry.first;
      EXPECT_THAT(decision->reasons, ::testing::Contains(entry.second.as<std::string>()))
          << entry.first;
    }
    for (const auto& entry : incident["due"]) {
      const DutyDecision* decision = FindDecision(decisions, entry.first.as<std::string>());
      ASSERT_NE(decision, nullptr) << entry.first;
      const Duty duty = OpenDuty("duty", *decision, facts, CalendarOf(*organisation),
                                 decision->aware_time + absl::Minutes(1))
                            .duty;
      for (const auto& stage : entry.second) {
        const auto found =
            std::find_if(duty.stages.begin(), duty.stages.end(), [&](const DutyStage& known) {
              return known.id == stage.first.as<std::string>();
            });
        ASSERT_NE(found, duty.stages.end()) << stage.first;
        ASSERT_TRUE(found->times.target.has_value()) << stage.first;
        EXPECT_EQ(*found->times.target, At(stage.second.as<std::string>())) << stage.first;
      }
    }
  }
}

}  // namespace
}  // namespace avvik::escalation
