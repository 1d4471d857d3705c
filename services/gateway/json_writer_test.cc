#include "services/gateway/json_writer.h"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wrappers.pb.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "avvik/events/v1/event.pb.h"
#include "avvik/intake/v1/intake.pb.h"
#include "avvik/metrics/v1/metrics.pb.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "services/gateway/route_table.h"

namespace avvik::gateway {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using nlohmann::json;

json Written(const Message& message) {
  const auto text = WriteJson(message);
  EXPECT_TRUE(text.ok()) << text.status();
  return json::parse(*text);
}

json WrittenByLibrary(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string text;
  const auto written = google::protobuf::util::MessageToJsonString(message, &text, options);
  EXPECT_TRUE(written.ok()) << message.GetTypeName() << ": " << written.ToString();
  return json::parse(text);
}

// Fills messages by chance, so that every field is now set, now not.
class Filler {
 public:
  explicit Filler(unsigned seed) : random_(seed) {}

  void Fill(Message* message, int depth) {
    if (message->GetDescriptor()->full_name() == "google.protobuf.Timestamp") {
      google::protobuf::Timestamp time;
      time.set_seconds(Number() % 4'000'000'000);
      time.set_nanos(static_cast<int>(Number() % 3) * 500'000'000 / 2);
      message->CopyFrom(time);
      return;
    }
    if (message->GetDescriptor()->full_name() == "google.protobuf.Duration") {
      google::protobuf::Duration duration;
      duration.set_seconds(Number() % 4'000'000'000);
      message->CopyFrom(duration);
      return;
    }
    for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *message->GetDescriptor()->field(i);
      if (Number() % 3 == 0) continue;
      for (int n = field.is_repeated() ? static_cast<int>(Number() % 3) : 1; n > 0; --n)
        Put(message, field, depth);
    }
  }

 private:
  void Put(Message* message, const FieldDescriptor& field, int depth) {
    const auto& reflection = *message->GetReflection();
    const bool add = field.is_repeated();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (depth > 0)
          Fill(add ? reflection.AddMessage(message, &field)
                   : reflection.MutableMessage(message, &field),
               depth - 1);
        return;
      case FieldDescriptor::CPPTYPE_STRING:
        return add ? reflection.AddString(message, &field, Text())
                   : reflection.SetString(message, &field, Text());
      case FieldDescriptor::CPPTYPE_ENUM: {
        const int value = static_cast<int>(Number() % 9);
        return add ? reflection.AddEnumValue(message, &field, value)
                   : reflection.SetEnumValue(message, &field, value);
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        return add ? reflection.AddBool(message, &field, true)
                   : reflection.SetBool(message, &field, true);
      case FieldDescriptor::CPPTYPE_INT32:
        return add ? reflection.AddInt32(message, &field, -7)
                   : reflection.SetInt32(message, &field, -7);
      case FieldDescriptor::CPPTYPE_INT64:
        return add ? reflection.AddInt64(message, &field, Number())
                   : reflection.SetInt64(message, &field, Number());
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return reflection.SetDouble(message, &field, static_cast<double>(Number()) / 7);
      default:
        return;
    }
  }

  int64_t Number() { return static_cast<int64_t>(random_() >> 1); }
  std::string Text() {
    static const std::string kTexts[] = {
        "", "plain", "å ä ö", "\"quoted\" \\ and /", "\n\t\r\x01\x1f\x7f", "漢😀", "<script>&"};
    return kTexts[random_() % std::size(kTexts)];
  }

  std::mt19937_64 random_;
};

TEST(WriteJsonTest, EveryAnswerIsWrittenAsTheLibraryWritesIt) {
  const RouteTable table = *RouteTable::Build(LinkedAvvikFiles());
  for (const Route& route : table.routes()) {
    const Message& prototype = *google::protobuf::MessageFactory::generated_factory()->GetPrototype(
        route.method->output_type());
    for (unsigned seed = 0; seed < 20; ++seed) {
      const std::unique_ptr<Message> message(prototype.New());
      Filler(seed).Fill(message.get(), 6);
      ASSERT_EQ(Written(*message), WrittenByLibrary(*message)) << message->DebugString();
    }
  }
}

TEST(WriteJsonTest, NamesZerosEnumsAndLongNumbersAreWritten) {
  intake::v1::ListReportsResponse answer;
  answer.set_total_size(9007199254740993);
  auto* report = answer.add_reports();
  report->mutable_submit_time()->set_seconds(1772362800);
  report->set_category(static_cast<type::v1::Category>(99));
  const json written = Written(answer);
  EXPECT_EQ(written["total_size"], "9007199254740993");
  EXPECT_EQ(written["next_page_token"], "");
  EXPECT_EQ(written["reports"][0]["personal_data"], "ANSWER_UNSPECIFIED");
  EXPECT_EQ(written["reports"][0]["category"], 99);
  EXPECT_EQ(written["reports"][0]["submit_time"], "2026-03-01T11:00:00Z");
  EXPECT_EQ(written["reports"][0]["supplements"], json::array());
  EXPECT_FALSE(written["reports"][0].contains("affected_persons"));
  EXPECT_FALSE(written["reports"][0].contains("origin"));
}

TEST(WriteJsonTest, RealsThatJsonLacksAreTexts) {
  metrics::v1::Indicator indicator;
  for (const double value : {0.0, -0.5, 1e300, 1.0 / 3, 100.0}) {
    indicator.set_value(value);
    EXPECT_EQ(Written(indicator)["value"], value);
  }
  indicator.set_value(std::numeric_limits<double>::infinity());
  EXPECT_EQ(Written(indicator)["value"], "Infinity");
  indicator.set_value(std::nan(""));
  EXPECT_EQ(Written(indicator)["value"], "NaN");
}

TEST(WriteJsonTest, MapsAndTypesWithAFormOfTheirOwnAreWritten) {
  google::rpc::ErrorInfo info;
  (*info.mutable_metadata())["a"] = "1";
  EXPECT_EQ(Written(info)["metadata"], json::parse(R"({"a": "1"})"));
  google::protobuf::Struct structure;
  (*structure.mutable_fields())["a"].set_number_value(2);
  (*structure.mutable_fields())["b"].set_null_value(google::protobuf::NULL_VALUE);
  EXPECT_EQ(Written(structure), json::parse(R"({"a": 2, "b": null})"));
  google::protobuf::BytesValue bytes;
  bytes.set_value(std::string("\0\xff", 2));
  EXPECT_EQ(Written(bytes), "AP8=");
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(90);
  EXPECT_EQ(Written(retry)["retry_delay"], "90s");
  events::v1::Event event;
  intake::v1::Supplement supplement;
  supplement.set_text("å");
  event.mutable_data()->PackFrom(supplement);
  EXPECT_EQ(Written(event), WrittenByLibrary(event));
}

TEST(WriteJsonTest, TimeOutOfRangeIsAnError) {
  intake::v1::Report report;
  report.mutable_submit_time()->set_seconds(std::numeric_limits<int64_t>::max());
  EXPECT_EQ(WriteJson(report).status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace avvik::gateway
