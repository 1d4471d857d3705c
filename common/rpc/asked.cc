#include "common/rpc/asked.h"

#include <algorithm>
#include <vector>

#include "absl/time/time.h"
#include "avvik/options/v1/field.pb.h"
#include "common/validate/format.h"
#include "google/api/annotations.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace avvik::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kPrefix = "/v1/";
constexpr char kTimestamp[] = "google.protobuf.Timestamp";

// Says nothing of what was asked.
bool IsFormality(const FieldDescriptor& field) {
  for (const char* name : {"page_token", "page_size", "request_id", "etag"}) {
    if (field.name() == name) return true;
  }
  return false;
}

// Longest identifier that is kept.
constexpr size_t kMaxIdentifierBytes = 200;

// Whether a text is an identifier, not words or an address. Who is denied was not checked before.
bool IsIdentifier(const FieldDescriptor& field, const std::string& text) {
  if (field.options().GetExtension(options::v1::sensitive)) return false;
  const options::v1::Format format = field.options().GetExtension(options::v1::rules).format();
  switch (format) {
    case options::v1::FORMAT_SLUG:
    case options::v1::FORMAT_UUID:
    case options::v1::FORMAT_LANGUAGE:
    case options::v1::FORMAT_CASE_NUMBER:
    case options::v1::FORMAT_CASE_REFERENCE:
    case options::v1::FORMAT_TOKEN:
      return text.size() <= kMaxIdentifierBytes && validate::HasFormat(format, text);
    default:
      return false;
  }
}

// One value; empty when it is not for the trace.
std::string ValueOf(const Message& message, const FieldDescriptor& field, int index) {
  const auto& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return std::to_string(repeated ? reflection.GetRepeatedInt32(message, &field, index)
                                     : reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(repeated ? reflection.GetRepeatedInt64(message, &field, index)
                                     : reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return (repeated ? reflection.GetRepeatedBool(message, &field, index)
                       : reflection.GetBool(message, &field))
                 ? "true"
                 : "false";
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = repeated ? reflection.GetRepeatedEnumValue(message, &field, index)
                                  : reflection.GetEnumValue(message, &field);
      const auto* value = field.enum_type()->FindValueByNumber(number);
      return value == nullptr ? std::to_string(number) : value->name();
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text = repeated ? reflection.GetRepeatedString(message, &field, index)
                                  : reflection.GetString(message, &field);
      return IsIdentifier(field, text) ? text : "";
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      if (field.message_type()->full_name() != kTimestamp || repeated) return "";
      const auto& time = static_cast<const google::protobuf::Timestamp&>(
          reflection.GetMessage(message, &field));
      return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(time.seconds()),
                              absl::UTCTimeZone());
    }
    default:
      return "";
  }
}

std::vector<const FieldDescriptor*> FieldsOf(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields;
}

// `name=value`, `name=value,value`, `name(field,field)` for a message, or `name`.
std::string TextOf(const Message& message, const FieldDescriptor& field) {
  std::string text = field.name();
  const auto& reflection = *message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field.is_repeated() &&
      field.message_type()->full_name() != kTimestamp) {
    text.push_back('(');
    for (const FieldDescriptor* inner : FieldsOf(reflection.GetMessage(message, &field))) {
      if (text.back() != '(') text.push_back(',');
      text += inner->name();
    }
    return text + ")";
  }
  const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
  std::string values;
  for (int i = 0; i < count && values.size() <= kMaxDetailBytes; ++i) {
    const std::string value = ValueOf(message, field, i);
    if (value.empty()) return text;
    values += (i == 0 ? "=" : ",") + value;
  }
  return text + values;
}

}  // namespace

std::string SubjectPath(const google::protobuf::MethodDescriptor& method) {
  const google::api::HttpRule& rule = method.options().GetExtension(google::api::http);
  std::string path = rule.get();
  for (const std::string* other : {&rule.post(), &rule.put(), &rule.patch(), &rule.delete_()}) {
    if (path.empty()) path = *other;
  }
  if (path.rfind(kPrefix, 0) != 0) return "";
  path = path.substr(kPrefix.size());
  const size_t verb = path.rfind(':');
  return verb != std::string::npos && path.find('/', verb) == std::string::npos
             ? path.substr(0, verb)
             : path;
}

std::string SubjectAsked(std::string_view path, const Message& request) {
  std::string subject;
  while (true) {
    const size_t open = path.find('{');
    subject += path.substr(0, open);
    if (open == std::string_view::npos) break;
    const size_t close = path.find('}', open);
    const auto* field = request.GetDescriptor()->FindFieldByName(
        std::string(path.substr(open + 1, close - open - 1)));
    if (field != nullptr && !field->is_repeated()) subject += ValueOf(request, *field, 0);
    path.remove_prefix(close + 1);
  }
  return CanonicalSubject(std::move(subject));
}

std::string DetailAsked(std::string_view path, const Message& request) {
  std::string detail;
  for (const FieldDescriptor* field : FieldsOf(request)) {
    if (IsFormality(*field) ||
        path.find("{" + field->name() + "}") != std::string_view::npos) {
      continue;
    }
    if (!detail.empty()) detail.push_back(' ');
    detail += TextOf(request, *field);
  }
  // Names and identifiers are ASCII: it may be cut anywhere.
  return detail.size() <= kMaxDetailBytes ? detail : detail.substr(0, kMaxDetailBytes) + " …";
}

std::string CanonicalSubject(std::string subject) {
  const size_t slash = subject.rfind('/');
  const size_t begin = slash == std::string::npos ? 0 : slash + 1;
  if (validate::HasFormat(options::v1::FORMAT_UUID, std::string_view(subject).substr(begin))) {
    std::transform(subject.begin() + static_cast<std::ptrdiff_t>(begin), subject.end(),
                   subject.begin() + static_cast<std::ptrdiff_t>(begin), [](char c) {
                     return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
                   });
  }
  return subject;
}

}  // namespace avvik::rpc
