#include "services/escalation/duty_rows.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/status/macros.h"

namespace avvik::escalation {
namespace {

std::string RuleOutContext(const std::string& duty_id) { return "duty.rule_out_reason/" + duty_id; }
std::string ExternalIdContext(const std::string& duty_id, const std::string& stage) {
  return "stage.external_id/" + duty_id + "/" + stage;
}
std::string ReasonContext(const std::string& duty_id, const std::string& stage) {
  return "stage.reason/" + duty_id + "/" + stage;
}

// What is not written is NULL, with or without a key.
pg::Param Sealed(const DutyKey& key, const std::string& text, const std::string& context) {
  if (text.empty() || !key) return std::nullopt;
  return pg::Bytes{key->Seal(text, context)};
}

absl::StatusOr<std::string> Opened(const DutyKey& key, const pg::Row& row, const char* column,
                                   const std::string& context) {
  if (row.IsNull(column)) return std::string();
  if (!key) return absl::DataLossError("the key of " + context + " is gone, and the text is not");
  return key->Open(row.Bytes(column), context);
}

bool HoldsTexts(const Duty& duty) {
  return !duty.rule_out_reason.empty() ||
         std::any_of(duty.stages.begin(), duty.stages.end(), [](const DutyStage& stage) {
           return !stage.external_id.empty() || !stage.reason.empty();
         });
}

}  // namespace

absl::StatusOr<DutyKey> OpenKey(secrecy::Vault& vault, const Duty& duty) {
  if (duty.wrapped_key.empty()) return DutyKey();
  AVVIK_ASSIGN_OR_RETURN(secrecy::DataKey key, vault.Unwrap(duty.tenant, duty.wrapped_key));
  return DutyKey(std::move(key));
}

absl::StatusOr<DutyKey> KeyForWriting(secrecy::Vault& vault, Duty& duty) {
  if (!duty.wrapped_key.empty() || !HoldsTexts(duty)) return OpenKey(vault, duty);
  AVVIK_ASSIGN_OR_RETURN(secrecy::DataKey key, vault.NewKey(duty.tenant));
  duty.wrapped_key = key.wrapped();
  return DutyKey(std::move(key));
}

Duty DutyFromRow(const pg::Row& row) {
  Duty duty;
  duty.id = row.Text("id");
  duty.tenant = row.Text("tenant");
  duty.case_id = row.Text("case_id");
  duty.number = row.Text("number");
  duty.regime = row.Text("regime");
  duty.regime_version = row.Text("regime_version");
  duty.entity = {row.Text("entity"), row.Text("entity_name")};
  duty.state = static_cast<DutyState>(row.Int("state"));
  duty.reasons = row.TextArray("reasons");
  duty.aware_time = row.Time("aware_at");
  duty.handled_time = row.OptionalTime("handled_at");
  duty.rule_out_person = row.Text("rule_out_person");
  duty.ruled_out_from = static_cast<DutyState>(row.Int("ruled_out_from"));
  duty.unit = row.Text("unit");
  duty.sphere = static_cast<type::v1::Sphere>(row.Int("sphere"));
  duty.parties = row.TextArray("parties");
  duty.erase_time = row.OptionalTime("erased_at");
  duty.wrapped_key = row.Bytes("wrapped_key");
  duty.create_time = row.Time("created_at");
  duty.update_time = row.Time("updated_at");
  duty.version = row.Int("version");
  return duty;
}

absl::Status OpenTexts(const pg::Row& row, const DutyKey& key, Duty& duty) {
  AVVIK_ASSIGN_OR_RETURN(duty.rule_out_reason,
                         Opened(key, row, "rule_out_reason", RuleOutContext(duty.id)));
  return absl::OkStatus();
}

absl::StatusOr<DutyStage> StageFromRow(const pg::Row& row, const DutyKey& key) {
  const std::string duty_id = row.Text("duty_id");
  DutyStage stage;
  stage.id = row.Text("stage");
  stage.state = static_cast<StageState>(row.Int("state"));
  stage.statutory = row.Bool("statutory");
  stage.times = {row.OptionalTime("target_at"), row.OptionalTime("outer_at"),
                 row.OptionalTime("remind_at")};
  stage.submit_time = row.OptionalTime("submitted_at");
  AVVIK_ASSIGN_OR_RETURN(stage.external_id,
                         Opened(key, row, "external_id", ExternalIdContext(duty_id, stage.id)));
  AVVIK_ASSIGN_OR_RETURN(stage.reason,
                         Opened(key, row, "reason", ReasonContext(duty_id, stage.id)));
  stage.dossier_version = static_cast<int>(row.Int("dossier_version"));
  return stage;
}

std::vector<pg::Param> DutyColumns(const Duty& duty, const DutyKey& key) {
  return {duty.id,
          duty.tenant,
          duty.case_id,
          duty.number,
          duty.regime,
          duty.regime_version,
          duty.entity.unit,
          duty.entity.name,
          static_cast<int>(duty.state),
          pg::TextArray(duty.reasons),
          duty.aware_time,
          duty.handled_time,
          Sealed(key, duty.rule_out_reason, RuleOutContext(duty.id)),
          duty.rule_out_person,
          static_cast<int>(duty.ruled_out_from),
          duty.unit,
          pg::TextArray(duty.parties),
          UrgentTime(duty),
          NextDueTime(duty),
          duty.create_time,
          duty.update_time,
          duty.version,
          static_cast<int>(duty.sphere),
          duty.wrapped_key.empty() ? pg::Param(std::nullopt)
                                   : pg::Param(pg::Bytes{duty.wrapped_key}),
          duty.erase_time};
}

std::vector<pg::Param> StageColumns(const Duty& duty, const DutyKey& key) {
  std::vector<std::vector<pg::Param>> columns(11);
  int place = 0;
  for (const DutyStage& stage : duty.stages) {
    std::size_t column = 0;
    for (pg::Param value :
         {pg::Param(stage.id), pg::Param(place++), pg::Param(static_cast<int>(stage.state)),
          pg::Param(stage.statutory), pg::Param(stage.times.target), pg::Param(stage.times.outer),
          pg::Param(stage.times.remind), pg::Param(stage.submit_time),
          Sealed(key, stage.external_id, ExternalIdContext(duty.id, stage.id)),
          Sealed(key, stage.reason, ReasonContext(duty.id, stage.id)),
          pg::Param(stage.dossier_version)}) {
      columns[column++].push_back(std::move(value));
    }
  }
  std::vector<pg::Param> arrays;
  for (const auto& column : columns) arrays.push_back(pg::Array(column));
  return arrays;
}

}  // namespace avvik::escalation
