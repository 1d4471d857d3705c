#include "services/triage/case_states.h"

#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "services/triage/test_support.h"
#include "tests/support/status_matchers.h"

namespace avvik::triage {
namespace {

using avvik::testing::IsError;
using avvik::testing::IsOk;
using ::testing::ElementsAre;

constexpr v1::CaseState kStates[] = {v1::CASE_STATE_OPEN, v1::CASE_STATE_ASSIGNED,
                                     v1::CASE_STATE_ACKNOWLEDGED, v1::CASE_STATE_CLOSED};

TEST(CaseStatesTest, TableNamesAStateAndCommandOnce) {
  std::set<std::pair<v1::CaseState, Command>> seen;
  for (const Move& move : Moves()) {
    EXPECT_TRUE(seen.emplace(move.from, move.command).second)
        << VerbOf(move.command) << " from " << v1::CaseState_Name(move.from);
  }
}

TEST(CaseStatesTest, EveryStateIsReachedAndLeft) {
  std::set<v1::CaseState> reached = {v1::CASE_STATE_OPEN};
  std::set<v1::CaseState> left;
  for (const Move& move : Moves()) {
    if (move.from == move.to) continue;
    reached.insert(move.to);
    left.insert(move.from);
  }
  for (const v1::CaseState state : kStates) {
    EXPECT_TRUE(reached.contains(state)) << v1::CaseState_Name(state);
    EXPECT_TRUE(left.contains(state)) << v1::CaseState_Name(state);
  }
}

TEST(CaseStatesTest, MovesLeadWhereTheApiSays) {
  EXPECT_EQ(*After(v1::CASE_STATE_OPEN, Command::kAssign), v1::CASE_STATE_ASSIGNED);
  EXPECT_EQ(*After(v1::CASE_STATE_ASSIGNED, Command::kAcknowledge), v1::CASE_STATE_ACKNOWLEDGED);
  EXPECT_EQ(*After(v1::CASE_STATE_ACKNOWLEDGED, Command::kAssign), v1::CASE_STATE_ASSIGNED);
  EXPECT_EQ(*After(v1::CASE_STATE_ACKNOWLEDGED, Command::kClose), v1::CASE_STATE_CLOSED);
  EXPECT_EQ(*After(v1::CASE_STATE_CLOSED, Command::kReopen), v1::CASE_STATE_ASSIGNED);
}

TEST(CaseStatesTest, WhatIsNotInTheTableIsRefused) {
  EXPECT_THAT(After(v1::CASE_STATE_OPEN, Command::kAcknowledge),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_STATE"));
  EXPECT_THAT(After(v1::CASE_STATE_OPEN, Command::kClose),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_STATE"));
  EXPECT_THAT(After(v1::CASE_STATE_CLOSED, Command::kClassify),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_STATE"));
  EXPECT_THAT(After(v1::CASE_STATE_UNSPECIFIED, Command::kNote),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_STATE"));
}

TEST(CaseStatesTest, NotesAndTheReportersDoingsArePossibleInEveryStateAndLeaveIt) {
  for (const v1::CaseState state : kStates) {
    for (const Command command :
         {Command::kNote, Command::kSupplementReport, Command::kWithdrawReport}) {
      const auto after = After(state, command);
      ASSERT_THAT(after, IsOk());
      EXPECT_EQ(*after, state);
    }
  }
}

TEST(CaseStatesTest, AllowedCommandsAreThoseOfPeople) {
  EXPECT_THAT(AllowedCommands(v1::CASE_STATE_OPEN), ElementsAre("classify", "assign", "note", "link"));
  EXPECT_THAT(AllowedCommands(v1::CASE_STATE_ASSIGNED),
              ElementsAre("classify", "assign", "acknowledge", "note", "close", "link"));
  EXPECT_THAT(AllowedCommands(v1::CASE_STATE_ACKNOWLEDGED),
              ElementsAre("classify", "assign", "note", "close", "link"));
  EXPECT_THAT(AllowedCommands(v1::CASE_STATE_CLOSED), ElementsAre("note", "reopen"));
}

TEST(CaseStatesTest, DocumentInTheRepositoryIsDrawnFromTheTable) {
  const std::string path = Deployed("../docs/case_states.md");
  std::ifstream file(path);
  ASSERT_TRUE(file.good()) << path;
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), CaseStatesDocument()) << "print it anew: avvik-case-states > " << path;
}

}  // namespace
}  // namespace avvik::triage
