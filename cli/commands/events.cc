#include <nlohmann/json.hpp>

#include "avvik/events/v1/event_log.pb.h"
#include "cli/commands/commands.h"
#include "cli/format.h"
#include "cli/url.h"
#include "common/deadline/instant.h"

namespace avvik::cli {
namespace {

struct Asked {
  std::string service;
  std::string subject;
  int page_size = 100;
};

std::string PathOf(const Asked& asked, const std::string& what) {
  return "/v1/services/" + UrlEncoded(asked.service) + "/" + what;
}

std::string TimeOf(const google::protobuf::Timestamp& time) {
  return deadline::FormatInstant(absl::FromUnixSeconds(time.seconds()), absl::LocalTimeZone());
}

ExitCode Parked(Session& session, const Asked& asked) {
  auto caller = session.AsAsked();
  if (!caller.ok()) return session.out.Fail(caller.status());
  events::v1::ListParkedEventsResponse answer;
  const auto status = (**caller)->Get(
      PathOf(asked, "parked-events?page_size=" + std::to_string(asked.page_size)), &answer);
  if (!status.ok()) return session.out.Fail(status);
  if (session.out.json()) {
    session.out.Json(ToJsonValue(answer));
    return kOk;
  }
  if (answer.parked_events().empty()) {
    session.out.Line("no event is parked in " + asked.service);
    return kOk;
  }
  Table table({{"SOURCE"},
               {"POSITION", Table::Align::kRight},
               {"TYPE"},
               {"SUBJECT"},
               {"TRIES", Table::Align::kRight},
               {"SINCE"},
               {"WHY"}});
  for (const auto& event : answer.parked_events()) {
    table.Add({event.source(), std::to_string(event.position()), event.type(), event.subject(),
               std::to_string(event.attempts()), TimeOf(event.park_time()), event.error()});
  }
  session.out.Print(table);
  if (answer.total_size() > answer.parked_events_size()) {
    session.out.Note(std::to_string(answer.total_size()) +
                     " are parked in all; --limit shows more of them");
  }
  return kOk;
}

ExitCode Replay(Session& session, const Asked& asked) {
  auto caller = session.AsAsked();
  if (!caller.ok()) return session.out.Fail(caller.status());
  events::v1::ReplayParkedEventsRequest request;
  request.set_subject(asked.subject);
  events::v1::ReplayParkedEventsResponse answer;
  const auto status = (**caller)->Post(PathOf(asked, "parked-events:replay"), request, &answer);
  if (!status.ok()) return session.out.Fail(status);
  if (session.out.json()) {
    session.out.Json(
        {{"applied_events", answer.applied_events()}, {"parked_events", answer.parked_events()}});
  } else {
    session.out.Line(Counted(answer.applied_events(), "event", "events") + " applied, " +
                     std::to_string(answer.parked_events()) + " still parked");
  }
  return answer.parked_events() == 0 ? kOk : kRefused;
}

void AddService(CLI::App* command, Asked& asked) {
  command->add_option("--service", asked.service, "triage, escalation, metrics or delivery")
      ->required()
      ->type_name("NAME");
}

}  // namespace

void AddEvents(CLI::App& app, Session& session, Chosen& chosen) {
  CLI::App* command =
      app.add_subcommand("events", "Shows and replays events that a service could not apply");
  auto asked = std::make_shared<Asked>();

  CLI::App* parked =
      command->add_subcommand("parked", "Lists the parked events of a service, oldest first");
  AddService(parked, *asked);
  parked->add_option("--limit", asked->page_size, "Most events to show (1,000 at most)")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  parked->footer(Examples("  avvik events parked --service metrics"));
  parked->callback([&session, &chosen, asked] {
    chosen = [&session, asked] { return Parked(session, *asked); };
  });

  CLI::App* replay = command->add_subcommand(
      "replay",
      "Tries parked events again, each subject's in order; exit code 1 when some stay parked");
  AddService(replay, *asked);
  replay->add_option("--subject", asked->subject, "Only events of this subject")
      ->type_name("SUBJECT");
  replay->footer(
      Examples("  avvik events replay --service metrics\n"
               "  avvik events replay --service triage --subject "
               "reports/0192d3a4-5b6c-7d8e-9f01-23456789abcd"));
  replay->callback([&session, &chosen, asked] {
    chosen = [&session, asked] { return Replay(session, *asked); };
  });
}

}  // namespace avvik::cli
