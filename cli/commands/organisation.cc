#include <nlohmann/json.hpp>

#include "avvik/triage/v1/triage.pb.h"
#include "cli/commands/commands.h"
#include "cli/format.h"
#include "common/datafile/datafile.h"
#include "common/organisation/check.h"

namespace avvik::cli {
namespace {

using nlohmann::ordered_json;
using triage::v1::ChangeKind;

struct Asked {
  std::string file;
  std::string from;
  std::string to;
  bool dry_run = false;
};

// A file that is not there is asked for wrongly; one with mistakes is refused.
ExitCode FailFile(Output& out, const absl::Status& status) {
  const bool absent = status.code() == absl::StatusCode::kNotFound ||
                      status.code() == absl::StatusCode::kFailedPrecondition;
  return out.Fail(status, absent ? kUsage : kRefused);
}

const char* SignOf(ChangeKind kind) {
  switch (kind) {
    case triage::v1::CHANGE_KIND_ADDED:
      return "+";
    case triage::v1::CHANGE_KIND_REMOVED:
      return "-";
    default:
      return "~";
  }
}

const char* WordOf(ChangeKind kind) {
  switch (kind) {
    case triage::v1::CHANGE_KIND_ADDED:
      return "added";
    case triage::v1::CHANGE_KIND_REMOVED:
      return "removed";
    default:
      return "changed";
  }
}

std::string SizeOf(const organisation::v1::Organisation& organisation) {
  return Counted(organisation.units_size(), "unit", "units") + ", " +
         Counted(organisation.people_size(), "person", "people") + ", " +
         Counted(organisation.systems_size(), "system", "systems") + ", " +
         Counted(organisation.routing_size(), "routing rule", "routing rules");
}

void PrintChanges(Output& out, const organisation::v1::Organisation& organisation,
                  const triage::v1::ApplyOrganisationResponse& answer, bool dry_run) {
  if (out.json()) {
    ordered_json json = {
        {"tenant", organisation.tenant()}, {"version", answer.version()}, {"dry_run", dry_run}};
    json["changes"] = ordered_json::array();
    for (const auto& change : answer.changes()) {
      json["changes"].push_back({{"subject", change.subject()}, {"change", WordOf(change.kind())}});
    }
    out.Json(json);
    return;
  }
  int added = 0, changed = 0, removed = 0;
  for (const auto& change : answer.changes()) {
    out.Line(std::string(SignOf(change.kind())) + " " + Harmless(change.subject()));
    ++(change.kind() == triage::v1::CHANGE_KIND_ADDED     ? added
       : change.kind() == triage::v1::CHANGE_KIND_REMOVED ? removed
                                                          : changed);
  }
  const std::string whose =
      organisation.name() + " (version " + std::to_string(answer.version()) + ")";
  if (answer.changes().empty()) {
    out.Line("nothing differs: " + whose);
    return;
  }
  const std::string counts = std::to_string(added) + " added, " + std::to_string(changed) +
                             " changed, " + std::to_string(removed) + " removed: " + whose;
  out.Line(dry_run ? "would be " + counts : counts);
}

ExitCode Apply(Session& session, const Asked& asked) {
  auto organisation = organisation::LoadOrganisation(asked.file);
  if (!organisation.ok()) return FailFile(session.out, organisation.status());
  auto caller = session.AsAsked(organisation->tenant());
  if (!caller.ok()) return session.out.Fail(caller.status());
  triage::v1::ApplyOrganisationRequest request;
  *request.mutable_organisation() = *organisation;
  request.set_validate_only(asked.dry_run);
  triage::v1::ApplyOrganisationResponse answer;
  const auto status = (**caller)->Post("/v1/organisation:apply", request, &answer);
  if (!status.ok()) return session.out.Fail(status);
  PrintChanges(session.out, *organisation, answer, asked.dry_run);
  return kOk;
}

ExitCode Check(Session& session, const Asked& asked) {
  const auto organisation = organisation::LoadOrganisation(asked.file);
  if (!organisation.ok()) return FailFile(session.out, organisation.status());
  if (session.out.json()) {
    session.out.Json({{"file", asked.file},
                      {"tenant", organisation->tenant()},
                      {"units", organisation->units_size()},
                      {"people", organisation->people_size()},
                      {"systems", organisation->systems_size()},
                      {"routing", organisation->routing_size()}});
  } else {
    session.out.Line(asked.file + " is in order: " + organisation->name() + ", " +
                     SizeOf(*organisation));
  }
  return kOk;
}

ExitCode Show(Session& session) {
  auto caller = session.AsAsked();
  if (!caller.ok()) return session.out.Fail(caller.status());
  triage::v1::GetOrganisationResponse answer;
  if (const auto status = (**caller)->Get("/v1/organisation", &answer); !status.ok())
    return session.out.Fail(status);
  if (session.out.json()) {
    session.out.Json(ToJsonValue(answer));
  } else {
    session.out.Text(datafile::Dump(answer.organisation()));
    session.out.Note("# " + answer.organisation().name() + ", version " +
                     std::to_string(answer.version()) + ": " + SizeOf(answer.organisation()));
  }
  return kOk;
}

ExitCode HandOver(Session& session, const Asked& asked) {
  auto caller = session.AsAsked();
  if (!caller.ok()) return session.out.Fail(caller.status());
  triage::v1::HandOverCasesRequest request;
  request.set_from(asked.from);
  request.set_to(asked.to);
  request.set_validate_only(asked.dry_run);
  triage::v1::HandOverCasesResponse answer;
  const auto status = (**caller)->Post("/v1/cases:handOver", request, &answer);
  if (!status.ok()) return session.out.Fail(status);
  if (session.out.json()) {
    session.out.Json({{"from", asked.from},
                      {"to", asked.to},
                      {"dry_run", asked.dry_run},
                      {"cases", answer.cases()},
                      {"owned", answer.owned()},
                      {"owned_open", answer.owned_open()},
                      {"measures", answer.measures()}});
    return kOk;
  }
  const std::string counts = Counted(answer.cases(), "case", "cases") + " (" +
                             std::to_string(answer.owned()) + " owned, " +
                             std::to_string(answer.owned_open()) + " of them open) and " +
                             Counted(answer.measures(), "measure", "measures") + " from " +
                             asked.from + " to " + asked.to;
  session.out.Line((asked.dry_run ? "would hand over " : "handed over ") + counts);
  return kOk;
}

}  // namespace

void AddOrganisation(CLI::App& app, Session& session, Chosen& chosen) {
  CLI::App* command =
      app.add_subcommand("organisation", "Checks, applies and shows a municipality's organisation");
  auto asked = std::make_shared<Asked>();

  CLI::App* apply = command->add_subcommand("apply",
                                            "Makes an organisation file the one in force and says "
                                            "what changed; applied again, it changes nothing");
  apply->add_option("FILE", asked->file, "YAML, as in deploy/organisations")->required();
  apply->add_flag("--dry-run", asked->dry_run, "Only say what would change");
  apply->footer(
      Examples("  avvik organisation apply deploy/organisations/kalix.yaml --dry-run\n"
               "  avvik organisation apply deploy/organisations/kalix.yaml\n\n"
               "The client avvik-operator applies it, unless --token or --as name somebody else."));
  apply->callback([&session, &chosen, asked] {
    chosen = [&session, asked] { return Apply(session, *asked); };
  });

  CLI::App* check = command->add_subcommand(
      "check",
      "Checks an organisation file without a server; mistakes are told as file:line:column");
  check->add_option("FILE", asked->file, "YAML, as in deploy/organisations")->required();
  check->footer(Examples("  avvik organisation check deploy/organisations/kalix.yaml"));
  check->callback([&session, &chosen, asked] {
    chosen = [&session, asked] { return Check(session, *asked); };
  });

  CLI::App* show = command->add_subcommand(
      "show", "Prints the organisation in force as a file that can be applied");
  show->footer(
      Examples("  avvik organisation show > kalix.yaml\n  avvik organisation show --json"));
  show->callback([&session, &chosen] { chosen = [&session] { return Show(session); }; });

  CLI::App* handover = command->add_subcommand(
      "handover",
      "Hands everything that one person has in cases over to another, in one go: ownership, and "
      "where they are drawn in or named");
  handover->add_option("--from", asked->from, "Login of the one who leaves")->required();
  handover->add_option("--to", asked->to, "Login of the one who takes over")->required();
  handover->add_flag("--dry-run", asked->dry_run, "Only count what would change");
  handover->footer(
      Examples("  avvik organisation handover --from fatima.haddad --to jenny.astrom --dry-run"));
  handover->callback([&session, &chosen, asked] {
    chosen = [&session, asked] { return HandOver(session, *asked); };
  });
}

}  // namespace avvik::cli
