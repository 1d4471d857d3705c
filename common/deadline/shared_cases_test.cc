// Runs the machine-readable cases of `shared/data/deadline-cases.json`, which lies beside the
// source tree (or where AVVIK_SHARED_DATA says); without that file the test is skipped.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/deadline/deadline.h"
#include "common/deadline/instant.h"

namespace avvik::deadline {
namespace {

std::filesystem::path CasesFile() {
  if (const char* data = std::getenv("AVVIK_SHARED_DATA")) {
    return std::filesystem::path(data) / "deadline-cases.json";
  }
  const char* source = std::getenv("AVVIK_SOURCE_DIR");
  return std::filesystem::path(source == nullptr ? "." : source) /
         "../shared/data/deadline-cases.json";
}

TEST(SharedDeadlineCasesTest, EveryCaseComesOutAsListed) {
  std::ifstream file(CasesFile());
  if (!file) GTEST_SKIP() << "no file " << CasesFile() << "; set AVVIK_SHARED_DATA to its folder";
  const nlohmann::json cases = nlohmann::json::parse(file);

  int compared = 0;
  for (const auto& c : cases.at("hours")) {
    const absl::TimeZone zone = *LoadZone(c.at("zone"));
    const absl::Time aware = *ParseInstant(c.at("aware_at"), zone);
    for (const auto& [key, expected] : c.items()) {
      if (key.front() != 'h') continue;
      const DeadlineText text = Describe(AfterHours(aware, std::stoi(key.substr(1)), zone), zone);
      EXPECT_EQ(text.target, expected.at("target")) << c.at("id") << " " << key;
      EXPECT_EQ(text.outer, expected.at("outer_1182_71")) << c.at("id") << " " << key;
      ++compared;
    }
  }
  for (const auto& c : cases.at("month_SE")) {
    const Calendar calendar{*LoadZone(c.at("zone")), Country::kSweden};
    const absl::Time from = *ParseInstant(c.at("submitted_at"), calendar.zone);
    const DeadlineText text = Describe(AfterMonths(from, 1, calendar), calendar.zone);
    EXPECT_EQ(FormatDay(absl::ToCivilDay(from, calendar.zone)), c.at("local_day")) << c.at("id");
    EXPECT_EQ(text.target, c.at("nominal")) << c.at("id");
    EXPECT_EQ(text.outer, c.at("outer_1930_173")) << c.at("id");
    ++compared;
  }
  EXPECT_GE(compared, 60);
}

}  // namespace
}  // namespace avvik::deadline
