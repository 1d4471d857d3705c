// The command line against a server of the test's own: what is sent, retried, counted and told.
#include "cli/commands/command_line.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "absl/time/clock.h"
#include "avvik/intake/v1/intake.pb.h"
#include "cli/api.h"
#include "cli/exit_code.h"
#include "cli/local_server.h"
#include "common/deadline/instant.h"
#include "gmock/gmock.h"

namespace avvik::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kOrganisation[] = R"({"organisation":{"tenant":"provby","name":"Provby kommun","country":"SE",
  "time_zone":"Europe/Stockholm","languages":["sv"],
  "units":[{"id":"provby","name":"Provby kommun"},{"id":"social","name":"Socialförvaltningen"}],
  "people":[{"login":"olle.ek","name":"Olle Ek","unit":"social","roles":[{"role":"COORDINATOR","unit":"social"}]},
            {"login":"anna.lind","name":"Anna Lind","email":"anna@provby.example",
             "roles":[{"role":"INFORMATION_SECURITY_OFFICER"}]}]},"version":"3"})";

struct Said {
  int code = 0;
  std::string out;
  std::string err;
};

// Intake, as far as an import can tell: a report per request id.
class FakeSuite {
 public:
  LocalAnswer Answer(const LocalRequest& request) {
    if (request.path == "/token") return Token(request);
    std::lock_guard lock(mutex_);
    ++requests;
    if (on_request) {
      if (auto answer = on_request(request)) return *answer;
    }
    if (request.path == "/v1/organisation") return {.body = kOrganisation};
    if (request.path == "/v1/reports") return Submit(request);
    return {.status = 404};
  }

  std::mutex mutex_;
  // Called first, under the lock; answers instead when it gives something.
  std::function<std::optional<LocalAnswer>(const LocalRequest&)> on_request;
  int requests = 0;
  std::map<std::string, std::string> submitted;  // When, by request id.
  std::vector<intake::v1::SubmitReportRequest> reports;
  std::set<std::string> tokens;

 private:
  static LocalAnswer Token(const LocalRequest& request) {
    const size_t login = request.body.find("login=");
    const std::string who = login == std::string::npos ? "operator" : request.body.substr(login + 6);
    return {.body = json({{"access_token", who}}).dump()};
  }

  LocalAnswer Submit(const LocalRequest& request) {
    tokens.insert(request.headers.at("authorization"));
    intake::v1::SubmitReportRequest report;
    if (!FromJson(request.body, &report).ok()) return {.status = 400};
    const auto [at, first] = submitted.emplace(report.request_id(), deadline::FormatInstant(absl::Now(), absl::UTCTimeZone()));
    if (first) reports.push_back(report);
    return {.body = json({{"report_id", "x"}, {"submit_time", at->second}}).dump()};
  }
};

class CommandLineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(home_ + "/secrets");
    for (const char* client : {"avvik-cli", "avvik-operator"}) {
      std::ofstream(home_ + "/secrets/" + client + ".secret") << "secret";
    }
  }
  void TearDown() override {
    server_.GoAway();
    std::filesystem::remove_all(home_);
  }

  // A register of `lines` notifications.
  std::string Register(int lines) {
    std::string text = "Nr;Rubrik;Beskrivning;Förvaltning;Antal berörda\n";
    for (int i = 1; i <= lines; ++i) {
      const std::string number = std::to_string(i);
      text += number + ";Rubrik " + number + ";\"Text\nom " + number + "\";Socialförvaltningen;" + number + "\n";
    }
    return File("register.csv", text);
  }
  std::string File(const std::string& name, const std::string& text) {
    std::ofstream(home_ + "/" + name) << text;
    return home_ + "/" + name;
  }

  Said Run(const std::vector<std::string>& arguments) {
    const std::map<std::string, std::string> variables = {{"AVVIK_URL", server_.url()},
                                                          {"AVVIK_TOKEN_ENDPOINT", server_.url() + "/token"},
                                                          {"AVVIK_HOME", home_},
                                                          {"AVVIK_TENANT", "provby"}};
    std::FILE* out = std::tmpfile();
    std::FILE* err = std::tmpfile();
    Said said;
    said.code = RunCommandLine(
        arguments,
        [&](const std::string& name) -> std::optional<std::string> {
          const auto found = variables.find(name);
          return found == variables.end() ? std::nullopt : std::optional(found->second);
        },
        out, err);
    said.out = TextOf(out);
    said.err = TextOf(err);
    return said;
  }
  json RunJson(std::vector<std::string> arguments, int code = kOk) {
    arguments.push_back("--json");
    const Said said = Run(arguments);
    EXPECT_EQ(said.code, code) << said.err;
    return json::parse(said.out, nullptr, false);
  }

  static std::string TextOf(std::FILE* file) {
    std::rewind(file);
    std::string text;
    for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text.push_back(static_cast<char>(c));
    std::fclose(file);
    return text;
  }

  const std::string home_ = ::testing::TempDir() + "command_line_test." + std::to_string(getpid());
  FakeSuite suite_;
  LocalServer server_{[this](const LocalRequest& request) { return suite_.Answer(request); }};
};

TEST_F(CommandLineTest, ImportsEveryLineByConcurrentRequestsOnConnectionsThatAreKept) {
  const json summary = RunJson({"import", "reports", Register(1000)});
  EXPECT_EQ(summary["read"], 1000);
  EXPECT_EQ(summary["created"], 1000);
  EXPECT_EQ(summary["rejected"], 0);
  EXPECT_EQ(summary["complete"], true);
  EXPECT_THAT(suite_.reports, SizeIs(1000));
  EXPECT_LE(server_.connections(), 10) << "one for each sender, and for what comes before";
  EXPECT_GT(server_.most_at_once(), 2);
  EXPECT_THAT(suite_.tokens, ::testing::ElementsAre("Bearer anna.lind")) << "the first information-security officer";
  const auto& report = suite_.reports.front().report();
  EXPECT_EQ(report.unit(), "social");
  EXPECT_EQ(report.origin().register_(), "kommun-register");
  EXPECT_THAT(report.description(), HasSubstr("Text\nom "));
}

TEST_F(CommandLineTest, ASecondImportMakesNothing) {
  const std::string file = Register(50);
  RunJson({"import", "reports", file});
  const json summary = RunJson({"import", "reports", file, "--concurrency", "3"});
  EXPECT_EQ(summary["created"], 0);
  EXPECT_EQ(summary["already_there"], 50);
  EXPECT_THAT(suite_.reports, SizeIs(50));
}

TEST_F(CommandLineTest, LosesAndDoublesNothingWhenTheServerStumbles) {
  int count = 0;
  bool failed_inside = false;
  suite_.on_request = [&](const LocalRequest& request) -> std::optional<LocalAnswer> {
    if (request.path != "/v1/reports") return std::nullopt;
    switch (++count % 11) {
      case 1:
        return LocalAnswer{.status = 503, .body = R"({"detail":"away"})"};
      case 3:
        return LocalAnswer{.status = 429, .body = R"({"detail":"busy"})", .headers = "Retry-After: 0\r\n"};
      case 5:
        return LocalAnswer{.hang_up = true};
      case 7: {
        // Stored, and the answer lost.
        intake::v1::SubmitReportRequest report;
        EXPECT_TRUE(FromJson(request.body, &report).ok());
        const std::string now = deadline::FormatInstant(absl::Now(), absl::UTCTimeZone());
        if (suite_.submitted.emplace(report.request_id(), now).second) suite_.reports.push_back(report);
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

TEST_F(CommandLineTest, GoesOnWhenTheServerComesBack) {
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

TEST_F(CommandLineTest, AServerThatStaysAwayEndsTheImportAndALaterOneGoesOn) {
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

TEST_F(CommandLineTest, TellsEveryRejectedLineAndBringsTheOthersIn) {
  suite_.on_request = [](const LocalRequest& request) -> std::optional<LocalAnswer> {
    if (request.body.find("Rubrik 4") == std::string::npos) return std::nullopt;
    return LocalAnswer{.status = 400, .body = R"({"detail":"report.title: is bad","reason":"INVALID_FIELDS",
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

TEST_F(CommandLineTest, NoLineIsSentWhenImportingIsNotAllowed) {
  suite_.on_request = [](const LocalRequest& request) -> std::optional<LocalAnswer> {
    if (request.path != "/v1/reports") return std::nullopt;
    return LocalAnswer{.status = 403, .body = R"({"detail":"report.origin takes the permission reports.import"})"};
  };
  const Said said = Run({"import", "reports", Register(500), "--as", "olle.ek"});
  EXPECT_EQ(said.code, kRefused);
  EXPECT_THAT(said.err, HasSubstr("takes the permission reports.import"));
  EXPECT_LT(suite_.requests, 20);
}

TEST_F(CommandLineTest, ADryRunSendsNothingAndShowsTheFirstReport) {
  const Said said = Run({"import", "reports", Register(3), "--dry-run"});
  EXPECT_EQ(said.code, kOk) << said.err;
  EXPECT_THAT(said.out, HasSubstr("title: Rubrik 1"));
  EXPECT_THAT(said.out, HasSubstr("unit: social"));
  EXPECT_THAT(said.out, HasSubstr("3 lines read: 3 good, 0 rejected"));
  EXPECT_THAT(suite_.reports, SizeIs(0));
}

TEST_F(CommandLineTest, ADryRunChecksWhatTheApiWouldRefuse) {
  const std::string file = File("r.jsonl", "{\"Titel\":\"Rubrik\",\"Beskrivning\":\"a\\u0007\",\"Nr\":1}\n");
  const Said said = Run({"import", "reports", file, "--dry-run"});
  EXPECT_EQ(said.code, kRefused);
  EXPECT_THAT(said.err, HasSubstr("line 1: report.description: "));
}

TEST_F(CommandLineTest, WrongQuestionsAreToldBeforeAServerIsAsked) {
  server_.GoAway();
  EXPECT_EQ(Run({"import", "reports", home_ + "/none.csv"}).code, kUsage);
  EXPECT_EQ(Run({"import", "reports", File("x.csv", "a;b\n1;2\n")}).code, kUsage);
  EXPECT_EQ(Run({"import", "reports", Register(1), "--mapping", "nonsense"}).code, kUsage);
  EXPECT_EQ(Run({"import", "reports", Register(1), "--mapping", File("m.yaml", "name: [1]\n")}).code, kUsage);
  EXPECT_EQ(Run({"import", "reports", Register(1), "--register", "Åland"}).code, kUsage);
  EXPECT_EQ(Run({"import", "reports", Register(1), "--patience", "soon"}).code, kUsage);
  EXPECT_EQ(Run({"import", "reports", Register(1), "--concurrency", "0"}).code, kUsage);
  EXPECT_EQ(Run({"import"}).code, kUsage);
  EXPECT_EQ(Run({"nonsense"}).code, kUsage);
  EXPECT_EQ(Run({"people"}).code, kUnreachable);
  EXPECT_EQ(Run({"status"}).code, kUnreachable);
}

TEST_F(CommandLineTest, PeopleAreJsonForPrograms) {
  const json people = RunJson({"people"});
  ASSERT_THAT(people, SizeIs(2));
  EXPECT_EQ(people[0]["login"], "olle.ek");
  EXPECT_EQ(people[0]["roles"][0], json({{"role", "COORDINATOR"}, {"unit", "social"}}));
  EXPECT_EQ(people[1]["email"], "anna@provby.example");
  EXPECT_EQ(json::parse(Run({"people"}).out), people) << "also without --json when nobody looks";
}

TEST_F(CommandLineTest, ATokenStandsAlone) {
  EXPECT_EQ(Run({"token", "--as", "olle.ek"}).out, "olle.ek\n");
  EXPECT_EQ(Run({"token", "--client", "avvik-operator"}).out, "operator\n");
  EXPECT_EQ(Run({"token"}).code, kUsage);
  EXPECT_EQ(Run({"token", "--as", "a", "--client", "b"}).code, kUsage);
}

TEST_F(CommandLineTest, DeadlinesNeedNoServer) {
  server_.GoAway();
  EXPECT_EQ(RunJson({"deadline", "--clock", "hours:72", "--from", "2027-03-26T14:30:00+01:00", "--zone",
                     "Europe/Stockholm", "--country", "SE"}),
            json({{"target", "2027-03-29T15:30:00+02:00"}, {"outer", "2027-03-29T16:00:00+02:00"}}));
  const json month = RunJson({"deadline", "--clock", "months:1", "--from", "2026-11-24T10:00:00+01:00", "--zone",
                              "Europe/Stockholm", "--country", "SE"});
  EXPECT_EQ(month["target"], "2026-12-24");
  EXPECT_EQ(month["outer"], "2026-12-28");
  EXPECT_EQ(month["target_instant"], "2026-12-25T00:00:00+01:00");
  EXPECT_THAT(Run({"deadline", "--clock", "hours:72", "--from", "2027-03-28T02:30", "--zone", "Europe/Stockholm"}).err,
              HasSubstr("nonexistent_local_time"));
  EXPECT_EQ(Run({"deadline", "--clock", "months:1", "--from", "2026-11-24T10:00:00+01:00", "--zone",
                 "Europe/Stockholm"}).code,
            kUsage);
}

TEST_F(CommandLineTest, StatusTellsWhatIsNotReady) {
  suite_.on_request = [](const LocalRequest& request) -> std::optional<LocalAnswer> {
    if (request.path == "/readyz") {
      return LocalAnswer{.status = 503, .body = R"({"ready":false,"services":{"intake":"SERVING","triage":"UNAVAILABLE"}})"};
    }
    if (request.path == "/openapi.json") return LocalAnswer{.body = R"({"info":{"version":"9.9"}})"};
    if (request.path == "/v1/services/metrics/consumers") {
      return LocalAnswer{.body = R"({"consumers":[{"source":"intake","position":"40","parked_events":"2"}]})"};
    }
    if (request.path == "/v1/services/triage/consumers") {
      return LocalAnswer{.body = R"({"consumers":[{"source":"intake","position":"100"}]})"};
    }
    if (request.path == "/v1/notices:queue") return LocalAnswer{.body = R"({"waiting":"3","sent":"7"})"};
    return LocalAnswer{.status = 503, .body = R"({"detail":"away"})"};
  };
  const json status = RunJson({"status"}, kRefused);
  EXPECT_EQ(status["ready"], false);
  EXPECT_EQ(status["version"], "9.9");
  EXPECT_EQ(status["services"]["triage"], "UNAVAILABLE");
  ASSERT_THAT(status["consumers"], SizeIs(2));
  EXPECT_EQ(status["consumers"][1]["service"], "metrics");
  EXPECT_EQ(status["consumers"][1]["behind"], 60);
  EXPECT_EQ(status["consumers"][1]["parked_events"], 2);
  EXPECT_EQ(status["notices"]["waiting"], 3);
  EXPECT_THAT(status["missing"], SizeIs(2));
}

TEST_F(CommandLineTest, ReplayFailsWhileEventsStayParked) {
  suite_.on_request = [](const LocalRequest& request) -> std::optional<LocalAnswer> {
    EXPECT_EQ(request.path, "/v1/services/metrics/parked-events:replay");
    EXPECT_EQ(json::parse(request.body)["subject"], "cases/1");
    EXPECT_EQ(request.headers.at("avvik-tenant"), "provby");
    return LocalAnswer{.body = R"({"applied_events":"4","parked_events":"1"})"};
  };
  const Said said = Run({"events", "replay", "--service", "metrics", "--subject", "cases/1"});
  EXPECT_EQ(said.code, kRefused);
  EXPECT_EQ(said.out, "4 events applied, 1 still parked\n");
}

TEST_F(CommandLineTest, ARebuildIsWaitedFor) {
  int asked = 0;
  suite_.on_request = [&](const LocalRequest& request) -> std::optional<LocalAnswer> {
    if (request.method == "POST") {
      return LocalAnswer{.body = R"({"rebuild":{"state":"REBUILD_STATE_RUNNING","total_events":"10"}})"};
    }
    if (++asked == 1) return LocalAnswer{.status = 503};
    return LocalAnswer{.body = R"({"state":"REBUILD_STATE_DONE","total_events":"10","applied_events":"10"})"};
  };
  const Said said = Run({"figures", "rebuild", "--wait"});
  EXPECT_EQ(said.code, kOk) << said.err;
  EXPECT_EQ(said.out, "the figures were rebuilt from 10 events\n");
}

}  // namespace
}  // namespace avvik::cli
