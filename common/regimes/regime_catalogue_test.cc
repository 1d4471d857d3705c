#include "common/regimes/regime_catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/deadline/instant.h"
#include "common/deadline/deadline.h"
#include "common/regimes/test_regimes.h"

namespace avvik::regimes {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RegimeCatalogueTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() /
                 ("avvik-regimes-" + std::to_string(getpid()) + "-" +
                  testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name) << text;
  }
  // A file of this repository.
  static std::string Shipped(const std::string& name) {
    std::ifstream file(RegimeDirectory() + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string LoadError() {
    return std::string(RegimeCatalogue::Load(directory_.string()).status().message());
  }

  std::filesystem::path directory_;
};

TEST_F(RegimeCatalogueTest, ShippedRegimesAreInOrder) {
  const auto catalogue = RegimeCatalogue::Load(RegimeDirectory());
  ASSERT_TRUE(catalogue.ok()) << catalogue.status();
  std::vector<std::string> ids;
  for (const Regime& regime : catalogue->regimes()) ids.push_back(regime.id);
  EXPECT_THAT(ids, ElementsAre("DK-CER", "DK-GDPR-33", "DK-GDPR-34", "DK-NIS2", "DK-VB",
                               "EU-AI-73", "EU-OMNIBUS-33", "SE-CER", "SE-EIDAS", "SE-GDPR-33",
                               "SE-GDPR-34", "SE-LEH", "SE-LEK-INT", "SE-LSS", "SE-NIS2", "SE-POLIS",
                               "SE-POLIS-ANST", "SE-PSL", "SE-SAK", "SE-SOL", "SE-STATE", "SE-VB"));
  EXPECT_EQ(catalogue->messages()[9].id(), "SE-GDPR-33");
  EXPECT_EQ(catalogue->Find("SE-NIS2")->versions.size(), 2u);
  EXPECT_EQ(catalogue->Find("SE-NIS1"), nullptr);
  EXPECT_NE(catalogue->questions().Find("work-limited"), nullptr);
}

TEST_F(RegimeCatalogueTest, SwedishIncidentReportsChangedReceiverOnTheFirstOfJuly2026) {
  const Regime& regime = *TestRegimes().Find("SE-NIS2");
  const auto told = [&](int version, const char* day) {
    return regime.versions[static_cast<std::size_t>(version)]
        .ReceiverOn(*deadline::ParseDay(day))
        ->name;
  };
  EXPECT_EQ(told(0, "2026-06-30"), "Myndigheten för civilt försvar (MCF), CERT-SE");
  EXPECT_EQ(told(0, "2026-07-01"), "Nationellt cybersäkerhetscenter (NCSC), CERT-SE");
  EXPECT_EQ(told(1, "2026-11-20"), "Nationellt cybersäkerhetscenter (NCSC), CERT-SE");
}

TEST_F(RegimeCatalogueTest, WhatIsNotLawIsDisabledAndSaysWhy) {
  std::vector<std::string> disabled;
  for (const v1::Regime& regime : TestRegimes().messages()) {
    for (const v1::RegimeVersion& version : regime.versions()) {
      if (!version.disabled()) continue;
      EXPECT_FALSE(version.disabled_because().empty()) << regime.id();
      if (disabled.empty() || disabled.back() != regime.id()) disabled.push_back(regime.id());
    }
  }
  EXPECT_THAT(disabled, ElementsAre("DK-CER", "EU-AI-73", "EU-OMNIBUS-33", "SE-CER", "SE-EIDAS",
                                    "SE-LEK-INT", "SE-POLIS-ANST", "SE-STATE"));
}

TEST_F(RegimeCatalogueTest, WhatIsNotCertainSaysWhatToConfirm) {
  for (const v1::Regime& regime : TestRegimes().messages()) {
    const v1::RegimeVersion& version = regime.versions(regime.versions_size() - 1);
    EXPECT_FALSE(version.last_verified().empty()) << regime.id();
    EXPECT_FALSE(version.who().empty()) << regime.id();
    EXPECT_TRUE(version.confidence() != v1::CONFIDENCE_UNVERIFIED || version.to_confirm_size() > 0)
        << regime.id();
    for (const v1::Threshold& threshold : version.thresholds()) {
      EXPECT_EQ(threshold.confidence(), v1::CONFIDENCE_UNVERIFIED) << threshold.code();
    }
    for (const v1::Exemption& exemption : version.exemptions()) {
      EXPECT_TRUE(exemption.handled_by().empty() ||
                  TestRegimes().Find(exemption.handled_by()) != nullptr)
          << regime.id();
    }
  }
}

TEST_F(RegimeCatalogueTest, EveryQuestionIsAskedByARegime) {
  std::string all;
  for (const v1::Regime& regime : TestRegimes().messages()) all += regime.ShortDebugString();
  for (const v1::Question& question : TestRegimes().questions().message().questions()) {
    EXPECT_THAT(all, HasSubstr("\"" + question.id() + "\""));
  }
}

TEST_F(RegimeCatalogueTest, QuestionsAreReadFromTheirOwnFile) {
  std::string text = Shipped("questions.yaml");
  text.replace(text.find("id: work-limited"), 16, "id: work-slowed!");
  Write("questions.yaml", text);
  Write("se-nis2.yaml", Shipped("se-nis2.yaml"));
  EXPECT_THAT(LoadError(), HasSubstr("questions.yaml:"));
  text.replace(text.find("id: work-slowed!"), 16, "id: work-slowed.");
  Write("questions.yaml", text);
  EXPECT_THAT(LoadError(), HasSubstr("'work-limited' is not a question"));
  Write("questions.yaml", Shipped("questions.yaml"));
  EXPECT_EQ(LoadError(), "");
  // Named alone, a regime finds the questions beside it.
  const auto alone = RegimeCatalogue::LoadFiles({(directory_ / "se-nis2.yaml").string()});
  ASSERT_TRUE(alone.ok()) << alone.status();
  EXPECT_EQ(alone->regimes().size(), 1u);
}

TEST_F(RegimeCatalogueTest, MistakesNameFileLineAndField) {
  Write("questions.yaml", Shipped("questions.yaml"));
  std::string text = Shipped("se-sak.yaml");
  text.replace(text.find("from: aware"), 11, "from: awake");
  Write("se-sak.yaml", text);
  text = Shipped("se-gdpr-33.yaml");
  text.replace(text.find("fact: personal_data"), 19, "fact: personal-data");
  Write("se-gdpr-33.yaml", text);
  Write("readme.txt", "not a regime");
  const std::string error = LoadError();
  EXPECT_THAT(error, HasSubstr((directory_ / "se-sak.yaml").string() + ":"));
  EXPECT_THAT(error, HasSubstr("versions[0].stages[0].clock.from: 'awake' is not aware"));
  EXPECT_THAT(error, HasSubstr((directory_ / "se-gdpr-33.yaml").string() + ":"));
  EXPECT_THAT(error,
              HasSubstr("versions[0].applies_when.all.of[0].fact: 'personal-data' is not a known "
                        "fact"));
}

TEST_F(RegimeCatalogueTest, IdsAreUniqueAcrossFiles) {
  Write("a.yaml", Shipped("se-sak.yaml"));
  Write("b.yaml", Shipped("se-sak.yaml"));
  EXPECT_EQ(LoadError(), (directory_ / "b.yaml").string() + ": id: 'SE-SAK' is also the id of " +
                             (directory_ / "a.yaml").string());
}

TEST_F(RegimeCatalogueTest, DirectoryMustHoldRegimes) {
  EXPECT_THAT(LoadError(), HasSubstr("holds no *.yaml file"));
  const auto missing = RegimeCatalogue::Load((directory_ / "missing").string());
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace avvik::regimes
