// For tests: the command line against a server of the test's own.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "avvik/intake/v1/intake.pb.h"
#include "cli/api.h"
#include "cli/commands/command_line.h"
#include "cli/exit_code.h"
#include "cli/local_server.h"
#include "common/deadline/instant.h"
#include "gtest/gtest.h"

namespace avvik::cli {

inline constexpr char kOrganisation[] =
    R"({"organisation":{"tenant":"provby","name":"Provby kommun","country":"SE",
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
    const std::string who =
        login == std::string::npos ? "operator" : request.body.substr(login + 6);
    return {.body = nlohmann::json({{"access_token", who}}).dump()};
  }

  LocalAnswer Submit(const LocalRequest& request) {
    tokens.insert(request.headers.at("authorization"));
    intake::v1::SubmitReportRequest report;
    if (!FromJson(request.body, &report).ok()) return {.status = 400};
    const auto [at, first] = submitted.emplace(
        report.request_id(), deadline::FormatInstant(absl::Now(), absl::UTCTimeZone()));
    if (first) reports.push_back(report);
    return {.body = nlohmann::json({{"report_id", "x"}, {"submit_time", at->second}}).dump()};
  }
};

class CommandLineFixture : public ::testing::Test {
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
      text += number + ";Rubrik " + number + ";\"Text\nom " + number + "\";Socialförvaltningen;" +
              number + "\n";
    }
    return File("register.csv", text);
  }
  std::string File(const std::string& name, const std::string& text) {
    std::ofstream(home_ + "/" + name) << text;
    return home_ + "/" + name;
  }

  Said Run(const std::vector<std::string>& arguments) {
    const std::map<std::string, std::string> variables = {
        {"AVVIK_URL", server_.url()},
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
  nlohmann::json RunJson(std::vector<std::string> arguments, int code = kOk) {
    arguments.push_back("--json");
    const Said said = Run(arguments);
    EXPECT_EQ(said.code, code) << said.err;
    return nlohmann::json::parse(said.out, nullptr, false);
  }

  static std::string TextOf(std::FILE* file) {
    std::rewind(file);
    std::string text;
    for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file))
      text.push_back(static_cast<char>(c));
    std::fclose(file);
    return text;
  }

  const std::string home_ = ::testing::TempDir() + "command_line_test." + std::to_string(getpid());
  FakeSuite suite_;
  LocalServer server_{[this](const LocalRequest& request) { return suite_.Answer(request); }};
};

}  // namespace avvik::cli
