#include "services/escalation/regime_catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "services/escalation/test_support.h"

namespace avvik::escalation {
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
  EXPECT_THAT(ids, ElementsAre("DK-GDPR-33", "DK-NIS2", "SE-GDPR-33", "SE-NIS2", "SE-SAK"));
  EXPECT_EQ(catalogue->messages()[2].id(), "SE-GDPR-33");
  EXPECT_EQ(catalogue->Find("SE-NIS2")->versions.size(), 2u);
  EXPECT_EQ(catalogue->Find("SE-CER"), nullptr);
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

TEST_F(RegimeCatalogueTest, MistakesNameFileLineAndField) {
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
}  // namespace avvik::escalation
