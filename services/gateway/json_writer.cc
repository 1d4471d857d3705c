#include "services/gateway/json_writer.h"

#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include <charconv>
#include <cmath>
#include <string_view>

#include "absl/strings/escaping.h"

namespace avvik::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::util::TimeUtil;

void AppendQuoted(std::string_view text, std::string* out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out->push_back('"');
  size_t plain = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out->append(text, plain, i - plain);
    plain = i + 1;
    out->push_back('\\');
    switch (byte) {
      case '\n':
        out->push_back('n');
        break;
      case '\r':
        out->push_back('r');
        break;
      case '\t':
        out->push_back('t');
        break;
      case '"':
      case '\\':
        out->push_back(text[i]);
        break;
      default:
        *out += "u00";
        out->push_back(kHex[byte >> 4]);
        out->push_back(kHex[byte & 15]);
    }
  }
  out->append(text, plain, text.size() - plain);
  out->push_back('"');
}

template <typename Number>
void AppendNumber(Number number, std::string* out) {
  char text[40];
  *out += std::string_view(
      text, static_cast<size_t>(std::to_chars(text, text + sizeof text, number).ptr - text));
}

template <typename Number>
void AppendLong(Number number, std::string* out) {
  out->push_back('"');
  AppendNumber(number, out);
  out->push_back('"');
}

template <typename Real>
void AppendReal(Real number, std::string* out) {
  if (std::isnan(number)) {
    *out += "\"NaN\"";
  } else if (std::isinf(number)) {
    *out += number > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    AppendNumber(number, out);
  }
}

class Writer {
 public:
  explicit Writer(std::string* out) : out_(out) {}

  // False when a message has no JSON form.
  bool Write(const Message& message) {
    const Descriptor& type = *message.GetDescriptor();
    if (type.well_known_type() == Descriptor::WELLKNOWNTYPE_TIMESTAMP) return WriteTime(message);
    if (type.well_known_type() != Descriptor::WELLKNOWNTYPE_UNSPECIFIED)
      return WriteByLibrary(message);
    const Reflection& reflection = *message.GetReflection();
    out_->push_back('{');
    bool first = true;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (field.has_presence() && !reflection.HasField(message, &field)) continue;
      if (!first) out_->push_back(',');
      first = false;
      AppendQuoted(field.name(), out_);
      out_->push_back(':');
      if (!WriteField(message, reflection, field)) return false;
    }
    out_->push_back('}');
    return true;
  }

 private:
  bool WriteField(const Message& message, const Reflection& reflection,
                  const FieldDescriptor& field) {
    if (!field.is_repeated()) return WriteValue(message, reflection, field, -1);
    out_->push_back(field.is_map() ? '{' : '[');
    const int count = reflection.FieldSize(message, &field);
    for (int i = 0; i < count; ++i) {
      if (i > 0) out_->push_back(',');
      if (!(field.is_map() ? WriteEntry(reflection.GetRepeatedMessage(message, &field, i))
                           : WriteValue(message, reflection, field, i))) {
        return false;
      }
    }
    out_->push_back(field.is_map() ? '}' : ']');
    return true;
  }

  // A key is a text in JSON, whatever it is in the proto.
  bool WriteEntry(const Message& entry) {
    const Reflection& reflection = *entry.GetReflection();
    const FieldDescriptor& key = *entry.GetDescriptor()->map_key();
    std::string text;
    Writer(&text).WriteValue(entry, reflection, key, -1);
    const bool quoted = !text.empty() && text.front() == '"';
    *out_ += quoted ? text : "\"" + text + "\"";
    out_->push_back(':');
    return WriteValue(entry, reflection, *entry.GetDescriptor()->map_value(), -1);
  }

  // One value: of a repeated field the one at `index`, otherwise the only one.
  bool WriteValue(const Message& message, const Reflection& reflection,
                  const FieldDescriptor& field, int index) {
    const bool item = index >= 0;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        WriteText(message, reflection, field, index);
        return true;
      case FieldDescriptor::CPPTYPE_BOOL:
        *out_ += (item ? reflection.GetRepeatedBool(message, &field, index)
                       : reflection.GetBool(message, &field))
                     ? "true"
                     : "false";
        return true;
      case FieldDescriptor::CPPTYPE_ENUM:
        WriteEnum(field, item ? reflection.GetRepeatedEnumValue(message, &field, index)
                              : reflection.GetEnumValue(message, &field));
        return true;
      case FieldDescriptor::CPPTYPE_INT32:
        AppendNumber(item ? reflection.GetRepeatedInt32(message, &field, index)
                          : reflection.GetInt32(message, &field),
                     out_);
        return true;
      case FieldDescriptor::CPPTYPE_UINT32:
        AppendNumber(item ? reflection.GetRepeatedUInt32(message, &field, index)
                          : reflection.GetUInt32(message, &field),
                     out_);
        return true;
      case FieldDescriptor::CPPTYPE_INT64:
        AppendLong(item ? reflection.GetRepeatedInt64(message, &field, index)
                        : reflection.GetInt64(message, &field),
                   out_);
        return true;
      case FieldDescriptor::CPPTYPE_UINT64:
        AppendLong(item ? reflection.GetRepeatedUInt64(message, &field, index)
                        : reflection.GetUInt64(message, &field),
                   out_);
        return true;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        AppendReal(item ? reflection.GetRepeatedDouble(message, &field, index)
                        : reflection.GetDouble(message, &field),
                   out_);
        return true;
      case FieldDescriptor::CPPTYPE_FLOAT:
        AppendReal(item ? reflection.GetRepeatedFloat(message, &field, index)
                        : reflection.GetFloat(message, &field),
                   out_);
        return true;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Write(item ? reflection.GetRepeatedMessage(message, &field, index)
                          : reflection.GetMessage(message, &field));
    }
    return false;
  }

  void WriteText(const Message& message, const Reflection& reflection, const FieldDescriptor& field,
                 int index) {
    std::string scratch;
    const std::string& text =
        index >= 0 ? reflection.GetRepeatedStringReference(message, &field, index, &scratch)
                   : reflection.GetStringReference(message, &field, &scratch);
    AppendQuoted(field.type() == FieldDescriptor::TYPE_BYTES ? absl::Base64Escape(text) : text,
                 out_);
  }

  void WriteEnum(const FieldDescriptor& field, int number) {
    if (const auto* value = field.enum_type()->FindValueByNumber(number); value != nullptr) {
      AppendQuoted(value->name(), out_);
    } else {
      AppendNumber(number, out_);
    }
  }

  bool WriteTime(const Message& message) {
    google::protobuf::Timestamp time;
    time.CopyFrom(message);
    if (time.seconds() < TimeUtil::kTimestampMinSeconds ||
        time.seconds() > TimeUtil::kTimestampMaxSeconds || time.nanos() < 0 ||
        time.nanos() > 999'999'999) {
      return false;
    }
    AppendQuoted(TimeUtil::ToString(time), out_);
    return true;
  }

  bool WriteByLibrary(const Message& message) {
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    options.always_print_primitive_fields = true;
    std::string text;
    const bool written = google::protobuf::util::MessageToJsonString(message, &text, options).ok();
    *out_ += text;
    return written;
  }

  std::string* const out_;
};

}  // namespace

absl::StatusOr<std::string> WriteJson(const Message& message) {
  std::string json;
  if (!Writer(&json).Write(message)) {
    return absl::InternalError("a " + message.GetDescriptor()->full_name() +
                               " cannot be written as JSON");
  }
  return json;
}

}  // namespace avvik::gateway
