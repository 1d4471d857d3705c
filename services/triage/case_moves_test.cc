// What every command does in every state.
#include <iterator>
#include <string>

#include "gtest/gtest.h"
#include "services/triage/case_states.h"
#include "tests/support/status_matchers.h"

namespace avvik::triage {
namespace {

using avvik::testing::IsError;

constexpr auto kRefused = v1::CASE_STATE_UNSPECIFIED;
constexpr auto kOpen = v1::CASE_STATE_OPEN;
constexpr auto kAssigned = v1::CASE_STATE_ASSIGNED;
constexpr auto kAcknowledged = v1::CASE_STATE_ACKNOWLEDGED;
constexpr auto kClosed = v1::CASE_STATE_CLOSED;

constexpr Command kCommands[] = {
    Command::kClassify, Command::kAssign, Command::kAcknowledge,      Command::kNote,
    Command::kClose,    Command::kReopen, Command::kSupplementReport, Command::kWithdrawReport,
};

TEST(CaseMovesTest, EveryCommandInEveryStateHasItsOutcome) {
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
      {kClosed, {kRefused, kRefused, kRefused, kClosed, kRefused, kAssigned, kClosed, kClosed}},
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

TEST(CaseMovesTest, RefusalNamesCommandAndState) {
  EXPECT_EQ(After(kClosed, Command::kAcknowledge).status().message(),
            "a case that is closed cannot be changed by acknowledge");
}

}  // namespace
}  // namespace avvik::triage
