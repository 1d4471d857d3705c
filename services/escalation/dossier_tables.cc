#include "services/escalation/dossier_tables.h"

#include <optional>
#include <utility>

#include "common/events/outbox.h"
#include "common/status/macros.h"
#include "services/escalation/errors.h"
#include "services/escalation/escalation_events.h"

namespace avvik::escalation {
namespace {

// $3 the version whose content is wanted beside the newest one's.
constexpr pg::Statement kListVersions{"escalation_list_dossier_versions", R"sql(
    SELECT id, version, person, written_at,
           CASE WHEN version IN ($3, max(version) OVER ()) THEN content END AS content
      FROM dossier_version
     WHERE duty_id = $1 AND stage = $2
     ORDER BY version)sql"};

constexpr pg::Statement kListSteps{"escalation_list_dossier_steps", R"sql(
    SELECT * FROM dossier_step
     WHERE duty_id = $1 AND stage = $2
     ORDER BY taken_at, id)sql"};

constexpr pg::Statement kListTicks{"escalation_list_dossier_ticks", R"sql(
    SELECT version, field FROM dossier_tick
     WHERE duty_id = $1 AND stage = $2)sql"};

constexpr pg::Statement kListReceipts{"escalation_list_dossier_receipts", R"sql(
    SELECT id, kind, media_type, size, person, attached_at, head FROM dossier_receipt
     WHERE duty_id = $1 AND stage = $2
     ORDER BY id)sql"};

// Of each stage the version that was told (4), or else the newest that was approved (2), or else the newest.
constexpr pg::Statement kListOthers{"escalation_list_other_dossiers", R"sql(
    SELECT DISTINCT ON (v.stage) v.id, v.stage, v.content
      FROM dossier_version v
     WHERE v.duty_id = $1 AND v.stage <> $2 AND v.content IS NOT NULL
     ORDER BY v.stage,
              EXISTS (SELECT FROM dossier_step s
                       WHERE s.duty_id = v.duty_id AND s.stage = v.stage AND s.version = v.version
                         AND s.kind = 4) DESC,
              EXISTS (SELECT FROM dossier_step s
                       WHERE s.duty_id = v.duty_id AND s.stage = v.stage AND s.version = v.version
                         AND s.kind = 2) DESC,
              v.version DESC)sql"};

constexpr pg::Statement kSetKey{"escalation_set_duty_key",
                                "UPDATE duty SET wrapped_key = $2 WHERE id = $1"};

constexpr pg::Statement kAppendVersion{"escalation_append_dossier_version", R"sql(
    INSERT INTO dossier_version (id, tenant, duty_id, stage, version, person, written_at, content)
    VALUES                      ($1, $2,     $3,      $4,    $5,      $6,     $7,         $8))sql"};

constexpr pg::Statement kAppendStep{"escalation_append_dossier_step", R"sql(
    INSERT INTO dossier_step (id, tenant, duty_id, stage, version, kind, person, taken_at, statement)
    VALUES                   ($1, $2,     $3,      $4,    $5,      $6,   $7,     $8,       $9))sql"};

constexpr pg::Statement kTick{"escalation_tick_fields", R"sql(
    INSERT INTO dossier_tick (duty_id, stage, version, field)
    SELECT $1, $2, $3, * FROM unnest($4::text[])
    ON CONFLICT DO NOTHING)sql"};

constexpr pg::Statement kUntick{"escalation_untick_fields", R"sql(
    DELETE FROM dossier_tick
     WHERE duty_id = $1 AND stage = $2 AND version = $3 AND field = ANY ($4::text[]))sql"};

constexpr pg::Statement kAppendReceipt{"escalation_append_receipt", R"sql(
    INSERT INTO dossier_receipt (id, tenant, duty_id, stage, kind, media_type, size, person,
                                 attached_at, head, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11))sql"};

constexpr pg::Statement kReadReceipt{"escalation_read_receipt", R"sql(
    SELECT * FROM dossier_receipt
     WHERE duty_id = $1 AND stage = $2 AND id = $3 AND content IS NOT NULL)sql"};

constexpr pg::Statement kEraseVersions{
    "escalation_erase_dossier_versions",
    "UPDATE dossier_version SET content = NULL WHERE duty_id = $1 AND content IS NOT NULL"};
constexpr pg::Statement kEraseStatements{
    "escalation_erase_dossier_steps",
    "UPDATE dossier_step SET statement = NULL WHERE duty_id = $1 AND statement IS NOT NULL"};
constexpr pg::Statement kEraseTicks{"escalation_erase_dossier_ticks",
                                    "DELETE FROM dossier_tick WHERE duty_id = $1"};
constexpr pg::Statement kEraseReceipts{
    "escalation_erase_receipts",
    "UPDATE dossier_receipt SET head = NULL, content = NULL WHERE duty_id = $1 AND content IS NOT NULL"};

std::string ContentContext(const std::string& id) { return "dossier.content/" + id; }
std::string StatementContext(const std::string& id) { return "dossier.statement/" + id; }
std::string HeadContext(const std::string& id) { return "receipt.head/" + id; }
std::string FileContext(const std::string& id) { return "receipt.content/" + id; }

// What a column holds, opened; unset when it holds nothing.
absl::StatusOr<std::optional<std::string>> Opened(const DutyKey& key, const pg::Row& row,
                                                  const char* column, const std::string& context) {
  if (row.IsNull(column)) return std::nullopt;
  if (!key) return absl::DataLossError("the key of " + context + " is gone, and the text is not");
  AVVIK_ASSIGN_OR_RETURN(std::string text, key->Open(row.Bytes(column), context));
  return text;
}

absl::StatusOr<FieldValues> ValuesFrom(const std::string& bytes, const std::string& id) {
  v1::StoredDossier stored;
  if (!stored.ParseFromString(bytes)) {
    return absl::DataLossError("version " + id + " of a dossier cannot be read");
  }
  FieldValues values;
  for (const v1::StoredValue& value : stored.values()) {
    values[value.field()] = {value.value(), value.origin()};
  }
  return values;
}

std::string BytesOf(const FieldValues& values) {
  v1::StoredDossier stored;
  for (const auto& [field, filled] : values) {
    v1::StoredValue* value = stored.add_values();
    value->set_field(field);
    *value->mutable_value() = filled.value;
    value->set_origin(filled.origin);
  }
  return stored.SerializeAsString();
}

absl::Status ReadVersions(const pg::Rows& rows, const DutyKey& key, StageDossier& dossier) {
  for (const pg::Row row : rows) {
    DossierVersion& version = dossier.versions.emplace_back();
    version.id = row.Text("id");
    version.version = static_cast<int>(row.Int("version"));
    version.person = row.Text("person");
    version.time = row.Time("written_at");
    AVVIK_ASSIGN_OR_RETURN(const std::optional<std::string> content,
                           Opened(key, row, "content", ContentContext(version.id)));
    if (!content) continue;
    AVVIK_ASSIGN_OR_RETURN(version.values, ValuesFrom(*content, version.id));
  }
  return absl::OkStatus();
}

absl::Status ReadSteps(const pg::Rows& rows, const DutyKey& key, StageDossier& dossier) {
  for (const pg::Row row : rows) {
    DossierStep& step = dossier.steps.emplace_back();
    step.id = row.Text("id");
    step.kind = static_cast<DossierStepKind>(row.Int("kind"));
    step.version = static_cast<int>(row.Int("version"));
    step.person = row.Text("person");
    step.time = row.Time("taken_at");
    AVVIK_ASSIGN_OR_RETURN(std::optional<std::string> statement,
                           Opened(key, row, "statement", StatementContext(step.id)));
    step.statement = std::move(statement).value_or("");
  }
  return absl::OkStatus();
}

absl::StatusOr<Receipt> ReceiptFrom(const pg::Row& row, const DutyKey& key) {
  Receipt receipt;
  receipt.id = row.Text("id");
  receipt.kind = static_cast<v1::ReceiptKind>(row.Int("kind"));
  receipt.media_type = row.Text("media_type");
  receipt.size = row.Int("size");
  receipt.person = row.Text("person");
  receipt.time = row.Time("attached_at");
  AVVIK_ASSIGN_OR_RETURN(const std::optional<std::string> head,
                         Opened(key, row, "head", HeadContext(receipt.id)));
  v1::StoredReceipt stored;
  if (!stored.ParseFromString(head.value_or(""))) {
    return absl::DataLossError("the name of receipt " + receipt.id + " cannot be read");
  }
  receipt.filename = stored.filename();
  receipt.sha256 = stored.sha256();
  return receipt;
}

}  // namespace

absl::StatusOr<StageDossier> ReadDossier(pg::Transaction& transaction, const DutyKey& key,
                                         const std::string& duty_id, const std::string& stage,
                                         int version) {
  StageDossier dossier;
  dossier.stage = stage;
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows versions,
                         transaction.Execute(kListVersions, {duty_id, stage, version}));
  AVVIK_RETURN_IF_ERROR(ReadVersions(versions, key, dossier));
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows steps, transaction.Execute(kListSteps, {duty_id, stage}));
  AVVIK_RETURN_IF_ERROR(ReadSteps(steps, key, dossier));
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows ticks, transaction.Execute(kListTicks, {duty_id, stage}));
  for (const pg::Row row : ticks) {
    dossier.ticks[static_cast<int>(row.Int("version"))].insert(row.Text("field"));
  }
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows receipts,
                         transaction.Execute(kListReceipts, {duty_id, stage}));
  for (const pg::Row row : receipts) {
    AVVIK_ASSIGN_OR_RETURN(Receipt receipt, ReceiptFrom(row, key));
    dossier.receipts.push_back(std::move(receipt));
  }
  return dossier;
}

absl::StatusOr<std::map<std::string, FieldValues>> ReadOthers(pg::Transaction& transaction,
                                                              const DutyKey& key,
                                                              const std::string& duty_id,
                                                              const std::string& stage) {
  std::map<std::string, FieldValues> others;
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kListOthers, {duty_id, stage}));
  for (const pg::Row row : rows) {
    const std::string id = row.Text("id");
    AVVIK_ASSIGN_OR_RETURN(const std::optional<std::string> content,
                           Opened(key, row, "content", ContentContext(id)));
    AVVIK_ASSIGN_OR_RETURN(others[row.Text("stage")], ValuesFrom(content.value_or(""), id));
  }
  return others;
}

absl::StatusOr<secrecy::DataKey> KeyForDossier(pg::Transaction& transaction, secrecy::Vault& vault,
                                               Duty& duty) {
  if (!duty.wrapped_key.empty()) return vault.Unwrap(duty.tenant, duty.wrapped_key);
  AVVIK_ASSIGN_OR_RETURN(secrecy::DataKey key, vault.NewKey(duty.tenant));
  duty.wrapped_key = key.wrapped();
  AVVIK_RETURN_IF_ERROR(
      transaction.Execute(kSetKey, {duty.id, pg::Bytes{duty.wrapped_key}}).status());
  return key;
}

absl::Status AppendVersion(pg::Transaction& transaction, const secrecy::DataKey& key,
                           const Duty& duty, const std::string& stage,
                           const DossierVersion& version) {
  const std::string content =
      key.Seal(BytesOf(version.values.value_or(FieldValues())), ContentContext(version.id));
  return transaction
      .Execute(kAppendVersion, {version.id, duty.tenant, duty.id, stage, version.version,
                                version.person, version.time, pg::Bytes{content}})
      .status();
}

absl::Status AppendStep(pg::Transaction& transaction, const secrecy::DataKey& key, const Duty& duty,
                        const std::string& stage, const DossierStep& step) {
  const std::string statement = key.Seal(step.statement, StatementContext(step.id));
  return transaction
      .Execute(kAppendStep,
               {step.id, duty.tenant, duty.id, stage, step.version, static_cast<int>(step.kind),
                step.person, step.time,
                step.statement.empty() ? pg::Param(std::nullopt) : pg::Param(pg::Bytes{statement})})
      .status();
}

absl::Status WriteTicks(pg::Transaction& transaction, const Duty& duty, const std::string& stage,
                        const DossierChange& change) {
  AVVIK_RETURN_IF_ERROR(transaction
                            .Execute(kTick, {duty.id, stage, change.ticked_version,
                                             pg::TextArray(change.ticked)})
                            .status());
  return transaction
      .Execute(kUntick, {duty.id, stage, change.ticked_version, pg::TextArray(change.unticked)})
      .status();
}

absl::Status AppendReceipt(pg::Transaction& transaction, const secrecy::DataKey& key,
                           const Duty& duty, const std::string& stage, const ReceiptFile& file) {
  const Receipt& receipt = file.receipt;
  v1::StoredReceipt stored;
  stored.set_filename(receipt.filename);
  stored.set_sha256(receipt.sha256);
  const std::string head = key.Seal(stored.SerializeAsString(), HeadContext(receipt.id));
  const std::string content = key.Seal(file.content, FileContext(receipt.id));
  return transaction
      .Execute(kAppendReceipt,
               {receipt.id, duty.tenant, duty.id, stage, static_cast<int>(receipt.kind),
                receipt.media_type, receipt.size, receipt.person, receipt.time, pg::Bytes{head},
                pg::Bytes{content}})
      .status();
}

absl::StatusOr<ReceiptFile> ReadReceipt(pg::Transaction& transaction, const DutyKey& key,
                                        const std::string& duty_id, const std::string& stage,
                                        const std::string& receipt_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction.Execute(kReadReceipt, {duty_id, stage, receipt_id}));
  if (rows.empty()) return error::ReceiptNotFound(receipt_id);
  ReceiptFile file;
  AVVIK_ASSIGN_OR_RETURN(file.receipt, ReceiptFrom(rows[0], key));
  AVVIK_ASSIGN_OR_RETURN(std::optional<std::string> content,
                         Opened(key, rows[0], "content", FileContext(receipt_id)));
  file.content = std::move(content).value_or("");
  return file;
}

absl::Status TellDossier(pg::Transaction& transaction, IdSource& ids, const Duty& duty,
                         const StageDossier& dossier, int version, const std::string& person,
                         absl::Time now, const std::string& trace_parent) {
  return events::Append(
      transaction,
      std::vector{DossierEvent(ids, duty, dossier, version, person, now, trace_parent)});
}

absl::StatusOr<ErasedDossiers> EraseDossiers(pg::Transaction& transaction,
                                             const std::string& duty_id) {
  ErasedDossiers erased;
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows versions, transaction.Execute(kEraseVersions, {duty_id}));
  erased.versions = static_cast<int>(versions.affected());
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows steps, transaction.Execute(kEraseStatements, {duty_id}));
  erased.statements = static_cast<int>(steps.affected());
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows receipts, transaction.Execute(kEraseReceipts, {duty_id}));
  erased.receipts = static_cast<int>(receipts.affected());
  AVVIK_RETURN_IF_ERROR(transaction.Execute(kEraseTicks, {duty_id}).status());
  return erased;
}

}  // namespace avvik::escalation
