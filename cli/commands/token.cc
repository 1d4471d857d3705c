#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"

namespace avvik::cli {
namespace {

struct Asked {
  std::string client;
  std::string scope;
};

ExitCode Run(Session& session, const Asked& asked) {
  const std::string& login = session.settings.as;
  if (login.empty() == asked.client.empty()) {
    return session.out.FailUsage(
        "name one of the two: --as LOGIN for a person, or --client NAME for a machine");
  }
  if (!login.empty() && !asked.scope.empty()) {
    return session.out.FailUsage(
        "--scope is for machines; what a person may follows from the organisation");
  }
  const auto source = login.empty()
                          ? MachineToken(session.http, session.settings, asked.client, asked.scope)
                          : PersonToken(session.http, session.settings, login);
  const auto token = source->Token();
  if (!token.ok()) return session.out.Fail(token.status());
  if (session.out.json()) {
    session.out.Json({{"access_token", *token}});
  } else {
    session.out.Line(*token);
  }
  return kOk;
}

}  // namespace

void AddToken(CLI::App& app, Session& session, Chosen& chosen) {
  CLI::App* command = app.add_subcommand(
      "token",
      "Prints an access token from the local identity provider, for scripts and experiments");
  auto asked = std::make_shared<Asked>();
  command
      ->add_option("--client", asked->client,
                   "A machine instead of a person; its secret is AVVIK_HOME/secrets/NAME.secret")
      ->type_name("NAME");
  command
      ->add_option("--scope", asked->scope,
                   "The machine's scope, when it is not the usual one of that client")
      ->type_name("SCOPE");
  command->footer(
      Examples("  avvik token --as anna.berg\n"
               "  avvik token --client avvik-tickets\n"
               "  curl -H \"Authorization: Bearer $(./avvik token --as anna.berg)\" "
               "http://127.0.0.1:8080/v1/cases"));
  command->callback(
      [&session, &chosen, asked] { chosen = [&session, asked] { return Run(session, *asked); }; });
}

}  // namespace avvik::cli
