#include "cli/commands/command_line_fixture.h"
#include "gmock/gmock.h"

namespace avvik::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using CommandLineTest = CommandLineFixture;

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
  EXPECT_EQ(
      RunJson({"deadline", "--clock", "hours:72", "--from", "2027-03-26T14:30:00+01:00", "--zone",
               "Europe/Stockholm", "--country", "SE"}),
      json({{"target", "2027-03-29T15:30:00+02:00"}, {"outer", "2027-03-29T16:00:00+02:00"}}));
  const json month =
      RunJson({"deadline", "--clock", "months:1", "--from", "2026-11-24T10:00:00+01:00", "--zone",
               "Europe/Stockholm", "--country", "SE"});
  EXPECT_EQ(month["target"], "2026-12-24");
  EXPECT_EQ(month["outer"], "2026-12-28");
  EXPECT_EQ(month["target_instant"], "2026-12-25T00:00:00+01:00");
  EXPECT_THAT(Run({"deadline", "--clock", "hours:72", "--from", "2027-03-28T02:30", "--zone",
                   "Europe/Stockholm"})
                  .err,
              HasSubstr("nonexistent_local_time"));
  EXPECT_EQ(Run({"deadline", "--clock", "months:1", "--from", "2026-11-24T10:00:00+01:00", "--zone",
                 "Europe/Stockholm"})
                .code,
            kUsage);
}

TEST_F(CommandLineTest, HandingOverCountsWhatPassesOn) {
  json asked;
  suite_.on_request = [&](const LocalRequest& request) -> std::optional<LocalAnswer> {
    if (request.path != "/v1/cases:handOver") return std::nullopt;
    asked = json::parse(request.body);
    return LocalAnswer{.body = R"({"cases":"12","owned":"9","owned_open":"4","measures":"2"})"};
  };
  const json done = RunJson({"organisation", "handover", "--from", "a.b", "--to", "c.d", "--dry-run"});
  EXPECT_EQ(asked, json({{"from", "a.b"}, {"to", "c.d"}, {"validate_only", true}}));
  EXPECT_EQ(done["cases"], 12);
  EXPECT_EQ(done["owned_open"], 4);
  EXPECT_EQ(done["measures"], 2);
  EXPECT_EQ(done["dry_run"], true);
  EXPECT_EQ(Run({"organisation", "handover", "--from", "a.b"}).code, kUsage);
}

TEST_F(CommandLineTest, StatusTellsWhatIsNotReady) {
  suite_.on_request = [](const LocalRequest& request) -> std::optional<LocalAnswer> {
    if (request.path == "/readyz") {
      return LocalAnswer{
          .status = 503,
          .body = R"({"ready":false,"services":{"intake":"SERVING","triage":"UNAVAILABLE"}})"};
    }
    if (request.path == "/openapi.json")
      return LocalAnswer{.body = R"({"info":{"version":"9.9"}})"};
    if (request.path == "/v1/services/metrics/consumers") {
      return LocalAnswer{
          .body = R"({"consumers":[{"source":"intake","position":"40","parked_events":"2"}]})"};
    }
    if (request.path == "/v1/services/triage/consumers") {
      return LocalAnswer{.body = R"({"consumers":[{"source":"intake","position":"100"}]})"};
    }
    if (request.path == "/v1/notices:queue")
      return LocalAnswer{.body = R"({"waiting":"3","sent":"7"})"};
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
  EXPECT_THAT(status["missing"], SizeIs(3));
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
      return LocalAnswer{
          .body = R"({"rebuild":{"state":"REBUILD_STATE_RUNNING","total_events":"10"}})"};
    }
    if (++asked == 1) return LocalAnswer{.status = 503};
    return LocalAnswer{
        .body = R"({"state":"REBUILD_STATE_DONE","total_events":"10","applied_events":"10"})"};
  };
  const Said said = Run({"figures", "rebuild", "--wait"});
  EXPECT_EQ(said.code, kOk) << said.err;
  EXPECT_EQ(said.out, "the figures were rebuilt from 10 events\n");
}

}  // namespace
}  // namespace avvik::cli
