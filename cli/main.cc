#include <cstdio>
#include <iostream>

#include "cli/commands/commands.h"
#include "common/http_client/curl_client.h"

namespace {

using namespace avvik::cli;

// As many connections are kept as an import may use.
constexpr size_t kMaxIdle = 64;

void AddGlobalOptions(CLI::App& app, Settings& settings, bool& json) {
  app.add_option("--url", settings.url, "Address of the gateway (AVVIK_URL)")->type_name("URL");
  app.add_option("--as", settings.as, "Act as this person, by a token of the local identity provider")
      ->type_name("LOGIN");
  app.add_option("--token", settings.token, "Act with this access token (AVVIK_TOKEN)")->type_name("TOKEN");
  app.add_option("--tenant", settings.tenant, "The municipality an operator acts for (AVVIK_TENANT)")
      ->type_name("NAME");
  app.add_flag("--json", json, "Results, and errors, as JSON");
}

int Run(int argc, char** argv) {
  auto settings = SettingsFrom(&ProcessEnvironment);
  Output out(stdout, stderr, settings.ok() ? settings->colours : false);
  if (!settings.ok()) return out.Fail(settings.status(), kUsage);
  avvik::http_client::CurlClient http(settings->ca_file, kMaxIdle);
  Session session{*settings, out, http};

  CLI::App app("Avvik's command line: administration, import, statutory deadlines.", "avvik");
  app.set_version_flag("--version", "avvik " AVVIK_VERSION);
  app.fallthrough();
  app.get_formatter()->column_width(34);
  app.footer(
      "Exit codes: 0 done, 1 refused or partly failed, 2 asked wrongly, 3 the server cannot be reached.\n"
      "Every command has --help with examples; the options above may stand before or after it.");
  bool json = false;
  AddGlobalOptions(app, session.settings, json);
  Chosen chosen;
  AddPeople(app, session, chosen);
  AddToken(app, session, chosen);
  AddOrganisation(app, session, chosen);
  AddImport(app, session, chosen);
  AddDeadline(app, session, chosen);
  AddStatus(app, session, chosen);
  AddEvents(app, session, chosen);
  AddFigures(app, session, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, std::cout, std::cerr) == 0 ? kOk : kUsage;
  }
  if (!chosen) {
    // Asked for half a command: what can follow stands in its help.
    const CLI::App* asked = &app;
    std::string before;
    while (!asked->get_subcommands().empty()) {
      before += (before.empty() ? "" : " ") + asked->get_name();
      asked = asked->get_subcommands().front();
    }
    std::cerr << asked->help(before);
    return kUsage;
  }
  out.set_json(json);
  while (!session.settings.url.empty() && session.settings.url.back() == '/') session.settings.url.pop_back();
  return chosen();
}

}  // namespace

std::string avvik::cli::Examples(const std::string& lines) {
  return "Examples:\n" + lines + "\n\nOptions for every command (--url, --as, --token, --tenant, --json): avvik --help";
}

int main(int argc, char** argv) {
  const int code = Run(argc, argv);
  std::cout.flush();
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::fputs("avvik: standard output could not be written\n", stderr);
    return avvik::cli::kRefused;
  }
  return code;
}
