#include "services/escalation/decision_tables.h"

#include <optional>

#include "absl/strings/str_join.h"
#include "common/status/macros.h"

namespace avvik::escalation {
namespace {

// All of them at once. Facts and reasons are codes without line breaks.
constexpr pg::Statement kAppend{"escalation_append_decisions", R"sql(
    INSERT INTO duty_decision (id, tenant, case_id, decided_at, regime, regime_version, entity,
                               entity_name, result, before, cause, person, duty_id, stage, facts,
                               reasons, statement)
    SELECT d.id, d.tenant, d.case_id, d.decided_at, d.regime, d.regime_version, d.entity,
           d.entity_name, d.result, d.before, d.cause, d.person, d.duty_id, d.stage,
           string_to_array(d.facts, E'\n'), string_to_array(d.reasons, E'\n'), d.statement
      FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[],
                  $7::text[], $8::text[], $9::smallint[], $10::smallint[], $11::smallint[],
                  $12::text[], $13::uuid[], $14::text[], $15::text[], $16::text[], $17::bytea[])
           AS d (id, tenant, case_id, decided_at, regime, regime_version, entity, entity_name,
                 result, before, cause, person, duty_id, stage, facts, reasons, statement))sql"};

constexpr pg::Statement kList{"escalation_list_decisions", R"sql(
    SELECT d.*, k.wrapped_key, c.erased_at
      FROM duty_decision d
      JOIN case_record c ON c.tenant = d.tenant AND c.case_id = d.case_id
      LEFT JOIN duty k ON k.tenant = d.tenant AND k.id = d.duty_id
     WHERE d.tenant = $1 AND d.case_id = $2
       AND ($3::timestamptz IS NULL OR (d.decided_at, d.id) < ($3::timestamptz, $4::uuid))
     ORDER BY d.decided_at DESC, d.id DESC
     LIMIT $5)sql"};

constexpr pg::Statement kErase{"escalation_erase_decisions", R"sql(
    UPDATE duty_decision SET facts = '{}', reasons = '{}', statement = NULL
     WHERE tenant = $1 AND case_id = $2)sql"};

std::string ContextOf(const std::string& id) { return "decision.statement/" + id; }

absl::StatusOr<std::string> Opened(secrecy::Vault& vault, const pg::Row& row,
                                   const std::string& tenant, const std::string& id) {
  if (row.IsNull("statement")) return std::string();
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key, vault.Unwrap(tenant, row.Bytes("wrapped_key")));
  return key.Open(row.Bytes("statement"), ContextOf(id));
}

// NULL for what says nothing.
absl::StatusOr<pg::Param> Sealed(secrecy::Vault& vault, const Decision& decision,
                                 const std::string& wrapped_key) {
  if (decision.statement.empty()) return pg::Param(std::nullopt);
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key, vault.Unwrap(decision.tenant, wrapped_key));
  return pg::Param(pg::Bytes{key.Seal(decision.statement, ContextOf(decision.id))});
}

absl::StatusOr<Decision> FromRow(secrecy::Vault& vault, const pg::Row& row) {
  Decision decision;
  decision.id = row.Text("id");
  decision.tenant = row.Text("tenant");
  decision.case_id = row.Text("case_id");
  decision.time = row.Time("decided_at");
  decision.regime = row.Text("regime");
  decision.regime_version = row.Text("regime_version");
  decision.entity = {row.Text("entity"), row.Text("entity_name")};
  decision.result = static_cast<v1::AssessmentResult>(row.Int("result"));
  decision.before = static_cast<v1::AssessmentResult>(row.Int("before"));
  decision.cause = static_cast<v1::DecisionCause>(row.Int("cause"));
  decision.person = row.Text("person");
  decision.duty_id = row.Text("duty_id");
  decision.stage = row.Text("stage");
  decision.facts = row.TextArray("facts");
  decision.reasons = row.TextArray("reasons");
  decision.erased = !row.IsNull("erased_at");
  AVVIK_ASSIGN_OR_RETURN(decision.statement, Opened(vault, row, decision.tenant, decision.id));
  return decision;
}

}  // namespace

absl::Status AppendDecisions(pg::Transaction& transaction, secrecy::Vault& vault,
                             const std::vector<Decision>& decisions,
                             const std::string& wrapped_key) {
  if (decisions.empty()) return absl::OkStatus();
  std::vector<std::vector<pg::Param>> columns(17);
  for (const Decision& decision : decisions) {
    AVVIK_ASSIGN_OR_RETURN(const pg::Param statement, Sealed(vault, decision, wrapped_key));
    const pg::Param duty_id =
        decision.duty_id.empty() ? pg::Param(std::nullopt) : pg::Param(decision.duty_id);
    std::size_t column = 0;
    for (const pg::Param& value :
         {pg::Param(decision.id), pg::Param(decision.tenant), pg::Param(decision.case_id),
          pg::Param(decision.time), pg::Param(decision.regime), pg::Param(decision.regime_version),
          pg::Param(decision.entity.unit), pg::Param(decision.entity.name),
          pg::Param(static_cast<int>(decision.result)), pg::Param(static_cast<int>(decision.before)),
          pg::Param(static_cast<int>(decision.cause)), pg::Param(decision.person), duty_id,
          pg::Param(decision.stage), pg::Param(absl::StrJoin(decision.facts, "\n")),
          pg::Param(absl::StrJoin(decision.reasons, "\n")), statement}) {
      columns[column++].push_back(value);
    }
  }
  std::vector<pg::Param> arrays;
  for (const auto& column : columns) arrays.push_back(pg::Array(column));
  return transaction.ExecuteWith(kAppend, arrays).status();
}

absl::StatusOr<std::vector<Decision>> ListDecisions(pg::Transaction& transaction,
                                                    secrecy::Vault& vault,
                                                    const std::string& tenant,
                                                    const std::string& case_id,
                                                    const PagePlace& after, int limit) {
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      transaction.Execute(kList, {tenant, case_id, after.time, after.id, limit}));
  std::vector<Decision> decisions;
  for (const pg::Row row : rows) {
    AVVIK_ASSIGN_OR_RETURN(Decision decision, FromRow(vault, row));
    decisions.push_back(std::move(decision));
  }
  return decisions;
}

absl::Status EraseDecisions(pg::Transaction& transaction, const std::string& tenant,
                            const std::string& case_id) {
  return transaction.Execute(kErase, {tenant, case_id}).status();
}

}  // namespace avvik::escalation
