#include "services/gateway/openapi.h"

#include <cctype>

#include "avvik/options/v1/access.pb.h"
#include "google/api/field_behavior.pb.h"
#include "services/gateway/http_error.h"
#include "services/gateway/openapi_schema.h"
#include "services/gateway/sse.h"

namespace avvik::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using Json = nlohmann::ordered_json;

// Query parameters reach so deep into messages.
constexpr int kMaxQueryDepth = 4;

constexpr char kDescription[] =
    "Report information-security deviations, follow their cases, and read the figures.\n\n"
    "Every call carries an OpenID Connect access token as `Authorization: Bearer <token>`, but for those "
    "without security requirements. Bodies are JSON "
    "in UTF-8, in the proto3 JSON mapping: names as here, enums as names, times in RFC 3339, and "
    "64-bit "
    "numbers as texts (numbers are taken too). Unknown fields are refused. Errors are problem "
    "details "
    "(RFC 9457) that name each wrong field.";

// The field at a path such as `filter.unit` that the route table has checked.
const FieldDescriptor* FieldAt(const Descriptor* message, std::string path) {
  for (;;) {
    const size_t dot = path.find('.');
    const FieldDescriptor* field = message->FindFieldByName(path.substr(0, dot));
    if (dot == std::string::npos) return field;
    message = field->message_type();
    path = path.substr(dot + 1);
  }
}

std::string FirstSentence(const std::string& text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const bool ends = text[i] == '.' && (i + 1 == text.size() ||
                                         std::isspace(static_cast<unsigned char>(text[i + 1])));
    if (ends) return text.substr(0, i);
  }
  return text;
}

class Description {
 public:
  explicit Description(const RouteTable& routes) : routes_(routes) {
    for (const Route& route : routes.routes()) schemas_.AddInput(route.method->input_type());
  }

  Json Write(const std::string& version) {
    Json paths = Json::object();
    Json tags = Json::array();
    std::map<const MethodDescriptor*, int> bindings;
    std::set<const google::protobuf::ServiceDescriptor*> services;
    for (const Route& route : routes_.routes()) {
      std::string method = route.http_method;
      for (char& c : method) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      paths[route.path.text()][method] = Operation(route, ++bindings[route.method]);
      if (services.insert(route.method->service()).second) {
        tags.push_back({{"name", route.method->service()->name()},
                        {"description", Comment(*route.method->service())}});
      }
    }
    Json schemas = schemas_.Components();
    schemas["Problem"] = ProblemSchema();
    return {{"openapi", "3.1.0"},
            {"info",
             {{"title", "Avvik"},
              {"version", version},
              {"description", kDescription},
              {"license", {{"name", "EUPL-1.2"}, {"identifier", "EUPL-1.2"}}}}},
            {"servers", {{{"url", "/"}}}},
            {"security", {{{"bearer", Json::array()}}}},
            {"tags", std::move(tags)},
            {"paths", std::move(paths)},
            {"components",
             {{"securitySchemes",
               {{"bearer",
                 {{"type", "http"},
                  {"scheme", "bearer"},
                  {"bearerFormat", "JWT"},
                  {"description", "An access token of the OpenID provider (RFC 9068)."}}}}},
              {"responses", Responses()},
              {"schemas", std::move(schemas)}}}};
  }

 private:
  Json Operation(const Route& route, int binding) {
    const MethodDescriptor& method = *route.method;
    const std::string comment = Comment(method);
    Json operation;
    operation["operationId"] = method.service()->name() + "_" + method.name() +
                               (binding > 1 ? "_" + std::to_string(binding) : "");
    if (!comment.empty()) {
      operation["summary"] = FirstSentence(comment);
      operation["description"] = comment;
    }
    operation["tags"] = {method.service()->name()};
    Json parameters = Json::array();
    for (const auto& segment : route.path.segments()) {
      if (segment.variable) parameters.push_back(PathParameter(segment.text, *method.input_type()));
    }
    if (route.body != "*") AddQueryParameters(route, method.input_type(), "", 0, &parameters);
    if (!parameters.empty()) operation["parameters"] = std::move(parameters);
    if (!route.body.empty()) operation["requestBody"] = RequestBody(route);
    if (route.NeedsNoToken()) operation["security"] = Json::array();
    operation["responses"] = {{"200", route.GivesFile() ? FileAnswer() : Answer(method)},
                              {"401", {{"$ref", "#/components/responses/Unauthenticated"}}},
                              {"4XX", {{"$ref", "#/components/responses/Problem"}}},
                              {"5XX", {{"$ref", "#/components/responses/Problem"}}}};
    operation["x-avvik-permission"] =
        method.options().GetExtension(options::v1::access).permission();
    return operation;
  }

  // A parameter that holds a field; its description stands beside the schema.
  Json Parameter(const std::string& name, const char* where, bool required, Json schema) {
    Json parameter = {{"name", name}, {"in", where}};
    if (required) parameter["required"] = true;
    if (schema.contains("description")) {
      parameter["description"] = schema["description"];
      schema.erase("description");
    }
    parameter["schema"] = std::move(schema);
    return parameter;
  }

  Json PathParameter(const std::string& name, const Descriptor& message) {
    return Parameter(name, "path", true, schemas_.FieldSchema(*FieldAt(&message, name), true));
  }

  // The header that names the file which is sent.
  Json FilenameParameter(const FieldDescriptor& field) {
    return {
        {"name", "Content-Disposition"},
        {"in", "header"},
        {"required", HasBehavior(field, google::api::REQUIRED)},
        {"description", "The file's name without a path, in the form of RFC 6266 and RFC 8187."},
        {"schema",
         {{"type", "string"}, {"example", "attachment; filename*=UTF-8''sk%C3%A4rmbild.png"}}}};
  }

  void AddQueryParameters(const Route& route, const Descriptor* message, const std::string& prefix,
                          int depth, Json* parameters) {
    for (int i = 0; i < message->field_count(); ++i) {
      const FieldDescriptor& field = *message->field(i);
      const std::string name = prefix + field.name();
      if (route.BindsField(name) || name == route.body ||
          (route.TakesFile() && name == route.raw->end_field()) ||
          HasBehavior(field, google::api::OUTPUT_ONLY))
        continue;
      if (route.TakesFile() && name == route.raw->filename_field()) {
        parameters->push_back(FilenameParameter(field));
        continue;
      }
      const bool nested =
          field.message_type() != nullptr &&
          field.message_type()->well_known_type() == Descriptor::WELLKNOWNTYPE_UNSPECIFIED;
      if (!nested) {
        const bool required = HasBehavior(field, google::api::REQUIRED);
        parameters->push_back(
            Parameter(name, "query", required, schemas_.FieldSchema(field, true)));
      } else if (!field.is_repeated() && depth < kMaxQueryDepth) {
        AddQueryParameters(route, field.message_type(), name + ".", depth + 1, parameters);
      }
    }
  }

  // With `*` the fields of the path are not asked again, so the body is a schema of its own when
  // there are such; otherwise it is the message.
  Json RequestBody(const Route& route) {
    if (route.TakesFile()) {
      return {{"required", true},
              {"description", "The file as it is, at most " + std::to_string(route.raw->max_bytes()) +
                                  " bytes; its type is told by its content."},
              {"content", FileContent()}};
    }
    const Descriptor* input = route.method->input_type();
    Json schema;
    if (route.body != "*") {
      schema = schemas_.Reference(input->FindFieldByName(route.body)->message_type());
    } else {
      Json properties = Json::object();
      Json required = Json::array();
      for (int i = 0; i < input->field_count(); ++i) {
        const FieldDescriptor& field = *input->field(i);
        if (route.BindsField(field.name())) continue;
        properties[field.name()] = schemas_.FieldSchema(field, true);
        if (HasBehavior(field, google::api::REQUIRED)) required.push_back(field.name());
      }
      if (properties.size() == static_cast<size_t>(input->field_count())) {
        schema = schemas_.Reference(input);
      } else {
        schema = {{"type", "object"}, {"properties", std::move(properties)}};
        if (!required.empty()) schema["required"] = std::move(required);
      }
    }
    return {{"required", true},
            {"content", {{"application/json", {{"schema", std::move(schema)}}}}}};
  }

  static Json FileContent() {
    return {{"application/octet-stream", {{"schema", {{"type", "string"}, {"format", "binary"}}}}}};
  }

  static Json FileAnswer() {
    const Json text = {{"schema", {{"type", "string"}}}};
    return {{"description", "The file, with its own media type, to be saved under its name."},
            {"headers", {{"Content-Disposition", text}, {"Content-Security-Policy", text}}},
            {"content", FileContent()}};
  }

  Json Answer(const MethodDescriptor& method) {
    const Descriptor* output = method.output_type();
    Json reference = schemas_.Reference(output);
    std::string description = Comment(*output);
    if (description.empty()) description = output->name();
    if (!method.server_streaming()) {
      return {{"description", description},
              {"content", {{"application/json", {{"schema", std::move(reference)}}}}}};
    }
    return {{"description", "Server-sent events until either side ends. An event `" +
                                output->name() + "` holds a " + output->name() +
                                " as JSON; an event `problem` says why the stream ends."},
            {"content", {{kEventStreamType, {{"schema", {{"type", "string"}}}}}}},
            {"x-avvik-events",
             {{output->name(), std::move(reference)},
              {"problem", {{"$ref", "#/components/schemas/Problem"}}}}}};
  }

  static Json Responses() {
    const Json content = {{kProblemType, {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}};
    return {{"Problem", {{"description", "What went wrong."}, {"content", content}}},
            {"Unauthenticated",
             {{"description", "The access token is missing, has run out, or is not good here."},
              {"headers", {{"WWW-Authenticate", {{"schema", {{"type", "string"}}}}}}},
              {"content", content}}}};
  }

  static Json ProblemSchema() {
    const auto text = [](const char* description) -> Json {
      return {{"type", "string"}, {"description", description}};
    };
    return {{"type", "object"},
            {"description", "Problem details (RFC 9457)."},
            {"properties",
             {{"type", text("Always `about:blank`: the code and `reason` say what it is.")},
              {"title", text("The phrase of the HTTP status code.")},
              {"status", {{"type", "integer"}, {"description", "The HTTP status code."}}},
              {"detail", text("A sentence for people.")},
              {"reason", text("What it is, for programs; stable, such as `INVALID_FIELDS`.")},
              {"errors",
               {{"type", "array"},
                {"description", "The fields that are wrong, when fields are."},
                {"items",
                 {{"type", "object"},
                  {"properties",
                   {{"field", text("Path of the field, such as `report.title` or `stages[2].id`.")},
                    {"description", text("What is wrong with it, to follow the field's name.")}}},
                  {"required", {"field", "description"}}}}}},
              {"trace_id", text("Identifies the request in the logs.")}}},
            {"required", {"type", "title", "status", "detail"}}};
  }

  const RouteTable& routes_;
  SchemaCollection schemas_;
};

}  // namespace

Json DescribeApi(const RouteTable& routes, const std::string& version) {
  return Description(routes).Write(version);
}

}  // namespace avvik::gateway
