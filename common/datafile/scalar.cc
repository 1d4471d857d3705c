#include "common/datafile/scalar.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "absl/strings/escaping.h"
#include "avvik/options/v1/field.pb.h"
#include "common/datafile/names.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/time_util.h"

namespace avvik::datafile {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::TimeUtil;

bool IsTimestamp(const FieldDescriptor* field) {
  return field->message_type() == google::protobuf::Timestamp::descriptor();
}
bool IsDuration(const FieldDescriptor* field) {
  return field->message_type() == google::protobuf::Duration::descriptor();
}

// The value as it stands in the file, for a message; nothing for a sensitive field.
std::string Is(const Value& value, const FieldDescriptor* field) {
  if (value.kind == Value::Kind::kList) return ", is a list";
  if (value.kind == Value::Kind::kMap) return ", is a set of fields";
  if (field->options().GetExtension(options::v1::sensitive)) return "";
  return ", is " + Quote(value.text);
}

template <typename Number>
std::optional<Number> ParseNumber(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

template <typename Number>
std::string WholeNumberExpected() {
  return "must be a whole number from " + std::to_string(std::numeric_limits<Number>::min()) +
         " to " + std::to_string(std::numeric_limits<Number>::max());
}

std::optional<bool> ParseFlag(const std::string& text) {
  for (const char* yes : {"true", "True", "TRUE", "yes", "Yes", "YES"}) {
    if (text == yes) return true;
  }
  for (const char* no : {"false", "False", "FALSE", "no", "No", "NO"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

std::string EnumExpected(const Value& value, const FieldDescriptor* field) {
  std::vector<std::string> names;
  std::string listed;
  for (int i = 0; i < field->enum_type()->value_count(); ++i) {
    if (field->enum_type()->value(i)->number() == 0) continue;
    names.push_back(ShortName(field->enum_type()->value(i)));
    if (names.size() <= 20) listed += (names.size() > 1 ? ", " : "") + names.back();
  }
  if (names.size() > 20) listed += ", …";
  std::string nearest = Nearest(value.text, names);
  return "must be one of " + listed + Is(value, field) +
         (nearest.empty() ? "" : "; did you mean `" + nearest + "`?");
}

// Sets the field or adds to it, as it is repeated or not, and leaves the function.
#define AVVIK_PUT(Kind, number)                            \
  do {                                                     \
    if (field->is_repeated()) {                            \
      out->GetReflection()->Add##Kind(out, field, number); \
    } else {                                               \
      out->GetReflection()->Set##Kind(out, field, number); \
    }                                                      \
    return "";                                             \
  } while (false)

std::string SetTime(const std::string& text, const FieldDescriptor* field, Message* out) {
  // Parsed before anything is added, so that a bad text leaves nothing behind.
  google::protobuf::Timestamp time;
  google::protobuf::Duration duration;
  if (IsTimestamp(field) && !TimeUtil::FromString(text, &time)) {
    return "must be a time, such as `2026-07-01T09:00:00+02:00`, is " + Quote(text);
  }
  if (IsDuration(field) && !TimeUtil::FromString(text, &duration)) {
    return "must be a duration in seconds, such as `90s`, is " + Quote(text);
  }
  Message* target = field->is_repeated() ? out->GetReflection()->AddMessage(out, field)
                                         : out->GetReflection()->MutableMessage(out, field);
  target->CopyFrom(IsTimestamp(field) ? static_cast<const Message&>(time) : duration);
  return "";
}

}  // namespace

bool IsScalar(const FieldDescriptor* field) {
  return field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || IsTimestamp(field) ||
         IsDuration(field);
}

std::string SetScalar(const Value& value, const FieldDescriptor* field, Message* out) {
  const bool is_text = value.kind == Value::Kind::kText;
  const std::string& text = value.text;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      if (!is_text) return "must be text" + Is(value, field);
      if (field->type() == FieldDescriptor::TYPE_STRING) AVVIK_PUT(String, text);
      std::string bytes;
      if (!absl::Base64Unescape(text, &bytes)) return "must be base64";
      AVVIK_PUT(String, bytes);
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* found = is_text ? FindEnumValue(field->enum_type(), text) : nullptr;
      if (found == nullptr) return EnumExpected(value, field);
      AVVIK_PUT(EnumValue, found->number());
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      auto flag = is_text && !value.quoted ? ParseFlag(text) : std::nullopt;
      if (!flag) return "must be true or false" + Is(value, field);
      AVVIK_PUT(Bool, *flag);
    }
    case FieldDescriptor::CPPTYPE_INT32: {
      auto number = is_text && !value.quoted ? ParseNumber<int32_t>(text) : std::nullopt;
      if (!number) return WholeNumberExpected<int32_t>() + Is(value, field);
      AVVIK_PUT(Int32, *number);
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      auto number = is_text && !value.quoted ? ParseNumber<uint32_t>(text) : std::nullopt;
      if (!number) return WholeNumberExpected<uint32_t>() + Is(value, field);
      AVVIK_PUT(UInt32, *number);
    }
    // Protobuf's JSON writes 64-bit numbers in quotes.
    case FieldDescriptor::CPPTYPE_INT64: {
      auto number = is_text ? ParseNumber<int64_t>(text) : std::nullopt;
      if (!number) return WholeNumberExpected<int64_t>() + Is(value, field);
      AVVIK_PUT(Int64, *number);
    }
    case FieldDescriptor::CPPTYPE_UINT64: {
      auto number = is_text ? ParseNumber<uint64_t>(text) : std::nullopt;
      if (!number) return WholeNumberExpected<uint64_t>() + Is(value, field);
      AVVIK_PUT(UInt64, *number);
    }
    case FieldDescriptor::CPPTYPE_FLOAT: {
      auto number = is_text && !value.quoted ? ParseNumber<float>(text) : std::nullopt;
      if (!number || !std::isfinite(*number)) return "must be a number" + Is(value, field);
      AVVIK_PUT(Float, *number);
    }
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      auto number = is_text && !value.quoted ? ParseNumber<double>(text) : std::nullopt;
      if (!number || !std::isfinite(*number)) return "must be a number" + Is(value, field);
      AVVIK_PUT(Double, *number);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (!is_text) return "must be text" + Is(value, field);
      return SetTime(text, field, out);
  }
  return "is of a kind that data files have no form for";
}

#undef AVVIK_PUT

}  // namespace avvik::datafile
