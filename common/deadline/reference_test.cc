// Compares the arithmetic with reference.py, which counts another way.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/deadline/deadline.h"
#include "common/deadline/instant.h"

namespace avvik::deadline {
namespace {

absl::Time AtSecond(const std::string& text) {
  std::int64_t seconds = 0;
  EXPECT_TRUE(absl::SimpleAtoi(text, &seconds)) << text;
  return absl::FromUnixSeconds(seconds);
}

int Number(const std::string& text) {
  int number = 0;
  EXPECT_TRUE(absl::SimpleAtoi(text, &number)) << text;
  return number;
}

void Compare(const std::string& line) {
  const std::vector<std::string> field = absl::StrSplit(line, '\t');
  ASSERT_EQ(field.size(), 11u) << line;
  const Calendar calendar{*LoadZone(field[0]), *ParseCountry(field[1])};
  const absl::Time aware = AtSecond(field[2]);

  const Deadline hours = AfterHours(aware, Number(field[3]), calendar.zone);
  ASSERT_EQ(hours.target, AtSecond(field[4])) << line;
  ASSERT_EQ(hours.outer, AtSecond(field[5])) << line;

  const Deadline months = AfterMonths(aware, Number(field[6]), calendar);
  ASSERT_EQ(FormatDay(*months.target_day), field[7]) << line;
  ASSERT_EQ(FormatDay(*months.outer_day), field[8]) << line;
  ASSERT_EQ(months.target, AtSecond(field[9])) << line;
  ASSERT_EQ(months.outer, AtSecond(field[10])) << line;
}

TEST(DeadlineReferenceTest, HundredThousandRandomInstantsComeOutAsPythonCounts) {
  constexpr int kInstants = 100'000;
  const char* source = std::getenv("AVVIK_SOURCE_DIR");
  const std::string command = std::string("python3 '") + (source == nullptr ? "." : source) +
                              "/common/deadline/reference.py' " + std::to_string(kInstants) + " 2026";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  ASSERT_TRUE(pipe) << command;

  int compared = 0;
  char buffer[512];
  while (std::fgets(buffer, sizeof(buffer), pipe.get()) != nullptr) {
    std::string line = buffer;
    ASSERT_EQ(line.back(), '\n') << line;
    line.pop_back();
    Compare(line);
    if (HasFatalFailure()) return;
    ++compared;
  }
  EXPECT_EQ(compared, kInstants) << command;
}

}  // namespace
}  // namespace avvik::deadline
