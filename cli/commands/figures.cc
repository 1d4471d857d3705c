#include <nlohmann/json.hpp>

#include "absl/time/clock.h"
#include "avvik/metrics/v1/metrics.pb.h"
#include "cli/commands/commands.h"
#include "cli/format.h"
#include "common/status/error.h"

namespace avvik::cli {
namespace {

using metrics::v1::Rebuild;

constexpr absl::Duration kLook = absl::Milliseconds(500);
// How long the service may be away while it is waited for.
constexpr absl::Duration kPatience = absl::Minutes(1);

struct Asked {
  bool wait = false;
};

std::string Progress(const Rebuild& rebuild) {
  return std::to_string(rebuild.applied_events()) + " of " +
         Counted(rebuild.total_events(), "event", "events");
}

ExitCode Tell(Output& out, const Rebuild& rebuild) {
  if (out.json()) {
    out.Json(ToJsonValue(rebuild));
  } else if (rebuild.state() == metrics::v1::REBUILD_STATE_DONE) {
    out.Line("the figures were rebuilt from " + Counted(rebuild.total_events(), "event", "events"));
  } else if (rebuild.state() == metrics::v1::REBUILD_STATE_RUNNING) {
    out.Line("the figures are being rebuilt: " + Progress(rebuild));
  }
  if (rebuild.state() != metrics::v1::REBUILD_STATE_FAILED) return kOk;
  return out.Fail(status::Error(
      absl::StatusCode::kAborted,
      "the rebuild was given up, the old figures are still in use: " + rebuild.error(),
      "REBUILD_FAILED"));
}

ExitCode Run(Session& session, const Asked& asked) {
  auto caller = session.AsAsked();
  if (!caller.ok()) return session.out.Fail(caller.status());
  metrics::v1::RebuildFiguresResponse answer;
  auto status =
      (**caller)->Post("/v1/figures:rebuild", metrics::v1::RebuildFiguresRequest(), &answer);
  if (!status.ok()) return session.out.Fail(status);
  Rebuild rebuild = answer.rebuild();
  absl::Time seen = absl::Now();
  while (asked.wait && rebuild.state() == metrics::v1::REBUILD_STATE_RUNNING) {
    session.out.Progress(Progress(rebuild));
    absl::SleepFor(kLook);
    Rebuild now;
    status = (**caller)->Get("/v1/figures/rebuild", &now);
    if (status.ok()) {
      rebuild = now;
      seen = absl::Now();
    } else if (ExitCodeOf(status) != kUnreachable || absl::Now() - seen > kPatience) {
      return session.out.Fail(status);
    }
  }
  return Tell(session.out, rebuild);
}

}  // namespace

void AddFigures(CLI::App& app, Session& session, Chosen& chosen) {
  CLI::App* command = app.add_subcommand("figures", "Rebuilds the figures from the services' logs");
  auto asked = std::make_shared<Asked>();
  CLI::App* rebuild = command->add_subcommand(
      "rebuild",
      "Builds all figures anew beside the ones in use, which are replaced when it has caught up");
  rebuild->add_flag("--wait", asked->wait,
                    "Wait until it is done; exit code 1 when it was given up");
  rebuild->footer(Examples("  avvik figures rebuild --wait"));
  rebuild->callback(
      [&session, &chosen, asked] { chosen = [&session, asked] { return Run(session, *asked); }; });
}

}  // namespace avvik::cli
