#include "absl/strings/escaping.h"
#include "common/datafile/datafile.h"
#include "common/datafile/names.h"
#include "common/datafile/scalar.h"
#include "google/protobuf/util/time_util.h"
#include "yaml-cpp/emitter.h"

namespace avvik::datafile {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::TimeUtil;

void EmitMessage(const Message& message, YAML::Emitter* out);

// Text that YAML would read as null must stand in quotes; the emitter quotes what else needs it.
void EmitText(const std::string& text, YAML::Emitter* out) {
  bool like_null =
      text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
  if (like_null) *out << YAML::DoubleQuoted;
  *out << text;
}

void EmitTime(const Message& time, YAML::Emitter* out) {
  if (time.GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
    *out << TimeUtil::ToString(static_cast<const google::protobuf::Timestamp&>(time));
  } else {
    *out << TimeUtil::ToString(static_cast<const google::protobuf::Duration&>(time));
  }
}

// Item `index` of a repeated field, or the field itself when `index` is negative.
void EmitValue(const Message& message, const FieldDescriptor* field, int index,
               YAML::Emitter* out) {
  const auto* r = message.GetReflection();
  const bool one = index < 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text =
          one ? r->GetString(message, field) : r->GetRepeatedString(message, field, index);
      bool bytes = field->type() == FieldDescriptor::TYPE_BYTES;
      return EmitText(bytes ? absl::Base64Escape(text) : text, out);
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value =
          one ? r->GetEnum(message, field) : r->GetRepeatedEnum(message, field, index);
      return EmitText(ShortName(value), out);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const Message& inner =
          one ? r->GetMessage(message, field) : r->GetRepeatedMessage(message, field, index);
      return IsScalar(field) ? EmitTime(inner, out) : EmitMessage(inner, out);
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      *out << (one ? r->GetBool(message, field) : r->GetRepeatedBool(message, field, index));
      return;
    case FieldDescriptor::CPPTYPE_INT32:
      *out << (one ? r->GetInt32(message, field) : r->GetRepeatedInt32(message, field, index));
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      *out << (one ? r->GetInt64(message, field) : r->GetRepeatedInt64(message, field, index));
      return;
    case FieldDescriptor::CPPTYPE_UINT32:
      *out << (one ? r->GetUInt32(message, field) : r->GetRepeatedUInt32(message, field, index));
      return;
    case FieldDescriptor::CPPTYPE_UINT64:
      *out << (one ? r->GetUInt64(message, field) : r->GetRepeatedUInt64(message, field, index));
      return;
    case FieldDescriptor::CPPTYPE_FLOAT:
      *out << (one ? r->GetFloat(message, field) : r->GetRepeatedFloat(message, field, index));
      return;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      *out << (one ? r->GetDouble(message, field) : r->GetRepeatedDouble(message, field, index));
      return;
  }
}

void EmitList(const Message& message, const FieldDescriptor* field, YAML::Emitter* out) {
  if (IsScalar(field)) *out << YAML::Flow;
  *out << YAML::BeginSeq;
  for (int i = 0, size = message.GetReflection()->FieldSize(message, field); i < size; ++i) {
    EmitValue(message, field, i, out);
  }
  *out << YAML::EndSeq;
}

void EmitProtoMap(const Message& message, const FieldDescriptor* field, YAML::Emitter* out) {
  *out << YAML::BeginMap;
  for (int i = 0, size = message.GetReflection()->FieldSize(message, field); i < size; ++i) {
    const Message& entry = message.GetReflection()->GetRepeatedMessage(message, field, i);
    *out << YAML::Key;
    EmitValue(entry, field->message_type()->map_key(), -1, out);
    *out << YAML::Value;
    EmitValue(entry, field->message_type()->map_value(), -1, out);
  }
  *out << YAML::EndMap;
}

void EmitMessage(const Message& message, YAML::Emitter* out) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  *out << YAML::BeginMap;
  for (const FieldDescriptor* field : fields) {
    *out << YAML::Key << field->name() << YAML::Value;
    if (field->is_map()) {
      EmitProtoMap(message, field, out);
    } else if (field->is_repeated()) {
      EmitList(message, field, out);
    } else {
      EmitValue(message, field, -1, out);
    }
  }
  *out << YAML::EndMap;
}

}  // namespace

std::string Dump(const Message& message) {
  YAML::Emitter out;
  out.SetFloatPrecision(9);
  out.SetDoublePrecision(17);
  EmitMessage(message, &out);
  return std::string(out.c_str(), out.size()) + "\n";
}

}  // namespace avvik::datafile
