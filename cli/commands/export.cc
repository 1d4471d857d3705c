#include <nlohmann/json.hpp>

#include "avvik/intake/v1/receipts.pb.h"
#include "cli/commands/commands.h"
#include "cli/format.h"
#include "cli/new_file.h"
#include "cli/url.h"
#include "common/status/macros.h"

namespace avvik::cli {
namespace {

using nlohmann::ordered_json;

struct Asked {
  std::string file;  // Empty: standard output.
};

absl::StatusOr<ordered_json> OwnReports(Session& session) {
  AVVIK_ASSIGN_OR_RETURN(const auto caller, session.AsAsked());
  ordered_json reports = ordered_json::array();
  std::string token;
  do {
    intake::v1::ExportOwnReportsResponse page;
    const std::string from = token.empty() ? "" : "&page_token=" + UrlEncoded(token);
    AVVIK_RETURN_IF_ERROR(caller->api().Get("/v1/me/reports:export?page_size=50" + from, &page));
    for (const auto& report : page.reports()) reports.push_back(ToJsonValue(report));
    token = page.next_page_token();
  } while (!token.empty());
  return ordered_json{{"reports", std::move(reports)}};
}

ExitCode Run(Session& session, const Asked& asked) {
  const absl::StatusOr<ordered_json> mine = OwnReports(session);
  if (!mine.ok()) return session.out.Fail(mine.status());
  if (asked.file.empty()) {
    session.out.Json(*mine);
    return kOk;
  }
  const absl::Status written =
      WriteNewFile(asked.file,
                   mine->dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
  if (!written.ok()) return session.out.Fail(written);
  const std::string told =
      Counted(static_cast<int64_t>((*mine)["reports"].size()), "report", "reports");
  session.out.Note(told + " written to " + asked.file);
  return kOk;
}

}  // namespace

void AddExport(CLI::App& app, Session& session, Chosen& chosen) {
  CLI::App* command =
      app.add_subcommand("export", "Takes out what is kept of oneself, and the registers of breaches and of public records");
  AddExportBreaches(*command, session, chosen);
  AddExportRegister(*command, session, chosen);
  auto asked = std::make_shared<Asked>();
  CLI::App* mine = command->add_subcommand("mine",
                                           "Writes everything that one reported, with supplements, "
                                           "dialogue and what is known of files, as JSON");
  mine->add_option("--out", asked->file,
                   "A new file, for its owner only; otherwise standard output")
      ->type_name("FILE");
  mine->footer(Examples("  avvik export mine --as LOGIN --out mine.json") +
               "\n\nThe files themselves are fetched each by itself:\n"
               "GET /v1/reports/{report_id}/attachments/{attachment_id}");
  mine->callback(
      [&session, &chosen, asked] { chosen = [&session, asked] { return Run(session, *asked); }; });
  command->require_subcommand(1);
}

}  // namespace avvik::cli
