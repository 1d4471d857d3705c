#include <nlohmann/json.hpp>

#include "avvik/triage/v1/record.pb.h"
#include "cli/public_register.h"
#include "cli/commands/commands.h"
#include "cli/format.h"
#include "cli/new_file.h"
#include "cli/url.h"
#include "common/status/macros.h"

namespace avvik::cli {
namespace {

using triage::v1::RegisterEntry;
using nlohmann::ordered_json;

struct Asked {
  std::string file;  // Empty: standard output.
  std::string from;
  std::string until;
};

absl::StatusOr<std::vector<RegisterEntry>> Entries(Session& session, const Asked& asked) {
  AVVIK_ASSIGN_OR_RETURN(const auto caller, session.AsAsked());
  std::string path = "/v1/register?page_size=1000";
  if (!asked.from.empty()) path += "&from_time=" + UrlEncoded(asked.from);
  if (!asked.until.empty()) path += "&until_time=" + UrlEncoded(asked.until);
  std::vector<RegisterEntry> entries;
  std::string token;
  do {
    triage::v1::ListRegisterResponse page;
    AVVIK_RETURN_IF_ERROR(caller->api().Get(
        token.empty() ? path : path + "&page_token=" + UrlEncoded(token), &page));
    entries.insert(entries.end(), page.entries().begin(), page.entries().end());
    token = page.next_page_token();
  } while (!token.empty());
  return entries;
}

std::string Written(const std::vector<RegisterEntry>& entries, bool as_json) {
  if (!as_json) return PublicRegister(entries);
  ordered_json all = ordered_json::array();
  for (const RegisterEntry& entry : entries) all.push_back(ToJsonValue(entry));
  return ordered_json{{"entries", std::move(all)}}.dump(
             2, ' ', false, ordered_json::error_handler_t::replace) +
         "\n";
}

ExitCode Run(Session& session, const Asked& asked) {
  const auto entries = Entries(session, asked);
  if (!entries.ok()) return session.out.Fail(entries.status());
  const std::string text = Written(*entries, session.out.json());
  if (asked.file.empty()) {
    session.out.Text(text);
    return kOk;
  }
  const absl::Status written = WriteNewFile(asked.file, text);
  if (!written.ok()) return session.out.Fail(written);
  session.out.Note(Counted(static_cast<int64_t>(entries->size()), "entry", "entries") +
                   " written to " + asked.file);
  return kOk;
}

}  // namespace

void AddExportRegister(CLI::App& app, Session& session, Chosen& chosen) {
  auto asked = std::make_shared<Asked>();
  CLI::App* command = app.add_subcommand(
      "register",
      "Writes the register of public records (in Sweden by OSL 5:2) as CSV, or with --json as JSON: what "
      "one may read of it, without what is left out for everybody");
  command
      ->add_option("--out", asked->file,
                   "A new file, for its owner only; otherwise standard output")
      ->type_name("FILE");
  command->add_option("--from", asked->from, "Only what came in then or later, RFC 3339")
      ->type_name("INSTANT");
  command->add_option("--until", asked->until, "Only what came in before, RFC 3339")
      ->type_name("INSTANT");
  command->footer(
      Examples("  avvik export register --as LOGIN --from 2026-01-01T00:00:00+01:00 --out 2026.csv"));
  command->callback(
      [&session, &chosen, asked] { chosen = [&session, asked] { return Run(session, *asked); }; });
}

}  // namespace avvik::cli
