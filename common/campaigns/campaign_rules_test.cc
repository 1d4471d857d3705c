#include "common/campaigns/campaign_rules.h"

#include <cstdlib>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace avvik::campaigns {
namespace {

constexpr Key kKey = {7};
const absl::Time kNow = absl::FromUnixSeconds(1'795'000'000);

intake::v1::CampaignRules Parse(const std::string& text) {
  intake::v1::CampaignRules proto;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &proto)) << text;
  return proto;
}

CampaignRules Rules() {
  auto rules = CampaignRules::Create(Parse(R"pb(
    rules {
      category: CATEGORY_SUSPICIOUS_MESSAGE
      window { seconds: 3600 }
      similarity: 50
    }
    rules {
      category: CATEGORY_SYSTEM_DOWN
      window { seconds: 3600 }
      similarity: 80
      same_system: true
    }
  )pb"));
  EXPECT_OK(rules);
  return *rules;
}

Subject Mail(const std::string& title) {
  return {.category = type::v1::CATEGORY_SUSPICIOUS_MESSAGE,
          .fingerprint = Rules().fingerprinter().Of(kKey, title, ""),
          .reported = kNow};
}

Subject Outage(const std::string& system, const std::string& title) {
  Subject outage = Mail(title);
  outage.category = type::v1::CATEGORY_SYSTEM_DOWN;
  outage.system = system;
  return outage;
}

TEST(SameThingTest, AlikeAtTheThresholdIsTheSameThingAndBelowItIsNot) {
  // 22 runs of five letters.
  const Subject first = Mail("abcdefghijklmnopqrstuvwxyz");
  Subject half = Mail("abcdefghijklmno");  // 11 of them.
  half.fingerprint = Rules().fingerprinter().Of(kKey, "abcdefghijklmno", "x");
  half.fingerprint.title.clear();  // So that only the longer title counts.
  EXPECT_EQ(Rules().SameThing(half, first), 50);
  Subject less = half;
  less.fingerprint = Rules().fingerprinter().Of(kKey, "abcdefghijklmn", "x");
  less.fingerprint.title.clear();
  EXPECT_EQ(Rules().SameThing(less, first), std::nullopt);
}

TEST(SameThingTest, CategoryWithoutARuleIsNeverTheSameThing) {
  Subject letter = Mail("Brevet kom till en annan adress än tänkt");
  letter.category = type::v1::CATEGORY_MISDIRECTED_MESSAGE;
  EXPECT_FALSE(Rules().Knows(letter.category));
  EXPECT_EQ(Rules().SameThing(letter, letter), std::nullopt);
  EXPECT_EQ(Rules().SameThing(Mail("Ditt paket väntar på leverans"),
                              Outage("", "Ditt paket väntar på leverans")),
            std::nullopt);
}

TEST(SameThingTest, WindowCountsFromTheLastReport) {
  const Subject report = Mail("Ditt paket väntar på leverans");
  Subject before = report;
  before.reported = kNow - absl::Hours(1);
  EXPECT_EQ(Rules().SameThing(report, before), 100);
  before.reported -= absl::Microseconds(1);
  EXPECT_EQ(Rules().SameThing(report, before), std::nullopt);
  EXPECT_EQ(Rules().OldestLastReport(report.category, kNow), kNow - absl::Hours(1));
}

TEST(SameThingTest, SameSystemIsEnoughWhereTheRuleSaysSoAndAnotherSystemNeverIs) {
  EXPECT_EQ(Rules().SameThing(Outage("journal", "Det går inte"), Outage("journal", "Helt svart")),
            100);
  const std::string words = "Ingenting händer när man loggar in";
  EXPECT_EQ(Rules().SameThing(Outage("journal", words), Outage("skola", words)), std::nullopt);
  // Who names no system is known by the words.
  EXPECT_EQ(Rules().SameThing(Outage("", words), Outage("skola", words)), 100);
  Subject mail = Mail("Faktura har förfallit till betalning");
  mail.system = "journal";
  Subject other = Mail("Ditt paket väntar på leverans");
  other.system = "journal";
  EXPECT_EQ(Rules().SameThing(mail, other), std::nullopt);
}

TEST(SameThingTest, PersonalDataThatTheCaseDoesNotKnowOfKeepsAReportApart) {
  Subject report = Mail("Ditt paket väntar på leverans");
  Subject known = report;
  report.personal_data = type::v1::ANSWER_YES;
  EXPECT_EQ(Rules().SameThing(report, known), std::nullopt);
  known.personal_data = type::v1::ANSWER_YES;
  EXPECT_EQ(Rules().SameThing(report, known), 100);
  report.personal_data = type::v1::ANSWER_NO;
  EXPECT_EQ(Rules().SameThing(report, known), 100);
}

TEST(CampaignRulesTest, SecondRuleOfACategoryAndAWindowOfNothingAreRefused) {
  const auto refused = CampaignRules::Create(Parse(R"pb(
    rules { category: CATEGORY_SYSTEM_DOWN window { seconds: 3600 } similarity: 50 }
    rules { category: CATEGORY_SYSTEM_DOWN window { seconds: 59 } similarity: 50 }
  )pb"));
  EXPECT_THAT(refused, avvik::testing::NamesField("rules[1].category"));
  EXPECT_THAT(refused, avvik::testing::NamesField("rules[1].window"));
}

TEST(CampaignRulesTest, FingerprintsTravelWhole) {
  const Fingerprint fingerprint = Mail("Ditt paket väntar på leverans").fingerprint;
  EXPECT_FALSE(fingerprint.empty());
  EXPECT_EQ(FromProto(ToProto(fingerprint)), fingerprint);
}

// What the shipped rules make of mails as they are reported.
class ShippedCampaignRulesTest : public ::testing::Test {
 protected:
  static const CampaignRules& Shipped() {
    static const CampaignRules rules = [] {
      const char* root = std::getenv("AVVIK_SOURCE_DIR");
      auto loaded =
          CampaignRules::Load(std::string(root == nullptr ? "." : root) + "/deploy/campaigns.yaml");
      EXPECT_OK(loaded);
      return *loaded;
    }();
    return rules;
  }
  static Subject Mail(const std::string& title, const std::string& text) {
    return {.category = type::v1::CATEGORY_SUSPICIOUS_MESSAGE,
            .fingerprint = Shipped().fingerprinter().Of(kKey, title, text),
            .reported = kNow};
  }
};

TEST_F(ShippedCampaignRulesTest, OneMailInThreeLanguagesOfForwardingIsOneThing) {
  const Subject first = Mail("VB: Ditt lösenord löper ut idag, förnya det nu",
                             "Hej! Fick det här mejlet i morse. Mvh Anna");
  for (const auto& [title, text] : std::vector<std::pair<std::string, std::string>>{
           {"Fwd: Ditt lösenord löper ut idag, förnya det nu", "Suspicious mail, please check"},
           {"VS: Ditt losenord loper ut idag, fornya det nu", "Mærkelig mail, se den vedhæftede"},
           {"Mistænkelig mail: Ditt lösenord löper ut i dag, förnya det nu", ""},
           {"Konstigt mejl", "Ämne: Ditt lösenord löper ut idag, förnya det nu. Jag klickade inte."},
           {"Phishing \"Ditt lösenrod löper ut idag, förnya det nu\"", "Hello, got this today"},
       }) {
    EXPECT_NE(Shipped().SameThing(Mail(title, text), first), std::nullopt) << title;
  }
}

TEST_F(ShippedCampaignRulesTest, WordsOfReportingDoNotMakeTwoMailsOneThing) {
  const std::string text = "Hej! Fick det här mejlet i morse, ser skumt ut. Mvh Anna";
  const Subject first = Mail("Misstänkt mejl: Ditt lösenord löper ut idag, förnya det nu", text);
  for (const char* title :
       {"Misstänkt mejl: Faktura 4711 har förfallit", "Misstänkt mejl", "Konstigt mejl från banken",
        "Misstänkt mejl: Ditt paket väntar, förnya din beställning idag",
        "Misstänkt mejl: Ny inloggning på ditt konto"}) {
    EXPECT_EQ(Shipped().SameThing(Mail(title, text), first), std::nullopt) << title;
  }
}

}  // namespace
}  // namespace avvik::campaigns
