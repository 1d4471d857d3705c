#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/commands/import_run.h"
#include "cli/import/mapping_catalogue.h"

namespace avvik::cli {
namespace {

ExitCode PrintMapping(Session& session, const std::string& name) {
  const auto mappings = ShippedMappings();
  if (!mappings.ok()) return session.out.Fail(mappings.status());
  if (name.empty()) {
    if (session.out.json()) {
      nlohmann::ordered_json json = nlohmann::ordered_json::array();
      for (const Mapping& mapping : *mappings)
        json.push_back({{"name", mapping.name()}, {"about", mapping.proto().about()}});
      session.out.Json(json);
      return kOk;
    }
    Table table({{"NAME"}, {"READS"}});
    for (const Mapping& mapping : *mappings) table.Add({mapping.name(), mapping.proto().about()});
    session.out.Print(table);
    return kOk;
  }
  for (size_t i = 0; i < mappings->size(); ++i) {
    if ((*mappings)[i].name() != name) continue;
    session.out.Text(std::string(ShippedFiles()[i].text));
    return kOk;
  }
  return session.out.FailUsage("there is no shipped mapping '" + name +
                               "'; avvik import mapping lists them");
}

void AddReports(CLI::App* command, Session& session, Chosen& chosen) {
  auto asked = std::make_shared<ImportAsked>();
  CLI::App* reports = command->add_subcommand(
      "reports", "Brings the reports of an older register in: CSV or JSON lines");
  reports->add_option("FILE", asked->file, "The register; - reads standard input")->required();
  reports
      ->add_option("--mapping", asked->mapping,
                   "A mapping file, or the name of a shipped one; without it, the one that knows "
                   "the file's columns")
      ->type_name("FILE");
  reports
      ->add_option("--register", asked->register_name,
                   "The register's name, instead of the mapping's")
      ->type_name("NAME");
  reports->add_option("--encoding", asked->encoding, "utf-8 or windows-1252 (older spreadsheets)")
      ->check(CLI::IsMember({"utf-8", "windows-1252"}))
      ->type_name("NAME");
  reports->add_option("--concurrency", asked->concurrency, "Requests at the same time, 1 to 64 (8)")
      ->check(CLI::Range(1, 64))
      ->type_name("N");
  reports
      ->add_option(
          "--patience", asked->patience,
          "How long a service may be away before the import gives up, such as 30s or 10m (2m)")
      ->type_name("DURATION");
  reports
      ->add_option("--rejects", asked->rejects,
                   "Writes each rejected line to this file, as JSON lines")
      ->type_name("FILE");
  reports->add_flag("--dry-run", asked->dry_run,
                    "Sends nothing: checks every line and shows the first report");
  reports->footer(
      Examples("  avvik import reports notifications.jsonl\n"
               "  avvik import reports register.csv --mapping our-register.yaml --dry-run\n"
               "  avvik import reports register.csv --encoding windows-1252 --rejects "
               "rejected.jsonl --as anna.berg\n\n"
               "A line is known again by its register and key: after an interruption, run the same "
               "command again; what is there\n"
               "already is not made twice. Without --as or --token, the first information-security "
               "officer of the organisation\n"
               "brings the reports in. Exit code 1: some lines were rejected. 3: the server stayed "
               "away longer than --patience."));
  reports->callback([&session, &chosen, asked] {
    chosen = [&session, asked] { return ImportReports(session, *asked); };
  });
}

}  // namespace

void AddImport(CLI::App& app, Session& session, Chosen& chosen) {
  CLI::App* command = app.add_subcommand("import", "Brings older registers in");
  AddReports(command, session, chosen);

  auto name = std::make_shared<std::string>();
  CLI::App* mapping = command->add_subcommand(
      "mapping",
      "Lists the shipped mappings, or prints one: the beginning of a mapping of one's own");
  mapping->add_option("NAME", *name, "The mapping to print");
  mapping->footer(Examples(
      "  avvik import mapping\n  avvik import mapping kommun-register > our-register.yaml"));
  mapping->callback([&session, &chosen, name] {
    chosen = [&session, name] { return PrintMapping(session, *name); };
  });
}

}  // namespace avvik::cli
