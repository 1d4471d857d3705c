#include "services/intake/hashes.h"

#include <string>

#include "common/log/log.h"
#include "common/status/macros.h"
#include "services/intake/sealed_report.h"

namespace avvik::intake {
namespace {

constexpr pg::Statement kPage{"intake_pseudonyms", R"sql(
    SELECT report.id, report.tenant, reporter_pseudonym, reporter, wrapped
      FROM report
      JOIN report_key ON report_id = report.id
     WHERE report.id > $1
     ORDER BY report.id
     LIMIT 100)sql"};

constexpr pg::Statement kReplace{"intake_replace_pseudonym", R"sql(
    UPDATE report SET reporter_pseudonym = $3 WHERE id = $1 AND reporter_pseudonym = $2)sql"};

absl::StatusOr<std::string> PseudonymOf(const pg::Row& row, secrecy::Vault& vault) {
  const std::string tenant = row.Text("tenant");
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key, vault.Unwrap(tenant, row.Bytes("wrapped")));
  AVVIK_ASSIGN_OR_RETURN(const Reporter reporter,
                         OpenReporter(key, row.Bytes("reporter"), row.Text("id")));
  return vault.Pseudonym(tenant, reporter.login);
}

absl::Status Renew(pg::Pool& pool, secrecy::Vault& vault, const pg::Rows& page) {
  for (const pg::Row row : page) {
    const std::string id = row.Text("id");
    const absl::StatusOr<std::string> pseudonym = PseudonymOf(row, vault);
    if (absl::IsDataLoss(pseudonym.status())) {
      // Altered, or erased meanwhile.
      log::Error("pseudonym_not_renewed", {{"report", id}, {"error", pseudonym.status()}});
      continue;
    }
    if (!pseudonym.ok()) return pseudonym.status();
    const std::string before = row.Text("reporter_pseudonym");
    if (*pseudonym == before) continue;
    AVVIK_RETURN_IF_ERROR(
        pool.Query(pg::Scope::Everything(), kReplace, {id, before, *pseudonym}).status());
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<secrecy::Hashed> Hashes(pg::Pool& pool, secrecy::Vault& vault) {
  return {{.name = "report",
           .page = kPage,
           .renew = [&pool, &vault](const pg::Rows& page) { return Renew(pool, vault, page); }}};
}

}  // namespace avvik::intake
