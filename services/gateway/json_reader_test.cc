#include "services/gateway/json_reader.h"

#include "common/status/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::gateway {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

// The one violation that reading `text` gives.
status::FieldViolation Refused(std::string_view text) {
  const auto value = ReadJson(text);
  EXPECT_FALSE(value.ok()) << text;
  const auto violations = status::ViolationsOf(value.status());
  EXPECT_EQ(violations.size(), 1u);
  return violations.empty() ? status::FieldViolation{} : violations.front();
}

auto At(const std::string& field, const std::string& why) {
  return AllOf(Field(&status::FieldViolation::field, field),
               Field(&status::FieldViolation::description, HasSubstr(why)));
}

TEST(ReadJsonTest, GoodTextIsRead) {
  const auto value = ReadJson(R"( {"title": "Förlorad dator", "list": [1, -2, 3.5, true, null]} )");
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ((*value)["title"], "Förlorad dator");
  EXPECT_EQ((*value)["list"].size(), 5u);
}

TEST(ReadJsonTest, SyntaxErrorSaysLineAndByteAndField) {
  EXPECT_THAT(Refused("{\"report\": {\n  \"title\": oops}}"),
              At("report.title", "line 2, byte 12"));
}

TEST(ReadJsonTest, EndInTheMiddleIsRefused) {
  EXPECT_THAT(Refused(R"({"report": {"title": "x")"), At("report.title", "ends in the middle"));
  EXPECT_THAT(Refused(R"({"report": {"title": "x)"), At("report.title", "ends in the middle"));
  EXPECT_THAT(Refused(""), At("body", "ends in the middle"));
}

TEST(ReadJsonTest, InvalidUtf8NamesTheFieldBeingRead) {
  EXPECT_THAT(Refused("{\"report\": {\"title\": \"F\xf6rlorad\"}}"),
              At("report.title", "is not valid UTF-8 at line 1, byte 24"));
  EXPECT_THAT(Refused("{\"report\": {\"title\": \"\xc3\"}}"),
              At("report.title", "not valid UTF-8"));
  EXPECT_THAT(Refused("{\"report\": {\"title\": \"\xed\xa0\x80\"}}"),
              At("report.title", "not valid UTF-8"));
  EXPECT_THAT(Refused("{\"a\": [\"x\", \"\xff\"]}"), At("a[1]", "not valid UTF-8"));
}

TEST(ReadJsonTest, NulIsRefusedHoweverItIsWritten) {
  EXPECT_THAT(Refused(R"({"report": {"title": "a\u0000b"}})"), At("report.title", "U+0000"));
  EXPECT_THAT(Refused(std::string_view("{\"report\": {\"title\": \"a\0b\"}}", 29)),
              At("report.title", "NUL"));
  EXPECT_THAT(Refused(std::string_view("{\"a\": 1}\0{\"b\": 2}", 17)), At("body", "NUL"));
  EXPECT_THAT(Refused(R"({"a": ["x", "\u0000"]})"), At("a[1]", "U+0000"));
  EXPECT_THAT(Refused(R"({"a\u0000": 1})"), At("body", "U+0000"));
}

TEST(ReadJsonTest, ControlCharacterIsRefused) {
  EXPECT_THAT(Refused("{\"a\": \"x\x01y\"}"), At("a", "control character"));
}

TEST(ReadJsonTest, DuplicateNamesAreRefused) {
  EXPECT_THAT(Refused(R"({"report": {"title": "a", "title": "b"}})"), At("report.title", "twice"));
  EXPECT_TRUE(ReadJson(R"([{"a": 1}, {"a": 2}])").ok());
}

TEST(ReadJsonTest, TrailingTextIsRefused) {
  EXPECT_THAT(Refused("{} {}"), At("body", "is not valid JSON at line 1, byte 4"));
}

TEST(ReadJsonTest, DepthIsLimited) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(ReadJson(nested(kMaxJsonDepth)).ok());
  EXPECT_THAT(Refused(nested(kMaxJsonDepth + 1)).description, HasSubstr("deep"));
  EXPECT_THAT(Refused(std::string(900'000, '[')).description, HasSubstr("deep"));
  std::string objects;
  for (int i = 0; i < 100; ++i) objects += "{\"a\":";
  EXPECT_THAT(Refused(objects).description, HasSubstr("deep"));
}

TEST(ReadJsonTest, NumberBeyondADoubleIsRefused) {
  EXPECT_THAT(Refused(R"({"a": 1e999})"), At("a", "out of range"));
}

TEST(ReadJsonTest, PathUsesProtoNamesAndCutsLongOnes) {
  EXPECT_THAT(Refused(R"({"stageList": [{"submitTime": ?}]})"),
              At("stage_list[0].submit_time", ""));
  EXPECT_THAT(Refused("{\"" + std::string(10'000, 'x') + "\": ?}").field, testing::SizeIs(64));
}

TEST(ReadJsonTest, ErrorRepeatsNothingOfTheText) {
  EXPECT_THAT(Refused(R"({"report": {"title": "hemlig" "text"}})").description,
              Not(HasSubstr("hemlig")));
}

}  // namespace
}  // namespace avvik::gateway
