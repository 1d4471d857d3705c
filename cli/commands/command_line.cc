#include "cli/commands/command_line.h"

#include <algorithm>
#include <sstream>

#include "cli/commands/commands.h"
#include "common/http_client/curl_client.h"

namespace avvik::cli {
namespace {

// As many connections are kept as an import may use.
constexpr size_t kMaxIdle = 64;

void AddGlobalOptions(CLI::App& app, Settings& settings, bool& json) {
  app.add_option("--url", settings.url, "Address of the gateway (AVVIK_URL)")->type_name("URL");
  app.add_option("--as", settings.as,
                 "Act as this person, by a token of the local identity provider")
      ->type_name("LOGIN");
  app.add_option("--token", settings.token, "Act with this access token (AVVIK_TOKEN)")
      ->type_name("TOKEN");
  app.add_option("--tenant", settings.tenant,
                 "The municipality an operator acts for (AVVIK_TENANT)")
      ->type_name("NAME");
  app.add_flag("--json", json, "Results, and errors, as JSON");
}

void AddCommands(CLI::App& app, Session& session, Chosen& chosen) {
  AddPeople(app, session, chosen);
  AddToken(app, session, chosen);
  AddOrganisation(app, session, chosen);
  AddImport(app, session, chosen);
  AddDeadline(app, session, chosen);
  AddStatus(app, session, chosen);
  AddEvents(app, session, chosen);
  AddFigures(app, session, chosen);
  AddAudit(app, session, chosen);
  AddExport(app, session, chosen);
  AddProof(app, session, chosen);
  AddRegimes(app, session, chosen);
}

// The help of a command that others have to follow.
std::string HelpOfHalf(const CLI::App& app) {
  const CLI::App* asked = &app;
  std::string before;
  while (!asked->get_subcommands().empty()) {
    before += (before.empty() ? "" : " ") + asked->get_name();
    asked = asked->get_subcommands().front();
  }
  return asked->help(before);
}

void Print(std::FILE* file, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), file);
}

}  // namespace

std::string Examples(const std::string& lines) {
  return "Examples:\n" + lines +
         "\n\nOptions for every command (--url, --as, --token, --tenant, --json): avvik --help";
}

int RunCommandLine(std::vector<std::string> arguments, const Environment& environment,
                   std::FILE* out, std::FILE* err) {
  auto settings = SettingsFrom(environment);
  Output output(out, err, settings.ok() && settings->colours);
  if (!settings.ok()) return output.Fail(settings.status(), kUsage);
  http_client::CurlClient http(settings->ca_file, kMaxIdle);
  Session session{*settings, output, http};

  CLI::App app("Avvik's command line: administration, import, statutory deadlines.", "avvik");
  app.set_version_flag("--version", "avvik " AVVIK_VERSION);
  app.fallthrough();
  app.get_formatter()->column_width(34);
  app.footer(
      "Exit codes: 0 done, 1 refused or partly failed, 2 asked wrongly, 3 the server cannot be "
      "reached.\n"
      "Every command has --help with examples; the options above may stand before or after it.");
  bool json = false;
  AddGlobalOptions(app, session.settings, json);
  Chosen chosen;
  AddCommands(app, session, chosen);
  try {
    std::reverse(arguments.begin(), arguments.end());  // The parser takes them from the back.
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    std::ostringstream help, mistake;
    const int code = app.exit(error, help, mistake);
    Print(out, help.str());
    Print(err, mistake.str());
    return code == 0 ? kOk : kUsage;
  }
  if (!chosen) {
    Print(err, HelpOfHalf(app));
    return kUsage;
  }
  output.set_json(json);
  std::string& url = session.settings.url;
  while (!url.empty() && url.back() == '/') url.pop_back();
  return chosen();
}

}  // namespace avvik::cli
