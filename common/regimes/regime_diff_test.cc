#include "common/regimes/regime_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/regimes/test_regimes.h"

namespace avvik::regimes {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The regime of this id, changed by `change`, against itself as it is.
std::vector<std::string> Differences(const std::string& id,
                                     const std::function<void(v1::Regime&)>& change) {
  v1::Regime message;
  for (const v1::Regime& known : TestRegimes().messages()) {
    if (known.id() == id) message = known;
  }
  const auto before = RegimeCatalogue::Make({message}, {"a"}, TestRegimes().questions());
  change(message);
  const auto after = RegimeCatalogue::Make({message}, {"b"}, TestRegimes().questions());
  EXPECT_TRUE(before.ok() && after.ok()) << before.status() << after.status();
  std::vector<std::string> lines;
  for (const Difference& difference : Compare(*before, *after)) {
    lines.push_back(Describe(difference));
  }
  return lines;
}

TEST(RegimeDiffTest, NothingDiffersFromItself) {
  EXPECT_THAT(Compare(TestRegimes(), TestRegimes()), IsEmpty());
}

TEST(RegimeDiffTest, ChangedClockIsToldInItsStage) {
  EXPECT_THAT(Differences("SE-NIS2",
                          [](v1::Regime& regime) {
                            regime.mutable_versions(1)->mutable_stages(1)->mutable_clock()->set_hours(
                                96);
                          }),
              ElementsAre("SE-NIS2 2026-07-01: stage incidentanmalan, clock, hours: 72 is now 96"));
}

TEST(RegimeDiffTest, ConditionsAreComparedInWords) {
  EXPECT_THAT(
      Differences("SE-GDPR-33",
                  [](v1::Regime& regime) {
                    *regime.mutable_versions(0)->mutable_unless() =
                        ParseText<v1::Condition>("not { yes: 'high-risk' }");
                    regime.mutable_versions(0)->clear_presumed_when();
                  }),
      ElementsAre(
          "SE-GDPR-33 2018-05-25: unless: risk_unlikely is now not high-risk is answered with yes",
          "SE-GDPR-33 2018-05-25: presumed when: no longer personal_data"));
}

TEST(RegimeDiffTest, WhatIsNewAndGoneIsNamed) {
  EXPECT_THAT(
      Differences("SE-NIS2",
                  [](v1::Regime& regime) {
                    v1::RegimeVersion* version = regime.mutable_versions(1);
                    version->mutable_thresholds()->DeleteSubrange(0, 1);
                    version->add_secrecy("OSL 1:1");
                    version->set_effective_to("2027-06-30");
                    v1::RegimeVersion* next = regime.add_versions();
                    *next = *version;
                    next->set_version("2027-07-01");
                    next->set_effective_from("2027-07-01");
                    next->clear_effective_to();
                  }),
      ElementsAre("SE-NIS2 2026-07-01: effective to: now 2027-06-30",
                  "SE-NIS2 2026-07-01: secrecy: now OSL 1:1",
                  "SE-NIS2 2026-07-01: threshold GEN-A1 is gone", "SE-NIS2 2027-07-01 is new"));
}

TEST(RegimeDiffTest, RegimesAndOrderAreCompared) {
  const auto without = RegimeCatalogue::Make({}, {}, TestRegimes().questions());
  ASSERT_TRUE(without.ok());
  const auto found = Compare(*without, TestRegimes());
  ASSERT_EQ(found.size(), TestRegimes().regimes().size());
  EXPECT_EQ(Describe(found[0]), "DK-CER is new");
  EXPECT_EQ(Describe(Compare(TestRegimes(), *without)[0]), "DK-CER is gone");
  EXPECT_THAT(Differences("SE-POLIS",
                          [](v1::Regime& regime) {
                            regime.mutable_versions(0)->mutable_stages(0)->mutable_fields()->SwapElements(
                                0, 1);
                          }),
              ElementsAre("SE-POLIS 1965-01-01: stage polisanmalan, fields, order: who, loss, "
                          "evidence, contact is now loss, who, evidence, contact"));
}

TEST(RegimeDiffTest, ConditionsReadAsSentences) {
  EXPECT_EQ(Describe(ParseText<v1::Condition>(R"pb(
              all {
                of { fact: "personal_data" }
                of { not { kind_in { of: "WEAKNESS" of: "NEAR_MISS" } } }
                of {
                  any {
                    of { impact: "any>=2" }
                    of { lasts { question: "long" more_than_hours: 4 } }
                  }
                }
              })pb")),
            "personal_data and not kind is WEAKNESS or NEAR_MISS and (any>=2 or long is more than 4 "
            "h)");
}

}  // namespace
}  // namespace avvik::regimes
