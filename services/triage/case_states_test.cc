#include "services/triage/case_states.h"

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace avvik::triage {
namespace {

using avvik::testing::IsError;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto kRefused = v1::CASE_STATE_UNSPECIFIED;
constexpr auto kOpen = v1::CASE_STATE_OPEN;
constexpr auto kAssigned = v1::CASE_STATE_ASSIGNED;
constexpr auto kAcknowledged = v1::CASE_STATE_ACKNOWLEDGED;
constexpr auto kClosed = v1::CASE_STATE_CLOSED;

constexpr Command kCommands[] = {
    Command::kClassify,          Command::kAssign,          Command::kAcknowledge,
    Command::kNote,              Command::kClose,           Command::kReopen,
    Command::kSupplementReport,  Command::kWithdrawReport,
};

TEST(CaseStatesTest, EveryCommandInEveryStateHasItsOutcome) {
  struct Row {
    v1::CaseState from;
    // In the order of kCommands.
    v1::CaseState to[std::size(kCommands)];
  };
  // classify, assign, acknowledge, note, close, reopen, supplement, withdraw
  const Row rows[] = {
      {kRefused, {kRefused, kRefused, kRefused, kRefused, kRefused, kRefused, kRefused, kRefused}},
      {kOpen, {kOpen, kAssigned, kRefused, kOpen, kRefused, kRefused, kOpen, kOpen}},
      {kAssigned,
       {kAssigned, kAssigned, kAcknowledged, kAssigned, kClosed, kRefused, kAssigned, kAssigned}},
      {kAcknowledged,
       {kAcknowledged, kAssigned, kRefused, kAcknowledged, kClosed, kRefused, kAcknowledged,
        kAcknowledged}},
      {kClosed,
       {kRefused, kRefused, kRefused, kClosed, kRefused, kAssigned, kClosed, kClosed}},
  };
  ASSERT_EQ(std::size(rows), static_cast<size_t>(v1::CaseState_ARRAYSIZE));
  for (const Row& row : rows) {
    for (size_t i = 0; i < std::size(kCommands); ++i) {
      const auto after = After(row.from, kCommands[i]);
      const std::string which = v1::CaseState_Name(row.from) + " " + VerbOf(kCommands[i]);
      if (row.to[i] == kRefused) {
        EXPECT_THAT(after, IsError(absl::StatusCode::kFailedPrecondition, "CASE_STATE")) << which;
      } else {
        ASSERT_OK(after) << which;
        EXPECT_EQ(*after, row.to[i]) << which;
      }
    }
  }
}

TEST(CaseStatesTest, NoMoveIsListedTwice) {
  std::map<std::pair<int, int>, int> seen;
  for (const Move& move : Moves()) {
    EXPECT_EQ(++seen[std::pair(move.from, static_cast<int>(move.command))], 1)
        << v1::CaseState_Name(move.from) << " " << VerbOf(move.command);
  }
}

TEST(CaseStatesTest, RefusalNamesCommandAndState) {
  EXPECT_EQ(After(kClosed, Command::kAcknowledge).status().message(),
            "a case that is closed cannot be changed by acknowledge");
}

TEST(CaseStatesTest, AllowedCommandsAreThoseOfPeople) {
  EXPECT_THAT(AllowedCommands(kOpen), ElementsAre("classify", "assign", "note"));
  EXPECT_THAT(AllowedCommands(kAssigned),
              ElementsAre("classify", "assign", "acknowledge", "note", "close"));
  EXPECT_THAT(AllowedCommands(kAcknowledged), ElementsAre("classify", "assign", "note", "close"));
  EXPECT_THAT(AllowedCommands(kClosed), ElementsAre("note", "reopen"));
  EXPECT_THAT(AllowedCommands(kRefused), IsEmpty());
}

TEST(CaseStatesTest, VerbsAreDistinct) {
  std::map<std::string, int> seen;
  for (const Command command : kCommands) EXPECT_EQ(++seen[VerbOf(command)], 1);
  EXPECT_EQ(seen.count(""), 0u);
}

TEST(CaseStatesTest, DocumentIsDrawnFromTheTable) {
  const char* root = std::getenv("AVVIK_SOURCE_DIR");
  std::ifstream file(std::string(root == nullptr ? "." : root) + "/docs/case_states.md");
  ASSERT_TRUE(file.good());
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), CaseStatesDocument()) << "draw it anew: avvik-case-states > "
                                                 "docs/case_states.md";
  for (const Move& move : Moves()) {
    EXPECT_NE(text.str().find("| " + VerbOf(move.command) + " |"), std::string::npos);
  }
}

}  // namespace
}  // namespace avvik::triage
