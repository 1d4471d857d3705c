#include <nlohmann/json.hpp>

#include "avvik/triage/v1/triage.pb.h"
#include "cli/commands/commands.h"

namespace avvik::cli {
namespace {

using nlohmann::ordered_json;
using organisation::v1::Role_Name;

ordered_json ToJson(const organisation::v1::Person& person) {
  ordered_json json = {{"login", person.login()},
                       {"name", person.name()},
                       {"email", person.email()},
                       {"unit", person.unit()}};
  json["roles"] = ordered_json::array();
  for (const auto& held : person.roles()) {
    json["roles"].push_back({{"role", Role_Name(held.role())}, {"unit", held.unit()}});
  }
  return json;
}

std::string RolesOf(const organisation::v1::Person& person) {
  std::string roles;
  for (const auto& held : person.roles()) {
    roles += (roles.empty() ? "" : ", ") + Role_Name(held.role());
    if (!held.unit().empty()) roles += " (" + held.unit() + ")";
  }
  return roles.empty() ? Role_Name(organisation::v1::EMPLOYEE) : roles;
}

ExitCode Run(Session& session) {
  auto caller = session.AsAsked();
  if (!caller.ok()) return session.out.Fail(caller.status());
  triage::v1::GetOrganisationResponse answer;
  if (const auto status = (**caller)->Get("/v1/organisation", &answer); !status.ok())
    return session.out.Fail(status);
  const auto& people = answer.organisation().people();

  if (session.out.json() || !session.out.out_is_terminal()) {
    ordered_json json = ordered_json::array();
    for (const auto& person : people) json.push_back(ToJson(person));
    session.out.Json(json);
    return kOk;
  }
  Table table({{"LOGIN"}, {"NAME"}, {"UNIT"}, {"ROLES"}});
  for (const auto& person : people)
    table.Add({person.login(), person.name(), person.unit(), RolesOf(person)});
  session.out.Print(table);
  return kOk;
}

}  // namespace

void AddPeople(CLI::App& app, Session& session, Chosen& chosen) {
  CLI::App* command = app.add_subcommand("people",
                                         "Lists the people of the organisation with their roles: a "
                                         "table on a terminal, otherwise JSON");
  command->footer(Examples(
      "  avvik people\n"
      "  avvik people --json | jq -r '.[] | select(.roles[].role == \"COORDINATOR\") | .login'"));
  command->callback([&] { chosen = [&] { return Run(session); }; });
}

}  // namespace avvik::cli
