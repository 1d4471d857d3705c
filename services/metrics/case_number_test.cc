#include "services/metrics/case_number.h"

#include "gmock/gmock.h"

namespace avvik::metrics {
namespace {

TEST(CaseNumberTest, TextComesBackAsItWent) {
  for (const char* text : {"AVV-2026-000001", "AVV-2026-999999", "AVV-2026-1000000", "AVV-0999-000000",
                           "AVV-2026-999999999", ""}) {
    const auto number = CaseNumber::Parse(text);
    ASSERT_TRUE(number.has_value()) << text;
    EXPECT_EQ(number->ToText(), text);
  }
}

TEST(CaseNumberTest, WhatIsNoCaseNumberIsRefused) {
  for (const char* text :
       {"AVV", "AVV-2026-", "AVV-2026-00001", "AVV-2026-0000001", "AVV-226-000001", "avv-2026-000001",
        "AVV-2026-00000x", "AVV-2026- 00001", "AVV-2026-+00001", "AVV-2026-1000000000",
        "AVV-2026-000001 ", "XVV-2026-000001"}) {
    EXPECT_FALSE(CaseNumber::Parse(text).has_value()) << text;
  }
}

TEST(CaseNumberTest, NumbersAreOrderedByYearAndSequence) {
  EXPECT_LT(*CaseNumber::Parse("AVV-2025-000009"), *CaseNumber::Parse("AVV-2026-000001"));
  EXPECT_LT(*CaseNumber::Parse("AVV-2026-999999"), *CaseNumber::Parse("AVV-2026-1000000"));
}

}  // namespace
}  // namespace avvik::metrics
