// What the tests of triage share: the example municipality with the five usual rules, and small
// classification rules.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>

#include "common/campaigns/campaign_rules.h"
#include "common/organisation/example_organisation.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/triage/classification.h"

namespace avvik::triage {

template <typename Message>
Message ParseText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// A file below deploy/.
inline std::string Deployed(const std::string& name) {
  const char* root = std::getenv("AVVIK_SOURCE_DIR");
  return std::string(root == nullptr ? "." : root) + "/deploy/" + name;
}

// The municipality of ExampleOrganisation, with Dora as data protection officer, Karl as security
// protection chief, Adam as administrator, and the rules that the shipped organisations have.
inline organisation::v1::Organisation TestOrganisationProto() {
  organisation::v1::Organisation proto = organisation::ExampleOrganisation();
  proto.clear_routing();
  proto.MergeFrom(ParseText<organisation::v1::Organisation>(R"pb(
    people {
      login: "dora"
      name: "Dora Lind"
      email: "dora@by.example"
      roles { role: DATA_PROTECTION_OFFICER }
    }
    people {
      login: "karl"
      name: "Karl Berg"
      email: "karl@by.example"
      roles { role: SECURITY_PROTECTION_CHIEF }
    }
    people {
      login: "adam"
      name: "Adam Sund"
      email: "adam@by.example"
      roles { role: ADMINISTRATOR }
    }
    routing {
      id: "national-security"
      national_security: ANSWER_YES
      to: ROUTE_TO_ROLE
      role: SECURITY_PROTECTION_CHIEF
      draw_in: true
    }
    routing {
      id: "personal-data"
      personal_data: ANSWER_YES
      to: ROUTE_TO_ROLE
      role: DATA_PROTECTION_OFFICER
      draw_in: true
    }
    routing { id: "system-owner" to: ROUTE_TO_SYSTEM_OWNER }
    routing { id: "unit-coordinator" to: ROUTE_TO_UNIT_COORDINATOR }
    routing { id: "otherwise" to: ROUTE_TO_ROLE role: INFORMATION_SECURITY_OFFICER }
  )pb"));
  return proto;
}

inline std::shared_ptr<const organisation::Organisation> TestOrganisation() {
  static const auto organisation = organisation::MakeOrganisation(TestOrganisationProto());
  return organisation;
}

// The shipped rules.
inline const ClassificationRules& ShippedRules() {
  static const ClassificationRules rules =
      *ClassificationRules::Load(Deployed("classification.yaml"));
  return rules;
}

// The shipped rules of what is the same thing.
inline const campaigns::CampaignRules& TestCampaigns() {
  static const campaigns::CampaignRules rules =
      *campaigns::CampaignRules::Load(Deployed("campaigns.yaml"));
  return rules;
}

}  // namespace avvik::triage
