#include "cli/commands/audit_commands.h"
#include "cli/commands/commands.h"

namespace avvik::cli {
namespace {

// Who may read the trace; an operator may not.
constexpr char kWho[] =
    "\n\nIt takes the permission audit.read: an auditor's, a data protection officer's or an\n"
    "information security officer's token (--as, --token). Reading the trace is traced, too.";

void AddVerify(CLI::App* audit, Session& session, Chosen& chosen) {
  auto asked = std::make_shared<AuditVerifyAsked>();
  CLI::App* verify = audit->add_subcommand(
      "verify",
      "Recomputes the whole trace from its content and finds what was altered, removed, reordered or "
      "inserted; exit code 1 when anything was");
  verify->add_option("--service", asked->service, "Only this service's")->type_name("NAME");
  verify
      ->add_option("--file", asked->file,
                   "An export (avvik audit export), instead of what the server says")
      ->type_name("FILE");
  verify
      ->add_option("--key", asked->keys,
                   "Public keys that checkpoints are signed by, in PEM, those before a rotation too "
                   "(AVVIK_AUDIT_PUBLIC_KEY)")
      ->type_name("FILE");
  verify
      ->add_option("--witness", asked->witness,
                   "Checkpoints that were seen outside: logs of the services, or an earlier export")
      ->type_name("FILE");
  verify->footer(Examples("  avvik audit verify --as LOGIN\n"
                          "  avvik audit verify --as LOGIN --witness siem.jsonl --json\n"
                          "  avvik audit verify --file trace.jsonl --key audit.pub") +
                 kWho);
  verify->callback([&session, &chosen, asked] {
    chosen = [&session, asked] { return AuditVerify(session, *asked); };
  });
}

void AddShow(CLI::App* audit, Session& session, Chosen& chosen) {
  auto asked = std::make_shared<AuditShowAsked>();
  CLI::App* show = audit->add_subcommand("show",
                                         "Shows who read a case or its report, who changed what, "
                                         "and who was denied; or what a person did, and when they "
                                         "signed in and out");
  CLI::Option_group* about = show->add_option_group("About");
  about->add_option("--case", asked->case_reference, "The case, by number or UUID")
      ->type_name("NUMBER");
  about->add_option("--person", asked->person, "The person, by login")->type_name("LOGIN");
  about->require_option(1);
  show->footer(Examples("  avvik audit show --case AVV-2026-000001 --as LOGIN\n"
                        "  avvik audit show --person anna.berg --as LOGIN") +
               "\n\nWhoever listed cases saw the case's line in the list; such calls are about "
               "`cases`, not\n"
               "about one of them, and stand in the export with what they were narrowed to." +
               kWho);
  show->callback([&session, &chosen, asked] {
    chosen = [&session, asked] { return AuditShow(session, *asked); };
  });
}

void AddExport(CLI::App* audit, Session& session, Chosen& chosen) {
  auto asked = std::make_shared<AuditExportAsked>();
  CLI::App* command = audit->add_subcommand(
      "export", "Writes the trace with its checkpoints, a line each, for an archive or a SIEM");
  command->add_option("--service", asked->service, "Only this service's")->type_name("NAME");
  command->add_option("--since", asked->since, "From this time on, as 2026-11-01T00:00:00Z")
      ->type_name("TIME");
  command->add_option("--format", asked->format, "jsonl, or syslog (RFC 5424)")
      ->check(CLI::IsMember({"jsonl", "syslog"}))
      ->type_name("FORMAT");
  command->add_option("--out", asked->file, "A file; otherwise standard output")->type_name("FILE");
  command
      ->add_option("--state", asked->state,
                   "Keeps in this file how far it came, and goes on there the next time")
      ->type_name("FILE");
  command->footer(Examples("  avvik audit export --as LOGIN --out trace.jsonl\n"
                           "  avvik audit export --as LOGIN --format syslog --state siem.state >>trace.log") +
                  kWho);
  command->callback([&session, &chosen, asked] {
    chosen = [&session, asked] { return AuditExport(session, *asked); };
  });
}

}  // namespace

void AddAudit(CLI::App& app, Session& session, Chosen& chosen) {
  CLI::App* audit = app.add_subcommand("audit", "Verifies, shows and exports the trace");
  AddVerify(audit, session, chosen);
  AddShow(audit, session, chosen);
  AddExport(audit, session, chosen);
}

}  // namespace avvik::cli
