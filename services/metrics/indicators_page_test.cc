// docs/indicators.md says what the program counts.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "gmock/gmock.h"
#include "services/metrics/indicators.h"

namespace avvik::metrics {
namespace {

std::string Page() {
  const char* root = std::getenv("AVVIK_SOURCE_DIR");
  std::ifstream file(std::string(root == nullptr ? "." : root) + "/docs/indicators.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(IndicatorsPageTest, ListsEveryIndicatorAsTheProgramDefinesItAndNoOther) {
  std::string list;
  for (const Indicator& indicator : Indicators()) {
    list += std::string("### `") + indicator.id + "`\n\n*Unit: " + indicator.unit + ".* " +
            indicator.definition + "\n\n";
  }
  const std::string page = Page();
  const std::string begin = "<!-- indicators: begin -->\n\n";
  const std::string end = "<!-- indicators: end -->";
  const size_t from = page.find(begin);
  const size_t to = page.find(end);
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  // What differs is to be copied from here into the page.
  EXPECT_EQ(page.substr(from + begin.size(), to - from - begin.size()), list);
}

TEST(IndicatorsPageTest, IdsAreTheOnesTheApiPromises) {
  std::vector<std::string> ids;
  for (const Indicator& indicator : Indicators()) ids.emplace_back(indicator.id);
  EXPECT_THAT(ids, ::testing::ElementsAre(
                       "reports", "cases", "open_cases", "overdue_cases", "closed_cases",
                       "reopened_cases", "time_to_acknowledge_median", "time_to_acknowledge_p90",
                       "time_to_close_median", "time_to_close_p90", "duties", "overdue_stages",
                       "stages_due", "stages_met_share", "notices_sent", "notices_waiting",
                       "notices_failed", "open_measures", "overdue_measures",
                       "done_measures"));
}

}  // namespace
}  // namespace avvik::metrics
