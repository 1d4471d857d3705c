#include "avvik/intake/v1/report.pb.h"
#include "avvik/organisation/v1/organisation.pb.h"
#include "common/datafile/datafile.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace avvik::datafile {
namespace {

using intake::v1::Report;
using testing::StartsWith;

Report Parsed(const std::string& json) {
  Report report;
  EXPECT_EQ(Parse(json, "x.json", &report), absl::OkStatus());
  return report;
}

std::string ErrorOf(const std::string& json) {
  Report report;
  return std::string(Parse(json, "x.json", &report).message());
}

TEST(Json, ReadsWhatProtobufWrites) {
  Report report;
  report.set_title("Dator \"borta\" / \\ åäö 🔒");
  report.set_description("one\n\ttwo");
  report.set_category(type::v1::CATEGORY_LOST_DEVICE);
  report.set_affected_persons(500);
  report.mutable_occurred_time()->set_seconds(1782889200);
  report.mutable_occurred_time()->set_nanos(123456000);
  for (bool spaces : {false, true}) {
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    options.add_whitespace = spaces;
    std::string json;
    ASSERT_TRUE(google::protobuf::util::MessageToJsonString(report, &json, options).ok());
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(Parsed(json), report)) << json;
  }
}

TEST(Json, EscapesOfEveryKindAreUnderstood) {
  EXPECT_EQ(Parsed(R"({"title":"a\/b\u00e5\ud83d\udd12\\ud83d\\udd12"})").title(),
            "a/bå🔒\\ud83d\\udd12");
}

TEST(Json, TabsAndMinifiedFormAreFine) {
  EXPECT_EQ(Parsed("{\n\t\"title\":\t\"x\",\n\t\"affected_persons\":7}").affected_persons(), 7);
  EXPECT_EQ(Parsed("{\"title\":\"x\",\"personal_data\":\"yes\"}").personal_data(),
            type::v1::ANSWER_YES);
}

TEST(Json, MistakesHaveLineAndColumn) {
  EXPECT_EQ(ErrorOf("{\n  \"title\": \"x\",\n  \"titel\": \"y\"\n}"),
            "x.json:3:3: titel: is not known here; did you mean `title`?");
  EXPECT_EQ(ErrorOf("{\"title\": \"x\", \"title\": \"y\"}"),
            "x.json:1:16: title: is given twice, first in line 1");
}

TEST(Json, WhatOnlyYamlAllowsIsRefused) {
  EXPECT_THAT(ErrorOf("{\n  title: x\n}"), StartsWith("x.json:2:4: is not JSON: "));
  EXPECT_THAT(ErrorOf("{\"title\": \"x\",}"), StartsWith("x.json:1:15: is not JSON: "));
  EXPECT_THAT(ErrorOf("title: x"), StartsWith("x.json:1:2: is not JSON: "));
  EXPECT_THAT(ErrorOf(""), StartsWith("x.json:1:1: is not JSON: "));
  EXPECT_THAT(ErrorOf("{\"title\": \"\\ud83d\"}"), StartsWith("x.json:1:18: is not JSON: "));
}

}  // namespace
}  // namespace avvik::datafile
