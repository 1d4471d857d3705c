// What an import sends, retries, counts and tells.
#include "cli/commands/command_line_fixture.h"
#include "gmock/gmock.h"

namespace avvik::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using ImportReportsTest = CommandLineFixture;

TEST_F(ImportReportsTest, ImportsEveryLineByConcurrentRequestsOnConnectionsThatAreKept) {
  const json summary = RunJson({"import", "reports", Register(1000)});
  EXPECT_EQ(summary["read"], 1000);
  EXPECT_EQ(summary["created"], 1000);
  EXPECT_EQ(summary["rejected"], 0);
  EXPECT_EQ(summary["complete"], true);
  EXPECT_THAT(suite_.reports, SizeIs(1000));
  EXPECT_LE(server_.connections(), 10) << "one for each sender, and for what comes before";
  EXPECT_GT(server_.most_at_once(), 2);
  EXPECT_THAT(suite_.tokens, ::testing::ElementsAre("Bearer anna.lind"))
      << "the first information-security officer";
  const auto& report = suite_.reports.front().report();
  EXPECT_EQ(report.unit(), "social");
  EXPECT_EQ(report.origin().register_(), "kommun-register");
  EXPECT_THAT(report.description(), HasSubstr("Text\nom "));
}

TEST_F(ImportReportsTest, ASecondImportMakesNothing) {
  const std::string file = Register(50);
  RunJson({"import", "reports", file});
  const json summary = RunJson({"import", "reports", file, "--concurrency", "3"});
  EXPECT_EQ(summary["created"], 0);
  EXPECT_EQ(summary["already_there"], 50);
  EXPECT_THAT(suite_.reports, SizeIs(50));
}

TEST_F(ImportReportsTest, LosesAndDoublesNothingWhenTheServerStumbles) {
  int count = 0;
  bool failed_inside = false;
  suite_.on_request = [&](const LocalRequest& request) -> std::optional<LocalAnswer> {
    if (request.path != "/v1/reports") return std::nullopt;
    switch (++count % 11) {
      case 1:
        return LocalAnswer{.status = 503, .body = R"({"detail":"away"})"};
      case 3:
        return LocalAnswer{
            .status = 429, .body = R"({"detail":"busy"})", .headers = "Retry-After: 0\r\n"};
      case 5:
        return LocalAnswer{.hang_up = true};
      case 7: {
        // Stored, and the answer lost.
        intake::v1::SubmitReportRequest report;
        EXPECT_TRUE(FromJson(request.body, &report).ok());
        const std::string now = deadline::FormatInstant(absl::Now(), absl::UTCTimeZone());
        if (suite_.submitted.emplace(report.request_id(), now).second)
          suite_.reports.push_back(report);
        return LocalAnswer{.hang_up = true};
      }
      default:
        break;
    }
    // An error inside, once for one line.
    if (request.body.find("Rubrik 50") != std::string::npos && !failed_inside) {
      failed_inside = true;
      return LocalAnswer{.status = 500};
    }
    return std::nullopt;
  };
  const json summary = RunJson({"import", "reports", Register(100), "--concurrency", "32"});
  EXPECT_EQ(summary["created"], 100);
  EXPECT_EQ(summary["rejected"], 0);
  EXPECT_THAT(suite_.reports, SizeIs(100));
  EXPECT_TRUE(failed_inside);
}

TEST_F(ImportReportsTest, GoesOnWhenTheServerComesBack) {
  const std::string file = Register(400);
  std::thread outage;
  suite_.on_request = [&](const LocalRequest& request) -> std::optional<LocalAnswer> {
    if (request.path == "/v1/reports" && suite_.reports.size() == 100 && !outage.joinable()) {
      outage = std::thread([&] {
        server_.GoAway();
        absl::SleepFor(absl::Seconds(1));
        server_.ComeBack();
      });
    }
    return std::nullopt;
  };
  const Said said = Run({"import", "reports", file});
  outage.join();
  EXPECT_EQ(said.code, kOk) << said.err;
  EXPECT_THAT(said.out, HasSubstr("400 lines read: 400 created, 0 already there, 0 rejected"));
  EXPECT_THAT(said.err, HasSubstr("waiting: "));
  EXPECT_THAT(suite_.reports, SizeIs(400));
}

TEST_F(ImportReportsTest, AServerThatStaysAwayEndsTheImportAndALaterOneGoesOn) {
  const std::string file = Register(200);
  suite_.on_request = [&](const LocalRequest&) -> std::optional<LocalAnswer> {
    if (suite_.reports.size() < 50) return std::nullopt;
    return LocalAnswer{.status = 503, .body = R"({"detail":"intake is away"})"};
  };
  const Said said = Run({"import", "reports", file, "--patience", "300ms"});
  EXPECT_EQ(said.code, kUnreachable);
  EXPECT_THAT(said.err, HasSubstr("intake is away"));
  EXPECT_THAT(said.err, HasSubstr("Run the same command again"));
  suite_.on_request = nullptr;
  const json summary = RunJson({"import", "reports", file});
  EXPECT_EQ(summary["created"], 150);
  EXPECT_EQ(summary["already_there"], 50);
  EXPECT_THAT(suite_.reports, SizeIs(200));
}

TEST_F(ImportReportsTest, TellsEveryRejectedLineAndBringsTheOthersIn) {
  suite_.on_request = [](const LocalRequest& request) -> std::optional<LocalAnswer> {
    if (request.body.find("Rubrik 4") == std::string::npos) return std::nullopt;
    return LocalAnswer{.status = 400,
                       .body = R"({"detail":"report.title: is bad","reason":"INVALID_FIELDS",
      "errors":[{"field":"report.title","description":"is bad"}]})"};
  };
  const std::string file = File("register.csv",
                                "Nr;Rubrik;Beskrivning;Inträffat\n"
                                "1;Rubrik 1;a;2024-01-01\n"
                                "2;Rubrik 2;a;i fjol\n"
                                "3;Rubrik 3;\xff;2024-01-01\n"
                                "4;Rubrik 4;a;2024-01-01\n"
                                "5;för få\n"
                                "6;Rubrik 6;a;\n");
  const Said said = Run({"import", "reports", file, "--rejects", home_ + "/rejects.jsonl"});
  EXPECT_EQ(said.code, kRefused);
  EXPECT_THAT(said.out, HasSubstr("6 lines read: 2 created, 0 already there, 4 rejected"));
  EXPECT_THAT(said.err, HasSubstr("line 3: report.occurred_time: 'i fjol' is not a time"));
  EXPECT_THAT(said.err, HasSubstr("line 4: is not valid UTF-8"));
  EXPECT_THAT(said.err, HasSubstr("line 5: report.title: is bad"));
  EXPECT_THAT(said.err, HasSubstr("line 6: has 2 fields, the header 4"));
  EXPECT_THAT(suite_.reports, SizeIs(2));

  std::ifstream rejects(home_ + "/rejects.jsonl");
  std::map<int, json> by_line;
  for (std::string line; std::getline(rejects, line);) {
    const json entry = json::parse(line);
    by_line[entry["line"]] = entry;
  }
  ASSERT_THAT(by_line, SizeIs(4));
  EXPECT_EQ(by_line[5]["key"], "4");
  EXPECT_EQ(by_line[5]["errors"][0]["field"], "report.title");
  EXPECT_EQ(by_line[5]["errors"][0]["reason"], "is bad");
}

TEST_F(ImportReportsTest, NoLineIsSentWhenImportingIsNotAllowed) {
  suite_.on_request = [](const LocalRequest& request) -> std::optional<LocalAnswer> {
    if (request.path != "/v1/reports") return std::nullopt;
    return LocalAnswer{.status = 403,
                       .body = R"({"detail":"report.origin takes the permission reports.import"})"};
  };
  const Said said = Run({"import", "reports", Register(500), "--as", "olle.ek"});
  EXPECT_EQ(said.code, kRefused);
  EXPECT_THAT(said.err, HasSubstr("takes the permission reports.import"));
  EXPECT_LT(suite_.requests, 20);
}

TEST_F(ImportReportsTest, ADryRunSendsNothingAndShowsTheFirstReport) {
  const Said said = Run({"import", "reports", Register(3), "--dry-run"});
  EXPECT_EQ(said.code, kOk) << said.err;
  EXPECT_THAT(said.out, HasSubstr("title: Rubrik 1"));
  EXPECT_THAT(said.out, HasSubstr("unit: social"));
  EXPECT_THAT(said.out, HasSubstr("3 lines read: 3 good, 0 rejected"));
  EXPECT_THAT(suite_.reports, SizeIs(0));
}

TEST_F(ImportReportsTest, ADryRunChecksWhatTheApiWouldRefuse) {
  const std::string file =
      File("r.jsonl", "{\"Titel\":\"Rubrik\",\"Beskrivning\":\"a\\u0007\",\"Nr\":1}\n");
  const Said said = Run({"import", "reports", file, "--dry-run"});
  EXPECT_EQ(said.code, kRefused);
  EXPECT_THAT(said.err, HasSubstr("line 1: report.description: "));
}

TEST_F(ImportReportsTest, WrongQuestionsAreToldBeforeAServerIsAsked) {
  server_.GoAway();
  EXPECT_EQ(Run({"import", "reports", home_ + "/none.csv"}).code, kUsage);
  EXPECT_EQ(Run({"import", "reports", File("x.csv", "a;b\n1;2\n")}).code, kUsage);
  EXPECT_EQ(Run({"import", "reports", Register(1), "--mapping", "nonsense"}).code, kUsage);
  EXPECT_EQ(
      Run({"import", "reports", Register(1), "--mapping", File("m.yaml", "name: [1]\n")}).code,
      kUsage);
  EXPECT_EQ(Run({"import", "reports", Register(1), "--register", "Åland"}).code, kUsage);
  EXPECT_EQ(Run({"import", "reports", Register(1), "--patience", "soon"}).code, kUsage);
  EXPECT_EQ(Run({"import", "reports", Register(1), "--concurrency", "0"}).code, kUsage);
  EXPECT_EQ(Run({"import"}).code, kUsage);
  EXPECT_EQ(Run({"nonsense"}).code, kUsage);
  EXPECT_EQ(Run({"people"}).code, kUnreachable);
  EXPECT_EQ(Run({"status"}).code, kUnreachable);
}

}  // namespace
}  // namespace avvik::cli
