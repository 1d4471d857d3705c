// JSON schemas (2020-12, as OpenAPI 3.1 uses them) of proto messages in their proto3 JSON form.
#pragma once

#include <google/protobuf/descriptor.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace avvik::gateway {

// Collects the schemas that a description refers to.
class SchemaCollection {
 public:
  using Json = nlohmann::ordered_json;

  // Says that callers send this message. Its fields then carry their bounds, and only those marked
  // REQUIRED are required; of messages that are only answered, every field that is always written
  // is.
  void AddInput(const google::protobuf::Descriptor* message);

  // `{"$ref": "#/components/schemas/intake.v1.Report"}`; the schema is written with the rest.
  Json Reference(const google::protobuf::Descriptor* message);

  // The schema of one field's value, with its description.
  Json FieldSchema(const google::protobuf::FieldDescriptor& field, bool input);

  // All schemas referred to, by name. Call last.
  Json Components();

 private:
  Json ValueSchema(const google::protobuf::FieldDescriptor& field, bool input);
  Json EnumReference(const google::protobuf::EnumDescriptor* type);
  Json MessageSchema(const google::protobuf::Descriptor* message);
  static Json EnumSchema(const google::protobuf::EnumDescriptor* type);

  std::set<const google::protobuf::Descriptor*> inputs_;
  std::map<std::string, const google::protobuf::Descriptor*> messages_;
  std::map<std::string, const google::protobuf::EnumDescriptor*> enums_;
};

// A comment of a proto as text: lines joined, paragraphs kept.
std::string CommentText(const std::string& comment);

// The comment above a definition in its proto; empty when the pool has no source info.
template <typename Definition>
std::string Comment(const Definition& definition) {
  google::protobuf::SourceLocation location;
  return definition.GetSourceLocation(&location) ? CommentText(location.leading_comments) : "";
}

// Whether a field carries the behaviour, such as google::api::REQUIRED.
bool HasBehavior(const google::protobuf::FieldDescriptor& field, int behavior);

}  // namespace avvik::gateway
