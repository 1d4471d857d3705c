#include "services/gateway/field_value.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "avvik/options/v1/field.pb.h"
#include "services/gateway/field_names.h"
#include "services/gateway/utf8.h"

namespace avvik::gateway {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using nlohmann::json;

constexpr char kTimestamp[] = "google.protobuf.Timestamp";
constexpr char kDuration[] = "google.protobuf.Duration";

// Sets or appends; `Set` and `Add` are the reflection methods for the type.
template <typename Value, typename Set, typename Add>
void Put(const FieldDescriptor& field, Message* message, Value value, Set set, Add add) {
  const auto* reflection = message->GetReflection();
  if (field.is_repeated()) {
    (reflection->*add)(message, &field, value);
  } else {
    (reflection->*set)(message, &field, value);
  }
}
#define AVVIK_PUT(Type, value)                                         \
  Put(field, message, value, &google::protobuf::Reflection::Set##Type, \
      &google::protobuf::Reflection::Add##Type)

void PutText(const FieldDescriptor& field, Message* message, std::string value) {
  const auto* reflection = message->GetReflection();
  if (field.is_repeated()) {
    reflection->AddString(message, &field, std::move(value));
  } else {
    reflection->SetString(message, &field, std::move(value));
  }
}

Message* Open(const FieldDescriptor& field, Message* message) {
  const auto* reflection = message->GetReflection();
  return field.is_repeated() ? reflection->AddMessage(message, &field)
                             : reflection->MutableMessage(message, &field);
}

bool IsInteger(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return true;
    default:
      return false;
  }
}

bool IsReal(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE ||
         field.cpp_type() == FieldDescriptor::CPPTYPE_FLOAT;
}

template <typename From>
bool PutInteger(const FieldDescriptor& field, Message* message, From value) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      if (!std::in_range<int32_t>(value)) return false;
      AVVIK_PUT(Int32, static_cast<int32_t>(value));
      return true;
    case FieldDescriptor::CPPTYPE_INT64:
      if (!std::in_range<int64_t>(value)) return false;
      AVVIK_PUT(Int64, static_cast<int64_t>(value));
      return true;
    case FieldDescriptor::CPPTYPE_UINT32:
      if (!std::in_range<uint32_t>(value)) return false;
      AVVIK_PUT(UInt32, static_cast<uint32_t>(value));
      return true;
    default:
      if (!std::in_range<uint64_t>(value)) return false;
      AVVIK_PUT(UInt64, static_cast<uint64_t>(value));
      return true;
  }
}

// A whole number written with a fraction or exponent, such as `1e3`.
bool PutWholeReal(const FieldDescriptor& field, Message* message, double value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond it a double skips whole numbers.
  if (std::trunc(value) != value || std::abs(value) > kExact) return false;
  return PutInteger(field, message, static_cast<int64_t>(value));
}

bool PutReal(const FieldDescriptor& field, Message* message, double value) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_FLOAT) {
    if (std::abs(value) > static_cast<double>(std::numeric_limits<float>::max())) return false;
    AVVIK_PUT(Float, static_cast<float>(value));
  } else {
    AVVIK_PUT(Double, value);
  }
  return true;
}

template <typename Number>
std::optional<Number> ReadNumber(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string PutIntegerText(std::string_view text, const FieldDescriptor& field, Message* message) {
  bool put = false;
  if (const auto number = ReadNumber<int64_t>(text)) {
    put = PutInteger(field, message, *number);
  } else if (const auto large = ReadNumber<uint64_t>(text)) {
    put = PutInteger(field, message, *large);
  }
  return put ? "" : "must be " + Expected(field);
}

template <typename Number>
std::string PutEnumNumber(Number number, const FieldDescriptor& field, Message* message) {
  const auto* value = std::in_range<int>(number)
                          ? field.enum_type()->FindValueByNumber(static_cast<int>(number))
                          : nullptr;
  if (value == nullptr) return UnknownEnumValue(*field.enum_type(), "");
  AVVIK_PUT(Enum, value);
  return "";
}

std::string PutEnumText(std::string_view text, const FieldDescriptor& field, Message* message) {
  const auto* value = field.enum_type()->FindValueByName(std::string(text));
  if (value == nullptr) return UnknownEnumValue(*field.enum_type(), text);
  AVVIK_PUT(Enum, value);
  return "";
}

// A message that JSON writes as a text.
std::string PutMessageText(std::string_view text, const FieldDescriptor& field, Message* message) {
  const std::string& type = field.message_type()->full_name();
  bool good = false;
  if (type == kTimestamp) {
    google::protobuf::Timestamp time;
    good = google::protobuf::util::TimeUtil::FromString(std::string(text), &time);
    if (good) Open(field, message)->CopyFrom(time);
  } else if (type == kDuration) {
    google::protobuf::Duration duration;
    good = google::protobuf::util::TimeUtil::FromString(std::string(text), &duration);
    if (good) Open(field, message)->CopyFrom(duration);
  } else if (!IsPlainMessage(field)) {
    const json quoted = std::string(text);
    good = google::protobuf::util::JsonStringToMessage(quoted.dump(), Open(field, message)).ok();
  }
  return good ? "" : "must be " + Expected(field);
}

const char* Described(const json& value) {
  switch (value.type()) {
    case json::value_t::object:
      return "an object";
    case json::value_t::array:
      return "a list";
    case json::value_t::string:
      return "a text";
    case json::value_t::boolean:
      return "true or false";
    case json::value_t::null:
      return "null";
    default:
      return "a number";
  }
}

// The bounds of the field's rules, or of its type.
template <typename Number>
std::string Range(const FieldDescriptor& field) {
  const auto& rules = field.options().GetExtension(options::v1::rules);
  const auto range = [](auto least, auto most) {
    return "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  };
  return rules.bounded()
             ? range(rules.minimum(), rules.maximum())
             : range(std::numeric_limits<Number>::min(), std::numeric_limits<Number>::max());
}

}  // namespace

std::string SetFromText(std::string_view text, const FieldDescriptor& field, Message* message) {
  if (std::string why = WhyNotText(text); !why.empty()) return why;
  if (IsInteger(field)) return PutIntegerText(text, field, message);
  if (IsReal(field)) {
    const auto number = ReadNumber<double>(text);
    const bool put = number && std::isfinite(*number) && PutReal(field, message, *number);
    return put ? "" : "must be " + Expected(field);
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return "must be " + Expected(field);
      AVVIK_PUT(Bool, text == "true");
      return "";
    case FieldDescriptor::CPPTYPE_ENUM:
      return PutEnumText(text, field, message);
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.type() == FieldDescriptor::TYPE_BYTES) {
        // Both alphabets of RFC 4648 are taken, as the proto3 JSON mapping asks.
        std::string bytes;
        const std::string encoded(text);
        if (!absl::Base64Unescape(encoded, &bytes) &&
            !absl::WebSafeBase64Unescape(encoded, &bytes)) {
          return "must be " + Expected(field);
        }
        PutText(field, message, std::move(bytes));
      } else {
        PutText(field, message, std::string(text));
      }
      return "";
    default:
      return PutMessageText(text, field, message);
  }
}

std::string SetFromJson(const json& value, const FieldDescriptor& field, Message* message) {
  const auto wrong_type = [&] {
    return "must be " + Expected(field) + ", not " + Described(value);
  };
  const auto unless = [&](bool put) { return put ? std::string() : "must be " + Expected(field); };
  const bool is_bool = field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL;
  if (IsPlainMessage(field)) return wrong_type();
  if (value.is_string()) {
    if (is_bool || IsReal(field)) return wrong_type();
    return SetFromText(value.get_ref<const std::string&>(), field, message);
  }
  if (const auto* type = field.message_type(); type != nullptr) {
    // These are written as texts; the library would also take their fields.
    if (type->full_name() == kTimestamp || type->full_name() == kDuration) return wrong_type();
    const std::string text = value.dump();
    const bool put = google::protobuf::util::JsonStringToMessage(text, Open(field, message)).ok();
    return put ? "" : wrong_type();
  }
  if (value.is_boolean()) {
    if (!is_bool) return wrong_type();
    AVVIK_PUT(Bool, value.get<bool>());
    return "";
  }
  if (!value.is_number()) return wrong_type();
  if (IsReal(field)) return unless(PutReal(field, message, value.get<double>()));
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM && value.is_number_integer()) {
    return value.is_number_unsigned() ? PutEnumNumber(value.get<uint64_t>(), field, message)
                                      : PutEnumNumber(value.get<int64_t>(), field, message);
  }
  if (!IsInteger(field)) return wrong_type();
  if (value.is_number_float()) return unless(PutWholeReal(field, message, value.get<double>()));
  return unless(value.is_number_unsigned() ? PutInteger(field, message, value.get<uint64_t>())
                                           : PutInteger(field, message, value.get<int64_t>()));
}

bool IsPlainMessage(const FieldDescriptor& field) {
  const auto* type = field.message_type();
  return type != nullptr &&
         type->well_known_type() == google::protobuf::Descriptor::WELLKNOWNTYPE_UNSPECIFIED;
}

std::string Expected(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return Range<int32_t>(field);
    case FieldDescriptor::CPPTYPE_INT64:
      return Range<int64_t>(field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return Range<uint32_t>(field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return Range<uint64_t>(field);
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return "a number";
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return "the name of a value of " + field.enum_type()->name();
    case FieldDescriptor::CPPTYPE_STRING:
      return field.type() == FieldDescriptor::TYPE_BYTES ? "bytes in base64" : "a text";
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  const std::string& type = field.message_type()->full_name();
  if (type == kTimestamp) return "a time as in RFC 3339, such as `2026-03-01T12:00:00Z`";
  if (type == kDuration) return "a number of seconds such as `90s`";
  return IsPlainMessage(field) ? "an object" : "a " + type + " in its JSON form";
}

}  // namespace avvik::gateway
