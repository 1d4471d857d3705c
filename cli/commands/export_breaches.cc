#include "avvik/escalation/v1/assessment.pb.h"
#include "cli/breach_register.h"
#include "cli/commands/register_export.h"

namespace avvik::cli {
namespace {

constexpr Register<escalation::v1::ListBreachesResponse, escalation::v1::Breach> kBreaches{
    .path = "/v1/breaches?page_size=200",
    .list = "breaches",
    .one = "breach",
    .many = "breaches",
    .entries = &escalation::v1::ListBreachesResponse::breaches,
    .table = BreachRegister,
    .from_help = "Only what was known then or later, RFC 3339",
    .until_help = "Only what was known before, RFC 3339"};

}  // namespace

void AddExportBreaches(CLI::App& app, Session& session, Chosen& chosen) {
  CLI::App* command = app.add_subcommand(
      "breaches",
      "Writes the register of personal data breaches (GDPR article 33(5)) as CSV, or with --json as "
      "JSON: what one may read of it");
  TakesOut(kBreaches, *command, session, chosen);
  command->footer(
      Examples("  avvik export breaches --as LOGIN --from 2026-01-01T00:00:00+01:00 --out 2026.csv"));
}

}  // namespace avvik::cli
