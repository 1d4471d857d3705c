#include "common/identity/strict_json.h"

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace avvik::identity {
namespace {

TEST(StrictJsonTest, AnObjectIsRead) {
  const auto value = ParseJsonObject(R"({"a": [1, {"b": "å"}], "c": null})");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ((*value)["a"][1]["b"], "å");
}

TEST(StrictJsonTest, RepeatedMembersAreRefusedAtEveryLevel) {
  EXPECT_FALSE(ParseJsonObject(R"({"alg": "RS256", "alg": "none"})"));
  EXPECT_FALSE(ParseJsonObject(R"({"a": {"b": 1, "b": 1}})"));
  EXPECT_FALSE(ParseJsonObject(R"({"a": [{"b": 1}, {"b": 1, "b": 2}]})"));
  EXPECT_FALSE(ParseJsonObject("{\"alg\": 1, \"\\u0061lg\": 2}"));
  EXPECT_TRUE(ParseJsonObject(R"({"a": {"b": 1}, "b": {"a": 1}})"));
}

TEST(StrictJsonTest, AnythingButOneObjectIsRefused) {
  for (const char* text :
       {"", "null", "[]", "1", "\"x\"", "{", "{}{}", "{} x", "{\"a\":1,}", "{'a':1}",
        "{\"a\": 1e999}", "{\"a\": NaN}", "{\"a\": \"\xff\"}", "// c\n{}"}) {
    EXPECT_FALSE(ParseJsonObject(text)) << text;
  }
}

TEST(StrictJsonTest, DeepNestingIsRefused) {
  std::string deep = "{\"a\":";
  for (int i = 0; i < 100'000; ++i) deep += "[";
  EXPECT_FALSE(ParseJsonObject(deep));
  for (int i = 0; i < 100'000; ++i) deep += "]";
  EXPECT_FALSE(ParseJsonObject(deep + "}"));
}

}  // namespace
}  // namespace avvik::identity
