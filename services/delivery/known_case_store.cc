#include "services/delivery/known_case_store.h"

#include "common/status/macros.h"

namespace avvik::delivery {
namespace {

constexpr pg::Statement kFind{"delivery_find_known_case", R"sql(
    SELECT number, report_id, unit, owner, drawn_in, organisation_version, sphere, parties
      FROM known_case
     WHERE tenant = $1 AND case_id = $2)sql"};

constexpr pg::Statement kFindByReport{"delivery_find_case_of_report", R"sql(
    SELECT case_id, false AS linked FROM known_case
     WHERE tenant = $1 AND report_id = $2
     UNION ALL
    SELECT known_case.case_id, true
      FROM linked_report
      JOIN known_case ON known_case.tenant = linked_report.tenant
                     AND known_case.number = linked_report.case_number
     WHERE linked_report.tenant = $1 AND linked_report.report_id = $2
     ORDER BY linked, case_id
     LIMIT 1)sql"};

constexpr pg::Statement kPutLinked{"delivery_put_linked_report", R"sql(
    INSERT INTO linked_report (tenant, report_id, number, case_number)
    VALUES                    ($1,     $2,        $3,     $4)
    ON CONFLICT (tenant, report_id) DO UPDATE SET case_number = $4)sql"};

constexpr pg::Statement kRemoveLinked{"delivery_remove_linked_report", R"sql(
    DELETE FROM linked_report WHERE tenant = $1 AND report_id = $2 AND case_number = $3)sql"};

constexpr pg::Statement kPut{"delivery_put_known_case", R"sql(
    INSERT INTO known_case
           (tenant, case_id, number, report_id, unit, owner, drawn_in, organisation_version,
            sphere, parties)
    VALUES ($1,     $2,      $3,     $4,        $5,   $6,    $7,       $8,
            $9,     $10)
    ON CONFLICT (tenant, case_id) DO UPDATE
       SET number = $3, report_id = $4, unit = $5, owner = $6, drawn_in = $7,
           organisation_version = $8, sphere = $9, parties = $10)sql"};

constexpr pg::Statement kParked{"delivery_find_parked_case", R"sql(
    SELECT EXISTS (SELECT FROM parked_event
                    WHERE source = 'triage' AND tenant = $1 AND subject = 'cases/' || $2) AS parked
    )sql"};

}  // namespace

absl::StatusOr<std::optional<KnownCase>> FindKnownCase(pg::Transaction& transaction,
                                                       const std::string& tenant,
                                                       const std::string& case_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kFind, {tenant, case_id}));
  if (rows.empty()) return std::nullopt;
  return KnownCase{.case_id = case_id,
                   .number = rows[0].Text("number"),
                   .report_id = rows[0].Text("report_id"),
                   .unit = rows[0].Text("unit"),
                   .owner = rows[0].Text("owner"),
                   .drawn_in = rows[0].TextArray("drawn_in"),
                   .organisation_version = rows[0].Int("organisation_version"),
                   .sphere = static_cast<type::v1::Sphere>(rows[0].Int("sphere")),
                   .parties = rows[0].TextArray("parties")};
}

absl::StatusOr<std::optional<KnownCase>> FindCaseOfReport(pg::Transaction& transaction,
                                                          const std::string& tenant,
                                                          const std::string& report_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction.Execute(kFindByReport, {tenant, report_id}));
  if (rows.empty()) return std::nullopt;
  return FindKnownCase(transaction, tenant, rows[0].Text("case_id"));
}

absl::Status PutKnownCase(pg::Transaction& transaction, const std::string& tenant,
                          const KnownCase& known) {
  return transaction
      .Execute(kPut, {tenant, known.case_id, known.number, known.report_id, known.unit, known.owner,
                      pg::TextArray(known.drawn_in), known.organisation_version,
                      static_cast<int>(known.sphere), pg::TextArray(known.parties)})
      .status();
}

absl::Status PutLinkedReport(pg::Transaction& transaction, const std::string& tenant,
                             const LinkedReport& report) {
  return transaction
      .Execute(kPutLinked, {tenant, report.report_id, report.number, report.case_number})
      .status();
}

absl::Status RemoveLinkedReport(pg::Transaction& transaction, const std::string& tenant,
                                const LinkedReport& report) {
  return transaction.Execute(kRemoveLinked, {tenant, report.report_id, report.case_number})
      .status();
}

absl::StatusOr<bool> IsCaseParked(pg::Transaction& transaction, const std::string& tenant,
                                  const std::string& case_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kParked, {tenant, case_id}));
  return rows[0].Bool("parked");
}

}  // namespace avvik::delivery
