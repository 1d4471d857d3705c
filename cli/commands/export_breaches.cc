#include <nlohmann/json.hpp>

#include "avvik/escalation/v1/assessment.pb.h"
#include "cli/breach_register.h"
#include "cli/commands/commands.h"
#include "cli/format.h"
#include "cli/new_file.h"
#include "cli/url.h"
#include "common/status/macros.h"

namespace avvik::cli {
namespace {

using escalation::v1::Breach;
using nlohmann::ordered_json;

struct Asked {
  std::string file;  // Empty: standard output.
  std::string from;
  std::string until;
};

absl::StatusOr<std::vector<Breach>> Breaches(Session& session, const Asked& asked) {
  AVVIK_ASSIGN_OR_RETURN(const auto caller, session.AsAsked());
  std::string path = "/v1/breaches?page_size=200";
  if (!asked.from.empty()) path += "&from_time=" + UrlEncoded(asked.from);
  if (!asked.until.empty()) path += "&until_time=" + UrlEncoded(asked.until);
  std::vector<Breach> breaches;
  std::string token;
  do {
    escalation::v1::ListBreachesResponse page;
    AVVIK_RETURN_IF_ERROR(caller->api().Get(
        token.empty() ? path : path + "&page_token=" + UrlEncoded(token), &page));
    breaches.insert(breaches.end(), page.breaches().begin(), page.breaches().end());
    token = page.next_page_token();
  } while (!token.empty());
  return breaches;
}

std::string Written(const std::vector<Breach>& breaches, bool as_json) {
  if (!as_json) return BreachRegister(breaches);
  ordered_json all = ordered_json::array();
  for (const Breach& breach : breaches) all.push_back(ToJsonValue(breach));
  return ordered_json{{"breaches", std::move(all)}}.dump(
             2, ' ', false, ordered_json::error_handler_t::replace) +
         "\n";
}

ExitCode Run(Session& session, const Asked& asked) {
  const auto breaches = Breaches(session, asked);
  if (!breaches.ok()) return session.out.Fail(breaches.status());
  const std::string text = Written(*breaches, session.out.json());
  if (asked.file.empty()) {
    session.out.Text(text);
    return kOk;
  }
  const absl::Status written = WriteNewFile(asked.file, text);
  if (!written.ok()) return session.out.Fail(written);
  session.out.Note(Counted(static_cast<int64_t>(breaches->size()), "breach", "breaches") +
                   " written to " + asked.file);
  return kOk;
}

}  // namespace

void AddExportBreaches(CLI::App& app, Session& session, Chosen& chosen) {
  auto asked = std::make_shared<Asked>();
  CLI::App* command = app.add_subcommand(
      "breaches",
      "Writes the register of personal data breaches (GDPR article 33(5)) as CSV, or with --json as "
      "JSON: what one may read of it");
  command
      ->add_option("--out", asked->file,
                   "A new file, for its owner only; otherwise standard output")
      ->type_name("FILE");
  command->add_option("--from", asked->from, "Only what was known then or later, RFC 3339")
      ->type_name("INSTANT");
  command->add_option("--until", asked->until, "Only what was known before, RFC 3339")
      ->type_name("INSTANT");
  command->footer(
      Examples("  avvik export breaches --as LOGIN --from 2026-01-01T00:00:00+01:00 --out 2026.csv"));
  command->callback(
      [&session, &chosen, asked] { chosen = [&session, asked] { return Run(session, *asked); }; });
}

}  // namespace avvik::cli
