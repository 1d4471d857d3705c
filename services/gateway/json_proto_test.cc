#include "services/gateway/json_proto.h"

#include "avvik/escalation/v1/regime.pb.h"
#include "avvik/intake/v1/intake.pb.h"
#include "avvik/metrics/v1/metrics.pb.h"
#include "avvik/triage/v1/triage.pb.h"
#include "common/status/error.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "services/gateway/json_writer.h"

namespace avvik::gateway {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

auto At(const std::string& field, const std::string& why = "") {
  return AllOf(Field(&status::FieldViolation::field, field),
               Field(&status::FieldViolation::description, HasSubstr(why)));
}

const RouteTable& Table() {
  static const RouteTable table = *RouteTable::Build(LinkedAvvikFiles());
  return table;
}

// Reads a request as it stands in HTTP.
template <typename Message>
absl::Status Read(const char* method, const char* path, std::string_view query,
                  std::string_view body, Message* message) {
  const auto match = Table().Find(method, path);
  EXPECT_TRUE(match.ok() && match->route != nullptr) << method << " " << path;
  return ReadRequest(*match->route, match->bindings, query, body, message);
}

std::vector<status::FieldViolation> Submit(std::string_view body,
                                           intake::v1::SubmitReportRequest* request = nullptr) {
  intake::v1::SubmitReportRequest unused;
  return status::ViolationsOf(
      Read("POST", "/v1/reports", "", body, request == nullptr ? &unused : request));
}

std::vector<status::FieldViolation> SubmitReport(const std::string& members) {
  return Submit("{\"report\": {" + members + "}}");
}

TEST(ReadBodyTest, GoodReportIsRead) {
  intake::v1::SubmitReportRequest request;
  ASSERT_THAT(Submit(R"({"request_id": "r-1", "report": {
      "title": "Förlorad dator på Ågatan", "category": "CATEGORY_LOST_DEVICE",
      "occurred_time": "2026-03-01T12:00:00.25+01:00", "personal_data": "ANSWER_YES",
      "affected_persons": 12, "origin": {"register": "old", "key": "1"}}})",
                     &request),
              IsEmpty());
  EXPECT_EQ(request.request_id(), "r-1");
  EXPECT_EQ(request.report().title(), "Förlorad dator på Ågatan");
  EXPECT_EQ(request.report().category(), type::v1::CATEGORY_LOST_DEVICE);
  EXPECT_EQ(request.report().occurred_time().seconds(), 1772362800);
  EXPECT_EQ(request.report().occurred_time().nanos(), 250'000'000);
  EXPECT_EQ(request.report().affected_persons(), 12);
  EXPECT_EQ(request.report().origin().key(), "1");
}

TEST(ReadBodyTest, BothSpellingsOfAFieldAreTaken) {
  intake::v1::SubmitReportRequest request;
  ASSERT_THAT(Submit(R"({"requestId": "r", "report": {"personalData": "ANSWER_NO"}})", &request),
              IsEmpty());
  EXPECT_EQ(request.request_id(), "r");
  EXPECT_EQ(request.report().personal_data(), type::v1::ANSWER_NO);
}

TEST(ReadBodyTest, OneFieldInBothSpellingsIsRefused) {
  EXPECT_THAT(Submit(R"({"requestId": "r", "request_id": "r"})"),
              ElementsAre(At("request_id", "twice")));
}

TEST(ReadBodyTest, EmptyBodyIsAnEmptyObject) {
  EXPECT_THAT(Submit(""), IsEmpty());
  EXPECT_THAT(Submit(" \n"), IsEmpty());
}

TEST(ReadBodyTest, BodyThatIsNoObjectIsRefused) {
  EXPECT_THAT(Submit("[]"), ElementsAre(At("body", "must be an object")));
  EXPECT_THAT(Submit("\"x\""), ElementsAre(At("body", "must be an object")));
  EXPECT_THAT(Submit("null"), ElementsAre(At("body", "must be an object")));
}

TEST(ReadBodyTest, UnknownFieldIsNamedWithTheNearest) {
  EXPECT_THAT(SubmitReport(R"("titel": "x")"),
              ElementsAre(At("report.titel", "is not a field of Report; did you mean `title`?")));
  EXPECT_THAT(SubmitReport(R"("colour": "x")"),
              ElementsAre(At("report.colour", "is not a field of Report")));
}

TEST(ReadBodyTest, AllMistakesAreReportedTogether) {
  EXPECT_THAT(Submit(R"({"requestid": "x", "report": {"title": 5, "category": "LOST",
                         "occurred_time": "yesterday", "affected_persons": -1.5}})"),
              UnorderedElementsAre(
                  At("requestid", "request_id"), At("report.title", "a text, not a number"),
                  At("report.category", "Category"), At("report.occurred_time", "RFC 3339"),
                  At("report.affected_persons", "whole number")));
}

TEST(ReadBodyTest, WrongTypesSayWhatIsRight) {
  EXPECT_THAT(SubmitReport(R"("title": {"a": 1})"),
              ElementsAre(At("report.title", "a text, not an object")));
  EXPECT_THAT(SubmitReport(R"("title": ["a"])"),
              ElementsAre(At("report.title", "a text, not a list")));
  EXPECT_THAT(SubmitReport(R"("title": true)"),
              ElementsAre(At("report.title", "a text, not true or false")));
  EXPECT_THAT(SubmitReport(R"("origin": "x")"),
              ElementsAre(At("report.origin", "must be an object")));
  EXPECT_THAT(SubmitReport(R"("origin": [])"),
              ElementsAre(At("report.origin", "must be an object")));
  EXPECT_THAT(SubmitReport(R"("occurred_time": 5)"),
              ElementsAre(At("report.occurred_time", "not a number")));
  EXPECT_THAT(SubmitReport(R"("occurred_time": {"seconds": 5})"),
              ElementsAre(At("report.occurred_time", "not an object")));
  EXPECT_THAT(SubmitReport(R"("affected_persons": true)"),
              ElementsAre(At("report.affected_persons", "not true or false")));
  EXPECT_THAT(SubmitReport(R"("supplements": {})"),
              ElementsAre(At("report.supplements", "must be a list")));
  EXPECT_THAT(SubmitReport(R"("reporter": {"withheld": "true"})"),
              ElementsAre(At("report.reporter.withheld", "true or false, not a text")));
}

TEST(ReadBodyTest, NullLeavesAFieldUnset) {
  intake::v1::SubmitReportRequest request;
  EXPECT_THAT(
      Submit(R"({"request_id": null, "report": {"affected_persons": null, "supplements": null}})",
             &request),
      IsEmpty());
  EXPECT_FALSE(request.report().has_affected_persons());
}

TEST(ReadBodyTest, ItemsOfListsAreNamedByPlace) {
  EXPECT_THAT(
      SubmitReport(R"("supplements": [{"text": "a"}, {"txt": "b"}, null, "c"])"),
      ElementsAre(At("report.supplements[1].txt", "`text`"), At("report.supplements[2]", "null"),
                  At("report.supplements[3]", "must be an object")));
}

TEST(ReadBodyTest, EnumsAreTakenByNameOrKnownNumber) {
  intake::v1::SubmitReportRequest request;
  EXPECT_THAT(Submit(R"({"report": {"category": 2}})", &request), IsEmpty());
  EXPECT_EQ(request.report().category(), type::v1::CATEGORY_LOST_DEVICE);
  EXPECT_THAT(SubmitReport(R"("category": 99)"), ElementsAre(At("report.category", "Category")));
  EXPECT_THAT(SubmitReport(R"("category": 18446744073709551615)"),
              ElementsAre(At("report.category")));
  EXPECT_THAT(SubmitReport(R"("category": 1.5)"), ElementsAre(At("report.category")));
  EXPECT_THAT(SubmitReport(R"("category": "CATEGORY_LOST_DEVISE")"),
              ElementsAre(At("report.category", "did you mean `CATEGORY_LOST_DEVICE`?")));
  EXPECT_THAT(
      SubmitReport(R"("personal_data": "maybe")"),
      ElementsAre(At("report.personal_data", "`ANSWER_UNSPECIFIED`, `ANSWER_YES`, `ANSWER_NO`")));
}

TEST(ReadBodyTest, NumbersOutOfRangeSayTheRange) {
  const std::string range = "a whole number from 0 to 10000000000";
  for (const char* number :
       {"9223372036854775808", "123456789012345678901234567890", "-1e30", "1e300",
        "\"9223372036854775808\"", "0.5", "\"1.5\"", "\"\"", "\" 1\"", "\"0x10\""}) {
    EXPECT_THAT(SubmitReport("\"affected_persons\": " + std::string(number)),
                ElementsAre(At("report.affected_persons", range)))
        << number;
  }
}

TEST(ReadBodyTest, WholeNumbersAreTakenInEveryForm) {
  for (const char* number : {"5000", "5e3", "5000.0", "\"5000\""}) {
    intake::v1::SubmitReportRequest request;
    EXPECT_THAT(
        Submit("{\"report\": {\"affected_persons\": " + std::string(number) + "}}", &request),
        IsEmpty());
    EXPECT_EQ(request.report().affected_persons(), 5000) << number;
  }
}

TEST(ReadBodyTest, TimesMustExist) {
  for (const char* time :
       {"2026-02-30T12:00:00Z", "2026-03-01", "2026-03-01T12:00:00", "2026-13-01T12:00:00Z",
        "2026-03-01T25:00:00Z", "", "10000-01-01T00:00:00Z", "2026-03-01T12:00:00Z "}) {
    EXPECT_THAT(SubmitReport("\"occurred_time\": \"" + std::string(time) + "\""),
                ElementsAre(At("report.occurred_time", "RFC 3339")))
        << time;
  }
  EXPECT_THAT(SubmitReport(R"("occurred_time": "2090-01-01T00:00:00Z")"), IsEmpty());
}

TEST(ReadBodyTest, TextErrorsOfTheReaderComeThrough) {
  EXPECT_THAT(Submit("{\"report\": {\"title\": \"F\xf6rlorad\"}}"),
              ElementsAre(At("report.title", "UTF-8")));
  EXPECT_THAT(Submit(R"({"report": {"title": "a\u0000"}})"),
              ElementsAre(At("report.title", "U+0000")));
  EXPECT_THAT(Submit("{\"report\": {\"title\": \"a\""), ElementsAre(At("report.title", "middle")));
}

TEST(ReadBodyTest, MistakesAreCountedToALimitAndThenLeft) {
  std::string body = "{";
  for (int i = 0; i < 50'000; ++i) body += (i ? ",\"f" : "\"f") + std::to_string(i) + "\":1";
  EXPECT_THAT(Submit(body + "}"), SizeIs(kMaxViolations));
}

TEST(ReadBodyTest, ErrorsRepeatNoValue) {
  for (const auto& violation : SubmitReport(R"("title": ["hemlig"], "occurred_time": "hemlig",
                                              "affected_persons": "hemlig")")) {
    EXPECT_THAT(violation.description, Not(HasSubstr("hemlig"))) << violation.field;
  }
}

TEST(ReadBodyTest, FieldOfThePathMayOnlyBeRepeated) {
  triage::v1::CloseCaseRequest request;
  EXPECT_TRUE(
      Read("POST", "/v1/cases/c1:close", "", R"({"case_id": "c1", "outcome": "x"})", &request)
          .ok());
  EXPECT_EQ(request.case_id(), "c1");
  EXPECT_THAT(
      status::ViolationsOf(Read("POST", "/v1/cases/c1:close", "", R"({"caseId": "c2"})", &request)),
      ElementsAre(At("case_id", "is given by the path")));
}

TEST(ReadBodyTest, NamedBodyFieldIsTheWholeBody) {
  const auto match = Table().Find("POST", "/v1/reports");
  Route route = *match->route;
  route.body = "report";
  intake::v1::SubmitReportRequest request;
  EXPECT_TRUE(ReadRequest(route, {}, "request_id=r1", R"({"title": "x"})", &request).ok());
  EXPECT_EQ(request.report().title(), "x");
  EXPECT_EQ(request.request_id(), "r1");
  EXPECT_THAT(
      status::ViolationsOf(ReadRequest(route, {}, "report.title=x", R"({"titel": "x"})", &request)),
      ElementsAre(At("report", "in the body"), At("report.titel", "`title`")));
}

TEST(ReadBodyTest, TwoMembersOfAOneofAreRefused) {
  const auto match = Table().Find("POST", "/v1/reports");
  Route route = *match->route;
  escalation::v1::Condition condition;
  const absl::Status status =
      ReadRequest(route, {}, "", R"({"fact": "a", "impact": "b"})", &condition);
  EXPECT_THAT(status::ViolationsOf(status), ElementsAre(At("impact", "`test`")));
  escalation::v1::Condition nested;
  EXPECT_TRUE(
      ReadRequest(route, {}, "", R"({"not": {"all": {"of": [{"fact": "a"}]}}})", &nested).ok());
  EXPECT_EQ(nested.not_().all().of(0).fact(), "a");
}

TEST(ReadBodyTest, MapsAreObjects) {
  const auto match = Table().Find("POST", "/v1/reports");
  google::rpc::ErrorInfo info;
  EXPECT_TRUE(
      ReadRequest(*match->route, {}, "", R"({"metadata": {"a": "1", "b": "2"}})", &info).ok());
  EXPECT_EQ(info.metadata().at("b"), "2");
  EXPECT_THAT(
      status::ViolationsOf(ReadRequest(*match->route, {}, "", R"({"metadata": {"a": 1}})", &info)),
      ElementsAre(At("metadata[a]", "a text, not a number")));
}

TEST(ReadBodyTest, BodyWithAGetIsRefused) {
  intake::v1::ListReportsRequest request;
  EXPECT_THAT(status::ViolationsOf(Read("GET", "/v1/reports", "", "{}", &request)),
              ElementsAre(At("body", "must be empty")));
}

std::vector<status::FieldViolation> Query(std::string_view query,
                                          triage::v1::ListCasesRequest* request = nullptr) {
  triage::v1::ListCasesRequest unused;
  return status::ViolationsOf(
      Read("GET", "/v1/cases", query, "", request == nullptr ? &unused : request));
}

TEST(ReadQueryTest, ParametersFillPlainAndRepeatedFields) {
  triage::v1::ListCasesRequest request;
  ASSERT_THAT(Query("page_size=20&states=CASE_STATE_OPEN&states=CASE_STATE_CLOSED&unit=social"
                    "&minimumSeverity=SEVERITY_HIGH",
                    &request),
              IsEmpty());
  EXPECT_EQ(request.page_size(), 20);
  EXPECT_THAT(request.states(),
              ElementsAre(triage::v1::CASE_STATE_OPEN, triage::v1::CASE_STATE_CLOSED));
  EXPECT_EQ(request.unit(), "social");
  EXPECT_EQ(request.minimum_severity(), type::v1::SEVERITY_HIGH);
}

TEST(ReadQueryTest, DotsReachIntoMessages) {
  metrics::v1::ListIndicatorsRequest request;
  ASSERT_TRUE(Read("GET", "/v1/indicators",
                   "filter.unit=%C3%A5+b&filter.fromMonth=2026-01&breakdown=BREAKDOWN_UNIT", "",
                   &request)
                  .ok());
  EXPECT_EQ(request.filter().unit(), "å b");
  EXPECT_EQ(request.filter().from_month(), "2026-01");
  EXPECT_EQ(request.breakdown(), metrics::v1::BREAKDOWN_UNIT);
}

TEST(ReadQueryTest, UnknownParameterIsNamedWithTheNearest) {
  EXPECT_THAT(Query("pagesize=1"), ElementsAre(At("pagesize", "`page_size`")));
  metrics::v1::ListIndicatorsRequest request;
  EXPECT_THAT(status::ViolationsOf(Read("GET", "/v1/indicators",
                                        "filter.units=x&filter=x&breakdown.a=1", "", &request)),
              ElementsAre(At("filter.units", "`unit`"), At("filter", "cannot be"),
                          At("breakdown", "cannot be")));
}

TEST(ReadQueryTest, BadValuesAreAllNamed) {
  EXPECT_THAT(Query("page_size=ten&states=OPEN&unit=%ff&system=%00&owner=%4"),
              ElementsAre(At("page_size", "whole number"), At("states", "CaseState"),
                          At("unit", "UTF-8"), At("system", "U+0000"), At("owner", "hex")));
}

TEST(ReadQueryTest, SingleFieldGivenTwiceIsRefused) {
  EXPECT_THAT(Query("unit=a&unit=b"), ElementsAre(At("unit", "twice")));
  EXPECT_THAT(Query("page_size=1&pageSize=2"), ElementsAre(At("page_size", "twice")));
}

TEST(ReadQueryTest, UnreadableNamesAreRefused) {
  EXPECT_THAT(Query("%ff=1"), ElementsAre(At("query", "not readable")));
  EXPECT_THAT(Query("%=1"), ElementsAre(At("query", "not readable")));
  EXPECT_THAT(Query("=1"), ElementsAre(At("query", "not readable")));
}

TEST(ReadQueryTest, TooManyParametersAreRefused) {
  std::string query;
  for (size_t i = 0; i <= kMaxQueryParameters; ++i) query += "states=CASE_STATE_OPEN&";
  EXPECT_THAT(Query(query), ElementsAre(At("query", "more than 200")));
}

TEST(ReadQueryTest, ParametersOfARouteWithABodyBelongInTheBody) {
  intake::v1::SubmitReportRequest request;
  EXPECT_THAT(status::ViolationsOf(Read("POST", "/v1/reports", "request_id=x", "", &request)),
              ElementsAre(At("request_id", "in the body")));
}

TEST(ReadQueryTest, FieldOfThePathIsNoParameter) {
  triage::v1::GetCaseRequest request;
  EXPECT_THAT(status::ViolationsOf(Read("GET", "/v1/cases/c1", "case_id=c2", "", &request)),
              ElementsAre(At("case_id", "given by the path")));
}

TEST(ReadPathTest, VariableMustBeText) {
  triage::v1::GetCaseRequest request;
  EXPECT_THAT(status::ViolationsOf(Read("GET", "/v1/cases/%ff", "", "", &request)),
              ElementsAre(At("case_id", "UTF-8")));
  EXPECT_THAT(status::ViolationsOf(Read("GET", "/v1/cases/a%00b", "", "", &request)),
              ElementsAre(At("case_id", "U+0000")));
}

TEST(ReadBodyTest, WhatIsWrittenCanBeRead) {
  intake::v1::SubmitReportRequest request;
  request.set_request_id("r");
  request.mutable_report()->set_title("\"\\/\b\f\n\r\t å 漢 😀 \x7f");
  request.mutable_report()->set_affected_persons(0);
  intake::v1::SubmitReportRequest again;
  EXPECT_THAT(Submit(*WriteJson(request), &again), IsEmpty());
  EXPECT_EQ(again.SerializeAsString(), request.SerializeAsString());
}

}  // namespace
}  // namespace avvik::gateway
