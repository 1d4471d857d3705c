// What the tests of escalation share: a small municipality, the regimes of this repository, and a
// case.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/deadline/instant.h"
#include "common/organisation/organisation.h"
#include "common/regimes/test_regimes.h"
#include "services/escalation/case_facts.h"

namespace avvik::escalation {

inline absl::Time At(const std::string& text) {
  return *deadline::ParseInstant(text, *deadline::LoadZone("Europe/Stockholm"));
}

using regimes::ParseText;
using regimes::TestRegimes;

// A municipality with a board, a committee with its administration, and a company.
inline organisation::v1::Organisation TestOrganisationProto(const std::string& country = "SE") {
  auto proto = ParseText<organisation::v1::Organisation>(R"pb(
    tenant: "kommun"
    name: "Exempel kommun"
    languages: "sv"
    board: "styrelsen"
    units { id: "kommun" name: "Exempel kommun" type: UNIT_TYPE_MUNICIPALITY }
    units { id: "styrelsen" name: "Kommunstyrelsen" type: UNIT_TYPE_COMMITTEE parent: "kommun" }
    units { id: "socialnamnden" name: "Socialnämnden" type: UNIT_TYPE_COMMITTEE parent: "kommun" }
    units {
      id: "social"
      name: "Socialförvaltningen"
      type: UNIT_TYPE_ADMINISTRATION
      parent: "socialnamnden"
    }
    units { id: "bolaget" name: "Bostadsbolaget AB" type: UNIT_TYPE_COMPANY parent: "kommun" }
    people {
      login: "isa"
      name: "Isa Ek"
      email: "isa@exempel.se"
      roles { role: INFORMATION_SECURITY_OFFICER }
    }
    routing { id: "default" to: ROUTE_TO_ROLE role: INFORMATION_SECURITY_OFFICER }
  )pb");
  proto.set_country(country == "SE" ? organisation::v1::SE : organisation::v1::DK);
  proto.set_time_zone(country == "SE" ? "Europe/Stockholm" : "Europe/Copenhagen");
  return proto;
}

inline std::shared_ptr<const organisation::Organisation> TestOrganisation(
    const std::string& country = "SE") {
  return *organisation::Organisation::Create(TestOrganisationProto(country), 1);
}

// An incident with personal data in a system, known on Friday 2026-11-20 at 16:40.
inline CaseFacts TestCase() {
  CaseFacts facts;
  facts.tenant = "kommun";
  facts.case_id = "00000000-0000-7000-8000-00000000c001";
  facts.number = "AVV-2026-000123";
  facts.unit = "social";
  facts.parties = {"p_owner", "p_dpo"};
  facts.kind = Kind::KIND_INCIDENT;
  facts.category = type::v1::CATEGORY_LOST_DEVICE;
  facts.impacts[SecurityProperty::SECURITY_PROPERTY_CONFIDENTIALITY] = 1;
  facts.severity = Severity::SEVERITY_MODERATE;
  facts.personal_data = Answer::ANSWER_YES;
  facts.information_system = Answer::ANSWER_YES;
  facts.affected_persons = 12;
  facts.aware_time = At("2026-11-20T16:40:00+01:00");
  facts.as_of = facts.aware_time + absl::Minutes(1);
  return facts;
}

// The same with a serious loss of availability: a significant incident.
inline CaseFacts SignificantCase() {
  CaseFacts facts = TestCase();
  facts.impacts[SecurityProperty::SECURITY_PROPERTY_AVAILABILITY] = 3;
  facts.severity = Severity::SEVERITY_HIGH;
  return facts;
}

}  // namespace avvik::escalation
