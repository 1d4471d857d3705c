#include "services/gateway/openapi.h"

#include <functional>
#include <set>

#include "gmock/gmock.h"
#include "google/api/annotations.pb.h"
#include "gtest/gtest.h"
#include "services/gateway/openapi_document.h"

namespace avvik::gateway {
namespace {

using Json = nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

const Json& Document() {
  static const Json document = Json::parse(OpenApiDocument());
  return document;
}
const Json& Schema(const std::string& name) { return Document()["components"]["schemas"].at(name); }
const Json& Property(const std::string& schema, const std::string& field) {
  return Schema(schema)["properties"].at(field);
}
const Json& Operation(const std::string& method, const std::string& path) {
  return Document()["paths"].at(path).at(method);
}
const Json& Parameter(const Json& operation, const std::string& name) {
  for (const Json& parameter : operation["parameters"]) {
    if (parameter["name"] == name) return parameter;
  }
  throw std::out_of_range("no parameter " + name);
}

void EachObject(const Json& json, const std::function<void(const Json&)>& visit) {
  if (json.is_object()) visit(json);
  if (!json.is_structured()) return;
  for (const Json& member : json) EachObject(member, visit);
}

TEST(OpenApiTest, EveryRouteIsDescribedAndNoOther) {
  const auto table = RouteTable::Build(LinkedAvvikFiles());
  ASSERT_TRUE(table.ok());
  std::set<std::string> served;
  for (const Route& route : table->routes())
    served.insert(route.http_method + " " + route.path.text());
  std::set<std::string> described;
  for (const auto& [path, operations] : Document()["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      std::string upper = method;
      for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      described.insert(upper + " " + path);
    }
  }
  EXPECT_EQ(described, served);
}

TEST(OpenApiTest, EveryReferenceLeadsSomewhere) {
  int references = 0;
  EachObject(Document(), [&](const Json& object) {
    const auto reference = object.find("$ref");
    if (reference == object.end() || !reference->is_string()) return;
    ++references;
    const std::string target = reference->get<std::string>();
    ASSERT_EQ(target.substr(0, 1), "#");
    EXPECT_TRUE(Document().contains(Json::json_pointer(target.substr(1)))) << target;
  });
  EXPECT_GT(references, 100);
}

TEST(OpenApiTest, OperationsAreNamedOnceAndDocumentedAndGuarded) {
  std::set<std::string> ids;
  for (const auto& [path, operations] : Document()["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      EXPECT_TRUE(ids.insert(operation["operationId"]).second) << path;
      EXPECT_FALSE(operation["description"].get<std::string>().empty()) << path;
      EXPECT_FALSE(operation["x-avvik-permission"].get<std::string>().empty()) << path;
      EXPECT_TRUE(operation["responses"].contains("200"));
      EXPECT_TRUE(operation["responses"].contains("401"));
    }
  }
  EXPECT_EQ(Document()["security"], Json::parse(R"([{"bearer": []}])"));
}

TEST(OpenApiTest, PathVariablesAreTheParametersOfThePath) {
  for (const auto& [path, operations] : Document()["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      std::set<std::string> declared;
      const Json parameters = operation.value("parameters", Json::array());
      for (const Json& parameter : parameters) {
        if (parameter["in"] != "path") continue;
        EXPECT_EQ(parameter["required"], true);
        declared.insert("{" + parameter["name"].get<std::string>() + "}");
      }
      for (const std::string& name : declared) EXPECT_THAT(path, HasSubstr(name));
      EXPECT_EQ(std::count(path.begin(), path.end(), '{'), static_cast<int>(declared.size()))
          << path;
    }
  }
}

TEST(OpenApiTest, EverySchemaAndFieldIsDocumented) {
  for (const auto& [name, schema] : Document()["components"]["schemas"].items()) {
    if (name == "Problem") continue;
    EXPECT_TRUE(schema.contains("description")) << name;
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [field, property] : properties.items()) {
      EXPECT_TRUE(property.contains("description")) << name << "." << field;
    }
  }
}

TEST(OpenApiTest, RulesOfFieldsAreBounds) {
  EXPECT_EQ(Property("intake.v1.Report", "title")["maxLength"], 200);
  EXPECT_EQ(Property("intake.v1.Report", "title")["minLength"], 1);
  EXPECT_EQ(Property("intake.v1.Report", "description")["maxLength"], 20000);
  EXPECT_EQ(Property("intake.v1.Report", "unit")["pattern"], "^([a-z0-9][a-z0-9._-]*)?$");
  EXPECT_THAT(Property("intake.v1.Report", "affected_persons")["description"].get<std::string>(),
              HasSubstr("From 0 to 10000000000."));
  EXPECT_EQ(Property("type.v1.Impact", "level")["maximum"], 4);
  const Json& states = Parameter(Operation("get", "/v1/cases"), "states")["schema"];
  EXPECT_EQ(states["maxItems"], 8);
  EXPECT_EQ(states["items"]["$ref"], "#/components/schemas/triage.v1.CaseState");
}

TEST(OpenApiTest, RequiredIsWhatCallersMustSend) {
  EXPECT_EQ(Schema("intake.v1.SubmitReportRequest")["required"],
            Json::parse(R"(["request_id", "report"])"));
  EXPECT_EQ(Schema("intake.v1.Report")["required"], Json::parse(R"(["title"])"));
}

TEST(OpenApiTest, RequiredOfAnswersIsWhatIsAlwaysWritten) {
  EXPECT_EQ(Schema("intake.v1.ListReportsResponse")["required"],
            Json::parse(R"(["reports", "next_page_token", "total_size"])"));
  EXPECT_THAT(Schema("metrics.v1.Indicator")["required"], Not(Contains("value")));
}

TEST(OpenApiTest, OutputOnlyFieldsAreReadOnlyAndUnbounded) {
  EXPECT_EQ(Property("intake.v1.Report", "report_id")["readOnly"], true);
  EXPECT_FALSE(Property("intake.v1.Report", "report_id").contains("maxLength"));
  EXPECT_FALSE(Property("intake.v1.Report", "supplements").contains("maxItems"));
  EXPECT_FALSE(Property("intake.v1.Report", "title").contains("readOnly"));
}

TEST(OpenApiTest, TypesFollowTheJsonMapping) {
  EXPECT_EQ(Property("intake.v1.ListReportsResponse", "total_size")["type"], "string");
  EXPECT_EQ(Property("intake.v1.Report", "occurred_time")["format"], "date-time");
  EXPECT_THAT(Schema("type.v1.Answer")["enum"],
              IsSupersetOf({"ANSWER_UNSPECIFIED", "ANSWER_YES", "ANSWER_NO"}));
  EXPECT_THAT(Schema("type.v1.Answer")["description"].get<std::string>(),
              HasSubstr("`ANSWER_YES`: Yes."));
}

TEST(OpenApiTest, NestedQueryFieldsAreParameters) {
  const Json& operation = Operation("get", "/v1/indicators");
  EXPECT_EQ(Parameter(operation, "filter.unit")["in"], "query");
  EXPECT_EQ(Parameter(operation, "breakdown")["schema"]["$ref"],
            "#/components/schemas/metrics.v1.Breakdown");
  EXPECT_FALSE(operation.contains("requestBody"));
}

TEST(OpenApiTest, BodyLeavesOutWhatThePathHolds) {
  const Json& body = Operation(
      "post",
      "/v1/reports/{report_id}:withdraw")["requestBody"]["content"]["application/json"]["schema"];
  EXPECT_FALSE(body["properties"].contains("report_id"));
  EXPECT_EQ(body["required"], Json::parse(R"(["reason"])"));
}

TEST(OpenApiTest, StreamsAreEvents) {
  const Json& answer = Operation("get", "/v1/situation:watch")["responses"]["200"];
  EXPECT_TRUE(answer["content"].contains("text/event-stream"));
  EXPECT_EQ(answer["x-avvik-events"]["Situation"]["$ref"],
            "#/components/schemas/metrics.v1.Situation");
}

TEST(OpenApiTest, InternalMethodsAndTheirMessagesAreNotDescribed) {
  const std::string text(OpenApiDocument());
  EXPECT_THAT(text, Not(HasSubstr("BatchGetReports")));
  EXPECT_THAT(text, Not(HasSubstr("FollowOrganisation")));
}

}  // namespace
}  // namespace avvik::gateway
