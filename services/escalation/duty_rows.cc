#include "services/escalation/duty_rows.h"

#include <utility>

namespace avvik::escalation {

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
  duty.rule_out_reason = row.Text("rule_out_reason");
  duty.rule_out_person = row.Text("rule_out_person");
  duty.ruled_out_from = static_cast<DutyState>(row.Int("ruled_out_from"));
  duty.unit = row.Text("unit");
  duty.sphere = static_cast<type::v1::Sphere>(row.Int("sphere"));
  duty.parties = row.TextArray("parties");
  duty.create_time = row.Time("created_at");
  duty.update_time = row.Time("updated_at");
  duty.version = row.Int("version");
  return duty;
}

DutyStage StageFromRow(const pg::Row& row) {
  DutyStage stage;
  stage.id = row.Text("stage");
  stage.state = static_cast<StageState>(row.Int("state"));
  stage.statutory = row.Bool("statutory");
  stage.times = {row.OptionalTime("target_at"), row.OptionalTime("outer_at"),
                 row.OptionalTime("remind_at")};
  stage.submit_time = row.OptionalTime("submitted_at");
  stage.external_id = row.Text("external_id");
  stage.reason = row.Text("reason");
  return stage;
}

std::vector<pg::Param> DutyColumns(const Duty& duty) {
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
          duty.rule_out_reason,
          duty.rule_out_person,
          static_cast<int>(duty.ruled_out_from),
          duty.unit,
          pg::TextArray(duty.parties),
          UrgentTime(duty),
          NextDueTime(duty),
          duty.create_time,
          duty.update_time,
          duty.version,
          static_cast<int>(duty.sphere)};
}

std::vector<pg::Param> StageColumns(const Duty& duty) {
  std::vector<std::vector<pg::Param>> columns(10);
  int place = 0;
  for (const DutyStage& stage : duty.stages) {
    std::size_t column = 0;
    for (pg::Param value :
         {pg::Param(stage.id), pg::Param(place++), pg::Param(static_cast<int>(stage.state)),
          pg::Param(stage.statutory), pg::Param(stage.times.target), pg::Param(stage.times.outer),
          pg::Param(stage.times.remind), pg::Param(stage.submit_time), pg::Param(stage.external_id),
          pg::Param(stage.reason)}) {
      columns[column++].push_back(std::move(value));
    }
  }
  std::vector<pg::Param> arrays;
  for (const auto& column : columns) arrays.push_back(pg::Array(column));
  return arrays;
}

}  // namespace avvik::escalation
