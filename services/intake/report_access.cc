#include "services/intake/report_access.h"

#include "common/organisation/matter.h"
#include "common/status/macros.h"

namespace avvik::intake {
namespace {

// Most events of a case leave it as it is.
constexpr pg::Statement kPut{"intake_put_report_access", R"sql(
    INSERT INTO report_access AS known (report_id, tenant, case_id, sphere, unit, parties)
    VALUES                             ($1,        $2,     $3,      $4,     $5,   $6)
    ON CONFLICT (report_id) DO UPDATE
       SET case_id = excluded.case_id, sphere = excluded.sphere, unit = excluded.unit,
           parties = excluded.parties
     WHERE (known.case_id, known.sphere, known.unit, known.parties)
           IS DISTINCT FROM
           (excluded.case_id, excluded.sphere, excluded.unit, excluded.parties))sql"};

constexpr pg::Statement kPutLinked{"intake_put_access_of_linked", R"sql(
    UPDATE report_access SET sphere = $4, unit = $5, parties = $6
     WHERE tenant = $2 AND case_id = $3 AND report_id <> $1)sql"};

// As any other of the case is.
constexpr pg::Statement kLink{"intake_link_report_access", R"sql(
    INSERT INTO report_access (report_id, tenant, case_id, sphere, unit, parties)
    SELECT $3, tenant, case_id, sphere, unit, parties
      FROM report_access
     WHERE tenant = $1 AND case_id = $2
     LIMIT 1
    ON CONFLICT (report_id) DO NOTHING)sql"};

constexpr pg::Statement kUnlink{"intake_unlink_report_access", R"sql(
    DELETE FROM report_access WHERE tenant = $1 AND case_id = $2 AND report_id = $3)sql"};

}  // namespace

absl::Status PutAccess(pg::Transaction& transaction, const std::string& tenant,
                       const triage::v1::CaseFacts& facts) {
  const organisation::Matter matter = organisation::MatterOf(facts);
  const std::vector<pg::Param> params = {facts.report_id(), tenant,
                                         facts.case_id(),   static_cast<int>(matter.sphere),
                                         matter.unit,       pg::TextArray(matter.parties)};
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows changed, transaction.ExecuteWith(kPut, params));
  if (changed.affected() == 0) return absl::OkStatus();
  return transaction.ExecuteWith(kPutLinked, params).status();
}

absl::Status LinkAccess(pg::Transaction& transaction, const std::string& tenant,
                        const std::string& case_id, const std::string& report_id) {
  return transaction.Execute(kLink, {tenant, case_id, report_id}).status();
}

absl::Status UnlinkAccess(pg::Transaction& transaction, const std::string& tenant,
                          const std::string& case_id, const std::string& report_id) {
  return transaction.Execute(kUnlink, {tenant, case_id, report_id}).status();
}

}  // namespace avvik::intake
