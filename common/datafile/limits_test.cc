#include <string>

#include "avvik/escalation/v1/regime.pb.h"
#include "avvik/organisation/v1/organisation.pb.h"
#include "common/datafile/datafile.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::datafile {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string ErrorOf(const std::string& text) {
  organisation::v1::Organisation organisation;
  return std::string(Parse(text, "x.yaml", &organisation).message());
}

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Limits, FileIsAtMostFiveMegabytes) {
  EXPECT_EQ(ErrorOf(std::string(kMaxBytes + 1, ' ')),
            "x.yaml:1:1: must be at most 5242880 bytes, has 5242881");
}

TEST(Limits, NestingIsAtMostFiftyDeep) {
  EXPECT_THAT(ErrorOf("tenant: " + Repeated("[", 49) + Repeated("]", 49)),
              HasSubstr("tenant: must be text"));
  EXPECT_EQ(ErrorOf("tenant: " + Repeated("[", 50) + Repeated("]", 50)),
            "x.yaml:1:58: must be nested at most 50 levels deep");
  EXPECT_THAT(ErrorOf(Repeated("- ", 100000)), HasSubstr("at most 50 levels deep"));
  EXPECT_NE(ErrorOf(Repeated("[", 100000)), "");
  EXPECT_NE(ErrorOf(Repeated("{a: ", 100000)), "");
}

TEST(Limits, AliasesAreFollowed) {
  organisation::v1::RoleCatalogue catalogue;
  ASSERT_EQ(Parse("roles:\n  - role: AUDITOR\n    grants: &g [{permission: a.b, reach: ALL}]\n"
                  "  - role: DIRECTOR\n    grants: *g\n",
                  "x.yaml", &catalogue),
            absl::OkStatus());
  EXPECT_EQ(catalogue.roles(1).grants(0).permission(), "a.b");
}

TEST(Limits, AliasBombIsRefused) {
  escalation::v1::ConditionList list;
  std::string text = "of:\n  - &a0 {all: {of: [{fact: x}, {fact: x}]}}\n";
  for (int i = 1; i < 40; ++i) {
    std::string below = "*a" + std::to_string(i - 1);
    text += "  - &a" + std::to_string(i) + " {all: {of: [" + below + ", " + below + "]}}\n";
  }
  EXPECT_THAT(std::string(Parse(text, "x.yaml", &list).message()),
              HasSubstr("must hold at most 500000 values, aliases followed"));
}

TEST(Limits, NestingThroughAliasesIsAtMostFiftyDeep) {
  escalation::v1::ConditionList list;
  std::string text = "of:\n  - &a0 {fact: x}\n";
  for (int i = 1; i < 70; ++i) {
    text += "  - &a" + std::to_string(i) + " {not: *a" + std::to_string(i - 1) + "}\n";
  }
  EXPECT_THAT(std::string(Parse(text, "x.yaml", &list).message()),
              HasSubstr("at most 50 levels deep"));
}

TEST(Limits, AliasOfWhatHoldsItIsRefused) {
  EXPECT_EQ(ErrorOf("units: &u\n  - *u\n"), "x.yaml:2:5: must not be an alias of what holds it");
  EXPECT_EQ(ErrorOf("&m\ntenant: *m\n"), "x.yaml:2:9: must not be an alias of what holds it");
}

TEST(Limits, UnknownAliasTagsAndSecondDocumentsAreRefused) {
  EXPECT_THAT(ErrorOf("tenant: *nowhere\n"), StartsWith("x.yaml:1:9: is not YAML: "));
  EXPECT_EQ(ErrorOf("tenant: !!str kalix\n"), "x.yaml:1:9: must have no YAML tag");
  EXPECT_EQ(ErrorOf("tenant: a\n---\ntenant: b\n"),
            "x.yaml:2:1: must be one document, without `---` further down");
  EXPECT_EQ(ErrorOf("? [a, b]\n: c\n"), "x.yaml:1:3: must have a word as key");
}

TEST(Limits, BytesThatAreNoTextAreRefusedWithTheirPlace) {
  EXPECT_EQ(ErrorOf("tenant: a\nname: K\xFFlix\n"), "x.yaml:2:8: must be valid UTF-8");
  EXPECT_EQ(ErrorOf("tenant: å\xC3\n"), "x.yaml:1:10: must be valid UTF-8");
  EXPECT_EQ(ErrorOf(std::string("tenant: a\0b\n", 12)),
            "x.yaml:1:10: must hold no control characters");
  EXPECT_EQ(ErrorOf("tenant: a\n\x04name: b\n"), "x.yaml:2:1: must hold no control characters");
}

TEST(Limits, BrokenYamlNamesThePlace) {
  EXPECT_THAT(ErrorOf("tenant: [a\n"), StartsWith("x.yaml:2:1: is not YAML: "));
  EXPECT_THAT(ErrorOf("tenant: a\n  name: b\n"), StartsWith("x.yaml:2:7: is not YAML: "));
  EXPECT_THAT(ErrorOf("\tname: b\n"), HasSubstr("is not YAML"));
  EXPECT_THAT(ErrorOf("just text"),
              HasSubstr("x.yaml:1:1: must be a set of fields, such as `tenant: …`"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("x.yaml:1:1: tenant: is required"));
}

TEST(Limits, NoPrefixOrMutationOfAFileThrows) {
  const std::string good =
      "tenant: kalix\nunits:\n  - {id: a, type: \"x\\u00e5\"}\n  - &a |\n    text\n  - *a\n";
  for (size_t end = 0; end <= good.size(); ++end) ErrorOf(good.substr(0, end));
  for (size_t at = 0; at < good.size(); ++at) {
    for (char c :
         {'\0', '[', '{', '"', '\'', '&', '*', '!', '%', '\n', '\t', ':', '-', '\\', '\xC3'}) {
      std::string bad = good;
      bad[at] = c;
      ErrorOf(bad);
    }
  }
}

}  // namespace
}  // namespace avvik::datafile
