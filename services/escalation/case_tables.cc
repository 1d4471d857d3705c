#include "services/escalation/case_tables.h"

#include <utility>

#include "common/status/macros.h"
#include "services/escalation/answers.h"
#include "services/escalation/case_facts_proto.h"

namespace avvik::escalation {
namespace {

constexpr pg::Statement kKeepCase{"escalation_keep_case", R"sql(
    INSERT INTO case_record (tenant, case_id, facts, told_at, number, unit, sphere, parties, aware_at)
    VALUES                  ($1,     $2,      $3,    $4,      $5,     $6,   $7,     $8,      $9)
    ON CONFLICT (tenant, case_id) DO UPDATE
       SET facts    = $3,
           told_at  = $4,
           number   = $5,
           unit     = $6,
           sphere   = $7,
           parties  = $8,
           aware_at = $9
    RETURNING *)sql"};

constexpr pg::Statement kReadCase{"escalation_read_case",
                                  "SELECT * FROM case_record WHERE tenant = $1 AND case_id = $2"};

constexpr pg::Statement kWriteAssessment{"escalation_write_assessment", R"sql(
    UPDATE case_record
       SET answers = $3, results = $4, version = $5, documented = $6
     WHERE tenant = $1 AND case_id = $2)sql"};

constexpr pg::Statement kMarkErased{"escalation_mark_case_erased", R"sql(
    UPDATE case_record
       SET erased_at = $3, answers = NULL, version = version + 1
     WHERE tenant = $1 AND case_id = $2 AND erased_at IS NULL)sql"};

absl::Status Unreadable(const std::string& what, const std::string& case_id) {
  return absl::DataLossError(what + " of case " + case_id + " cannot be read");
}

}  // namespace

absl::StatusOr<CaseRecord> CaseFromRow(const pg::Row& row) {
  const std::string case_id = row.Text("case_id");
  triage::v1::CaseFacts told;
  if (!told.ParseFromString(row.Bytes("facts"))) return Unreadable("the facts", case_id);
  CaseRecord record;
  AVVIK_ASSIGN_OR_RETURN(record.facts,
                         FactsFromProto(row.Text("tenant"), told, row.Time("told_at")));
  v1::StoredAnswers answers;
  if (!answers.ParseFromString(row.Bytes("answers"))) return Unreadable("the answers", case_id);
  record.facts.answers = AnswersFromProto(answers.answers());
  if (!record.results.ParseFromString(row.Bytes("results"))) {
    return Unreadable("the results", case_id);
  }
  record.version = row.Int("version");
  record.erase_time = row.OptionalTime("erased_at");
  return record;
}

absl::StatusOr<CaseRecord> KeepCase(pg::Transaction& transaction, const CaseFacts& facts,
                                    const std::string& bytes) {
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      transaction.Execute(kKeepCase, {facts.tenant, facts.case_id, pg::Bytes{bytes}, facts.as_of,
                                      facts.number, facts.unit, static_cast<int>(facts.sphere),
                                      pg::TextArray(facts.parties), facts.aware_time}));
  return CaseFromRow(rows[0]);
}

absl::StatusOr<CaseRecord> ReadCase(pg::Transaction& transaction, const std::string& tenant,
                                    const std::string& case_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kReadCase, {tenant, case_id}));
  if (rows.empty()) return Unreadable("the facts", case_id);
  return CaseFromRow(rows[0]);
}

absl::Status WriteAssessment(pg::Transaction& transaction, const CaseRecord& record,
                             const std::vector<v1::Answered>& answers, bool documented) {
  v1::StoredAnswers stored;
  for (const v1::Answered& answer : answers) *stored.add_answers() = answer;
  const std::string bytes = stored.SerializeAsString();
  const std::string results = record.results.SerializeAsString();
  return transaction
      .Execute(kWriteAssessment,
               {record.facts.tenant, record.facts.case_id,
                answers.empty() ? pg::Param(std::nullopt) : pg::Param(pg::Bytes{bytes}),
                pg::Bytes{results}, record.version, documented})
      .status();
}

absl::Status MarkErased(pg::Transaction& transaction, const CaseFacts& facts, absl::Time now) {
  return transaction.Execute(kMarkErased, {facts.tenant, facts.case_id, now}).status();
}

}  // namespace avvik::escalation
