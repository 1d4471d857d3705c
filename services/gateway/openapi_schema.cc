#include "services/gateway/openapi_schema.h"

#include <algorithm>
#include <sstream>

#include "avvik/options/v1/field.pb.h"
#include "common/validate/validate.h"
#include "google/api/field_behavior.pb.h"

namespace avvik::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using Json = SchemaCollection::Json;

constexpr char kUuid[] = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
constexpr char kCaseNumber[] = "AVV-[0-9]{4}-[0-9]{6,12}";

// `intake.v1.Report` of `avvik.intake.v1.Report`.
std::string SchemaName(const std::string& full_name) {
  constexpr std::string_view kPrefix = "avvik.";
  return full_name.rfind(kPrefix, 0) == 0 ? full_name.substr(kPrefix.size()) : full_name;
}

Json ReferenceTo(const std::string& full_name) {
  return {{"$ref", "#/components/schemas/" + SchemaName(full_name)}};
}

// A regular expression for the whole text of a format; empty when none is asked.
std::string FormatPattern(options::v1::Format format) {
  switch (format) {
    case options::v1::FORMAT_SLUG:
      return "[a-z0-9][a-z0-9._-]*";
    case options::v1::FORMAT_UUID:
      return kUuid;
    case options::v1::FORMAT_LANGUAGE:
      return "sv|da|en";
    case options::v1::FORMAT_EMAIL:
      return "[^@\\s]+@[^@\\s]+";
    case options::v1::FORMAT_CASE_NUMBER:
      return kCaseNumber;
    case options::v1::FORMAT_CASE_REFERENCE:
      return std::string(kUuid) + "|" + kCaseNumber;
    case options::v1::FORMAT_TOKEN:
      return "[!-~]+";
    default:
      return "";
  }
}

Json TextSchema(const FieldDescriptor& field, bool input) {
  Json schema = {{"type", "string"}};
  if (field.type() == FieldDescriptor::TYPE_BYTES) schema["contentEncoding"] = "base64";
  if (!input) return schema;
  const auto& rules = field.options().GetExtension(options::v1::rules);
  schema["maxLength"] = rules.max_length() > 0 ? rules.max_length() : validate::kDefaultMaxLength;
  // A text that is not required may be left out or empty; an item of a list never is.
  const bool filled = field.is_repeated() || HasBehavior(field, google::api::REQUIRED);
  if (filled) schema["minLength"] = 1;
  if (const std::string pattern = FormatPattern(rules.format()); !pattern.empty()) {
    schema["pattern"] = "^(" + pattern + (filled ? ")$" : ")?$");
  }
  return schema;
}

Json IntegerSchema(const FieldDescriptor& field, const char* format, bool input) {
  Json schema = {{"type", "integer"}, {"format", format}};
  const auto& rules = field.options().GetExtension(options::v1::rules);
  if (input && rules.bounded()) {
    schema["minimum"] = rules.minimum();
    schema["maximum"] = rules.maximum();
  }
  return schema;
}

// Whole numbers of 64 bits are written as texts, for JavaScript would round them.
Json LongSchema(const char* format) {
  return {{"type", "string"}, {"format", format}, {"pattern", "^-?[0-9]+$"}};
}

// The schema of a message with a JSON form of its own; null for all others.
Json WellKnownSchema(const Descriptor& message) {
  switch (message.well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      return {{"type", "string"}, {"format", "date-time"}};
    case Descriptor::WELLKNOWNTYPE_DURATION:
      return {{"type", "string"}, {"pattern", "^-?[0-9]+(\\.[0-9]+)?s$"}};
    case Descriptor::WELLKNOWNTYPE_FIELDMASK:
    case Descriptor::WELLKNOWNTYPE_STRINGVALUE:
    case Descriptor::WELLKNOWNTYPE_INT64VALUE:
    case Descriptor::WELLKNOWNTYPE_UINT64VALUE:
      return {{"type", "string"}};
    case Descriptor::WELLKNOWNTYPE_BYTESVALUE:
      return {{"type", "string"}, {"contentEncoding", "base64"}};
    case Descriptor::WELLKNOWNTYPE_BOOLVALUE:
      return {{"type", "boolean"}};
    case Descriptor::WELLKNOWNTYPE_INT32VALUE:
    case Descriptor::WELLKNOWNTYPE_UINT32VALUE:
      return {{"type", "integer"}};
    case Descriptor::WELLKNOWNTYPE_DOUBLEVALUE:
    case Descriptor::WELLKNOWNTYPE_FLOATVALUE:
      return {{"type", "number"}};
    case Descriptor::WELLKNOWNTYPE_LISTVALUE:
      return {{"type", "array"}, {"items", Json::object()}};
    case Descriptor::WELLKNOWNTYPE_STRUCT:
      return {{"type", "object"}, {"additionalProperties", true}};
    case Descriptor::WELLKNOWNTYPE_ANY:
      return {{"type", "object"},
              {"properties", {{"@type", {{"type", "string"}}}}},
              {"required", {"@type"}},
              {"additionalProperties", true}};
    case Descriptor::WELLKNOWNTYPE_VALUE:
      return Json::object();
    default:
      return nullptr;
  }
}

// A range that a number written as text cannot state in its schema.
std::string LongBounds(const FieldDescriptor& field) {
  const auto& rules = field.options().GetExtension(options::v1::rules);
  const bool is_long = field.cpp_type() == FieldDescriptor::CPPTYPE_INT64 ||
                       field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64;
  if (!rules.bounded() || !is_long) return "";
  return " From " + std::to_string(rules.minimum()) + " to " + std::to_string(rules.maximum()) +
         ".";
}

}  // namespace

void SchemaCollection::AddInput(const Descriptor* message) {
  if (!WellKnownSchema(*message).is_null() || !inputs_.insert(message).second) return;
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor& field = *message->field(i);
    if (field.message_type() != nullptr && !HasBehavior(field, google::api::OUTPUT_ONLY)) {
      AddInput(field.message_type());
    }
  }
}

Json SchemaCollection::Reference(const Descriptor* message) {
  messages_.emplace(message->full_name(), message);
  return ReferenceTo(message->full_name());
}

Json SchemaCollection::EnumReference(const EnumDescriptor* type) {
  enums_.emplace(type->full_name(), type);
  return ReferenceTo(type->full_name());
}

Json SchemaCollection::ValueSchema(const FieldDescriptor& field, bool input) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return TextSchema(field, input);
    case FieldDescriptor::CPPTYPE_BOOL:
      return {{"type", "boolean"}};
    case FieldDescriptor::CPPTYPE_INT32:
      return IntegerSchema(field, "int32", input);
    case FieldDescriptor::CPPTYPE_UINT32:
      return IntegerSchema(field, "uint32", input);
    case FieldDescriptor::CPPTYPE_INT64:
      return LongSchema("int64");
    case FieldDescriptor::CPPTYPE_UINT64:
      return LongSchema("uint64");
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return {{"type", "number"}, {"format", "double"}};
    case FieldDescriptor::CPPTYPE_FLOAT:
      return {{"type", "number"}, {"format", "float"}};
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumReference(field.enum_type());
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  Json well_known = WellKnownSchema(*field.message_type());
  return well_known.is_null() ? Reference(field.message_type()) : well_known;
}

Json SchemaCollection::FieldSchema(const FieldDescriptor& field, bool input) {
  const bool output_only = HasBehavior(field, google::api::OUTPUT_ONLY);
  const bool bounded = input && !output_only;
  Json schema;
  if (field.is_map()) {
    schema = {{"type", "object"},
              {"additionalProperties", ValueSchema(*field.message_type()->map_value(), bounded)}};
  } else if (field.is_repeated()) {
    schema = {{"type", "array"}, {"items", ValueSchema(field, bounded)}};
    if (bounded) {
      const auto& rules = field.options().GetExtension(options::v1::rules);
      schema["maxItems"] = rules.max_items() > 0 ? rules.max_items() : validate::kDefaultMaxItems;
      if (HasBehavior(field, google::api::REQUIRED)) schema["minItems"] = 1;
    }
  } else {
    schema = ValueSchema(field, bounded);
  }
  if (output_only) schema["readOnly"] = true;
  std::string description = Comment(field);
  if (bounded) description += LongBounds(field);
  if (!description.empty()) schema["description"] = description;
  return schema;
}

Json SchemaCollection::MessageSchema(const Descriptor* message) {
  const bool input = inputs_.count(message) > 0;
  Json schema = {{"type", "object"}};
  if (const std::string description = Comment(*message); !description.empty()) {
    schema["description"] = description;
  }
  Json properties = Json::object();
  Json required = Json::array();
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor& field = *message->field(i);
    properties[field.name()] = FieldSchema(field, input);
    if (input ? HasBehavior(field, google::api::REQUIRED) : !field.has_presence()) {
      required.push_back(field.name());
    }
  }
  schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

Json SchemaCollection::EnumSchema(const EnumDescriptor* type) {
  Json schema = {{"type", "string"}};
  std::string description = Comment(*type);
  Json names = Json::array();
  for (int i = 0; i < type->value_count(); ++i) {
    names.push_back(type->value(i)->name());
    const std::string meaning = Comment(*type->value(i));
    if (!meaning.empty()) description += "\n\n* `" + type->value(i)->name() + "`: " + meaning;
  }
  if (!description.empty()) schema["description"] = description;
  schema["enum"] = std::move(names);
  return schema;
}

Json SchemaCollection::Components() {
  std::map<std::string, Json> schemas;
  // Writing one schema may refer to further messages.
  for (bool more = true; more;) {
    more = false;
    const auto pending = messages_;
    for (const auto& [name, message] : pending) {
      if (schemas.count(SchemaName(name)) > 0) continue;
      schemas[SchemaName(name)] = MessageSchema(message);
      more = true;
    }
  }
  for (const auto& [name, type] : enums_) schemas[SchemaName(name)] = EnumSchema(type);
  Json components = Json::object();
  for (auto& [name, schema] : schemas) components[name] = std::move(schema);
  return components;
}

std::string CommentText(const std::string& comment) {
  std::istringstream lines(comment);
  std::string text;
  std::string gap;
  for (std::string line; std::getline(lines, line);) {
    const size_t begin = line.find_first_not_of(' ');
    if (begin == std::string::npos) {
      if (!text.empty()) gap = "\n\n";
      continue;
    }
    text += gap + line.substr(begin, line.find_last_not_of(' ') - begin + 1);
    gap = " ";
  }
  return text;
}

bool HasBehavior(const FieldDescriptor& field, int behavior) {
  const auto& behaviors = field.options().GetRepeatedExtension(google::api::field_behavior);
  return std::find(behaviors.begin(), behaviors.end(), behavior) != behaviors.end();
}

}  // namespace avvik::gateway
