#include "common/deadline/deadline.h"

#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "common/deadline/instant.h"
#include "common/status/macros.h"

namespace avvik::cli {
namespace {

struct Asked {
  std::string clock;
  std::string from;
  std::string zone;
  std::string country;
};

absl::StatusOr<nlohmann::ordered_json> Compute(const Asked& asked) {
  AVVIK_ASSIGN_OR_RETURN(const deadline::Term term, deadline::ParseTerm(asked.clock));
  AVVIK_ASSIGN_OR_RETURN(const absl::TimeZone zone, deadline::LoadZone(asked.zone));
  if (term.months > 0 && asked.country.empty()) {
    return absl::InvalidArgumentError(
        "a clock of months needs --country: its end moves past that country's holidays");
  }
  deadline::Calendar calendar{zone};
  if (!asked.country.empty()) {
    AVVIK_ASSIGN_OR_RETURN(calendar.country, deadline::ParseCountry(asked.country));
  }
  AVVIK_ASSIGN_OR_RETURN(const absl::Time from, deadline::ParseInstant(asked.from, zone));
  const deadline::Deadline end = deadline::After(from, term, calendar);
  const deadline::DeadlineText text = deadline::Describe(end, zone);
  nlohmann::ordered_json json = {{"target", text.target}, {"outer", text.outer}};
  if (term.months > 0) {
    json["target_instant"] = deadline::FormatInstant(end.target, zone);
    json["outer_instant"] = deadline::FormatInstant(end.outer, zone);
  }
  return json;
}

ExitCode Run(Session& session, const Asked& asked) {
  const auto json = Compute(asked);
  if (!json.ok()) return session.out.Fail(json.status(), kUsage);
  session.out.Json(*json);
  return kOk;
}

}  // namespace

void AddDeadline(CLI::App& app, Session& session, Chosen& chosen) {
  CLI::App* command = app.add_subcommand("deadline",
                                         "Computes when a statutory time ends: the strict target, "
                                         "and the most generous lawful reading");
  auto asked = std::make_shared<Asked>();
  command->add_option("--clock", asked->clock, "hours:N or months:N")
      ->required()
      ->type_name("CLOCK");
  command
      ->add_option("--from", asked->from,
                   "The instant it runs from, RFC 3339; without an offset it is local to the zone")
      ->required()
      ->type_name("INSTANT");
  command->add_option("--zone", asked->zone, "IANA time zone, such as Europe/Stockholm")
      ->required()
      ->type_name("ZONE");
  command
      ->add_option("--country", asked->country, "SE or DK: whose holidays move the end of months")
      ->type_name("COUNTRY");
  command->footer(
      Examples("  avvik deadline --clock hours:72 --from 2026-11-20T16:40:00+01:00 --zone "
               "Europe/Stockholm --country SE\n"
               "  avvik deadline --clock months:1 --from 2026-11-24T10:00:00+01:00 --zone "
               "Europe/Stockholm --country SE\n\n"
               "Prints one JSON object without asking a server. Hours give instants with the local "
               "offset; months give the\n"
               "last days on which something may be done, and the instants at their end."));
  command->callback(
      [&session, &chosen, asked] { chosen = [&session, asked] { return Run(session, *asked); }; });
}

}  // namespace avvik::cli
