#include "common/validate/format.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace avvik::validate {
namespace {

using namespace avvik::options::v1;

struct Row {
  Format format;
  std::vector<std::string> good;
  std::vector<std::string> bad;
};

TEST(HasFormat, FollowsTheTable) {
  const Row rows[] = {
      {FORMAT_SLUG,
       {"a", "7", "home-care", "anna.berg", "a_b-c.d", "2026"},
       {"", "-a", ".a", "_a", "A", "Kalix", "å", "a b", "a/b", "../a"}},
      {FORMAT_UUID,
       {"0192d3a4-5b6c-7d8e-9f01-23456789abcd", "0192D3A4-5B6C-7D8E-9F01-23456789ABCD"},
       {"", "0192d3a45b6c7d8e9f0123456789abcd", "0192d3a4-5b6c-7d8e-9f01-23456789abc",
        "0192d3a4-5b6c-7d8e-9f01-23456789abcde", "0192d3a4-5b6c-7d8e-9f01-23456789abcg",
        "0192d3a405b6c-7d8e-9f01-23456789abcd", "{192d3a4-5b6c-7d8e-9f01-23456789abc}"}},
      {FORMAT_LANGUAGE, {"sv", "da", "en"}, {"", "SV", "sv-SE", "no", "svda"}},
      {FORMAT_EMAIL,
       {"anna.berg@kalix.example", "a@b", "a+b@c-d.example", "o'neill@x.example",
        std::string(64, 'a') + "@x.example"},
       {"",
        "@",
        "a@",
        "@b",
        "a@b@c",
        "a b@c.example",
        ".a@c.example",
        "a.@c.example",
        "a..b@c.example",
        "a@-c.example",
        "a@c-.example",
        "a@c..example",
        "a@c.example.",
        "a@c_d.example",
        "å@c.example",
        "a@å.example",
        "a@c.example\n",
        "a@[127.0.0.1]",
        "Anna <a@c.example>",
        std::string(65, 'a') + "@x.example",
        "a@" + std::string(64, 'b') + ".example",
        "a@" + std::string(300, 'b')}},
      {FORMAT_CASE_NUMBER,
       {"AVV-2026-000123", "AVV-2026-1234567"},
       {"", "AVV-2026-00123", "avv-2026-000123", "AVV-26-00000123", "AVV-2026_000123",
        "AVV-2026-00012x", "AVV-2026-0000000000000", "AVV-2026-000123 "}},
      {FORMAT_CASE_REFERENCE,
       {"AVV-2026-000123", "0192d3a4-5b6c-7d8e-9f01-23456789abcd"},
       {"", "123", "AVV-2026-", "' OR 1=1 --"}},
      {FORMAT_TOKEN,
       {"x", "SE-GDPR-33", "~!@"},
       {"", "a b", "a\tb", "å", std::string("a\0b", 3), "a\x7F"}},
      {FORMAT_UNSPECIFIED, {"", "anything at all"}, {}},
  };
  for (const Row& row : rows) {
    for (const std::string& text : row.good) {
      EXPECT_TRUE(HasFormat(row.format, text)) << Format_Name(row.format) << " " << text;
    }
    for (const std::string& text : row.bad) {
      EXPECT_FALSE(HasFormat(row.format, text)) << Format_Name(row.format) << " " << text;
    }
  }
}

TEST(Expectation, IsWrittenForEveryFormat) {
  for (int i = 1; i < Format_ARRAYSIZE; ++i) {
    EXPECT_NE(Expectation(static_cast<Format>(i)), Expectation(FORMAT_UNSPECIFIED)) << i;
  }
}

}  // namespace
}  // namespace avvik::validate
