#include "common/audit/frontier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace avvik::audit {
namespace {

std::string Gaps(const Frontier& frontier) {
  std::string text;
  for (const auto& gap : frontier.gaps()) {
    text += std::to_string(gap.first) + "-" + std::to_string(gap.last) + " ";
  }
  return text;
}

TEST(FrontierTest, WhatIsSealedInOrderLeavesNoGap) {
  Frontier frontier(4);
  for (const int64_t ordinal : {5, 6, 7}) frontier.Seal(ordinal);
  EXPECT_EQ(frontier.top(), 7);
  EXPECT_EQ(frontier.open_from(), 8);
  EXPECT_FALSE(frontier.HasNewGaps());
}

TEST(FrontierTest, GapIsFilledFromAnySide) {
  Frontier frontier;
  frontier.Seal(1);
  frontier.Seal(7);
  EXPECT_EQ(Gaps(frontier), "2-6 ");
  frontier.Seal(4);
  EXPECT_EQ(Gaps(frontier), "2-3 5-6 ");
  frontier.Seal(2);
  frontier.Seal(6);
  EXPECT_EQ(Gaps(frontier), "3-3 5-5 ");
  EXPECT_EQ(frontier.open_from(), 3);
  frontier.Seal(3);
  frontier.Seal(5);
  EXPECT_EQ(Gaps(frontier), "");
  EXPECT_EQ(frontier.open_from(), 8);
}

TEST(FrontierTest, GapStaysUntilEveryTransactionThatMayFillItHasEnded) {
  Frontier frontier;
  frontier.Seal(3);
  frontier.Close(1'000);
  EXPECT_EQ(Gaps(frontier), "1-2 ") << "not noted yet";
  frontier.NoteGaps(700);
  frontier.Seal(5);
  frontier.NoteGaps(800);
  frontier.Close(699);
  EXPECT_EQ(Gaps(frontier), "1-2 4-4 ");
  frontier.Seal(2);
  frontier.Close(700);
  EXPECT_EQ(Gaps(frontier), "4-4 ") << "what is left of a gap is as old as the gap";
  frontier.Close(800);
  EXPECT_EQ(frontier.open_from(), 6);
}

}  // namespace
}  // namespace avvik::audit
