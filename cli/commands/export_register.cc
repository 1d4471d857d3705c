#include "avvik/triage/v1/record.pb.h"
#include "cli/commands/register_export.h"
#include "cli/public_register.h"

namespace avvik::cli {
namespace {

constexpr Register<triage::v1::ListRegisterResponse, triage::v1::RegisterEntry> kRegister{
    .path = "/v1/register?page_size=1000",
    .list = "entries",
    .one = "entry",
    .many = "entries",
    .entries = &triage::v1::ListRegisterResponse::entries,
    .table = PublicRegister,
    .from_help = "Only what came in then or later, RFC 3339",
    .until_help = "Only what came in before, RFC 3339"};

}  // namespace

void AddExportRegister(CLI::App& app, Session& session, Chosen& chosen) {
  CLI::App* command = app.add_subcommand(
      "register",
      "Writes the register of public records (in Sweden by OSL 5:2) as CSV, or with --json as JSON: what "
      "one may read of it, without what is left out for everybody");
  TakesOut(kRegister, *command, session, chosen);
  command->footer(
      Examples("  avvik export register --as LOGIN --from 2026-01-01T00:00:00+01:00 --out 2026.csv"));
}

}  // namespace avvik::cli
