#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/commands/command_line_fixture.h"
#include "gmock/gmock.h"

namespace avvik::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class RegimesCommandTest : public CommandLineFixture {
 protected:
  static std::string Shipped() {
    const char* source = std::getenv("AVVIK_SOURCE_DIR");
    return std::string(source == nullptr ? "." : source) + "/deploy/regimes";
  }
  // A copy of what is shipped, in which a text of a file is another.
  std::string Changed(const std::string& file, const std::string& from, const std::string& to) {
    const std::filesystem::path copy =
        std::filesystem::temp_directory_path() / ("avvik-regimes-" + std::to_string(getpid()));
    std::filesystem::remove_all(copy);
    std::filesystem::copy(Shipped(), copy);
    std::ifstream in(copy / file);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    EXPECT_NE(text.find(from), std::string::npos);
    text.replace(text.find(from), from.size(), to);
    std::ofstream(copy / file) << text;
    return copy.string();
  }
};

TEST_F(RegimesCommandTest, WhatIsShippedIsGoodWithoutAServer) {
  server_.GoAway();
  const Said said = Run({"regimes", "check", Shipped()});
  EXPECT_EQ(said.code, kOk) << said.err;
  EXPECT_THAT(said.out, HasSubstr("SE-CER 2026-07-01, disabled, 1 to confirm\n"));
  EXPECT_THAT(said.out, HasSubstr("good: 22 regimes, "));
  const json one = RunJson({"regimes", "check", Shipped() + "/se-sak.yaml"});
  ASSERT_THAT(one["regimes"], SizeIs(1));
  EXPECT_EQ(one["regimes"][0]["id"], "SE-SAK");
  EXPECT_GT(one["questions"], 20);
}

TEST_F(RegimesCommandTest, MistakesAreToldByLineAndField) {
  const std::string changed = Changed("se-gdpr-33.yaml", "hours: 72", "hours: 0");
  const Said said = Run({"regimes", "check", changed});
  EXPECT_EQ(said.code, kRefused);
  EXPECT_THAT(said.err, HasSubstr("se-gdpr-33.yaml:"));
  EXPECT_THAT(said.err, HasSubstr("versions[0].stages[0].clock.hours"));
  EXPECT_EQ(Run({"regimes", "check", changed + "/none.yaml"}).code, kUsage);
}

TEST_F(RegimesCommandTest, DifferencesAreToldInWords) {
  EXPECT_EQ(Run({"regimes", "diff", Shipped(), Shipped()}).code, kOk);
  const std::string changed = Changed("se-gdpr-33.yaml", "hours: 72", "hours: 96");
  const Said said = Run({"regimes", "diff", Shipped(), changed});
  EXPECT_EQ(said.code, kRefused);
  EXPECT_EQ(said.out, "SE-GDPR-33 2018-05-25: stage anmalan, clock, hours: 72 is now 96\n");
  const json all = RunJson({"regimes", "diff", Shipped() + "/se-gdpr-33.yaml",
                            changed + "/se-gdpr-33.yaml"},
                           kRefused);
  ASSERT_THAT(all["differences"], SizeIs(1));
  EXPECT_EQ(all["differences"][0]["before"], "72");
  EXPECT_EQ(all["differences"][0]["after"], "96");
}

TEST_F(RegimesCommandTest, RegisterOfBreachesIsExportedPageByPage) {
  suite_.on_request = [&](const LocalRequest& request) -> std::optional<LocalAnswer> {
    if (request.path.starts_with("/v1/breaches") &&
        request.path.find("page_token=next") == std::string::npos) {
      EXPECT_THAT(request.path, HasSubstr("from_time=2026-01-01T00%3A00%3A00Z"));
      return LocalAnswer{
          .body = R"({"breaches":[{"number":"AVV-2026-000002"}],"next_page_token":"next"})"};
    }
    if (request.path.starts_with("/v1/breaches")) {
      return LocalAnswer{.body = R"({"breaches":[{"number":"AVV-2026-000001"}]})"};
    }
    return std::nullopt;
  };
  const Said said =
      Run({"export", "breaches", "--as", "anna.lind", "--from", "2026-01-01T00:00:00Z"});
  EXPECT_EQ(said.code, kOk) << said.err;
  EXPECT_THAT(said.out, HasSubstr("\"AVV-2026-000002\""));
  EXPECT_THAT(said.out, HasSubstr("\"AVV-2026-000001\""));
}

}  // namespace
}  // namespace avvik::cli
