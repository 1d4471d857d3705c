#include "services/triage/case_duty_rows.h"

#include <algorithm>

#include "common/rpc/time.h"
#include "common/status/macros.h"

namespace avvik::triage {
namespace {

// The case's row is locked first, so that of two duties that change at once neither is overlooked.
constexpr pg::Statement kLockCase{"triage_lock_case_of_duty", R"sql(
    SELECT 1 FROM triage_case
     WHERE tenant = $1 AND id = $2 AND erased_at IS NULL
       FOR UPDATE)sql"};

constexpr pg::Statement kPutDuty{"triage_put_duty", R"sql(
    INSERT INTO case_duty (tenant, duty_id, case_id, due_at, submitted_at)
    VALUES                ($1,     $2,      $3,      coalesce($4::timestamptz, 'infinity'), $5)
    ON CONFLICT (tenant, duty_id) DO UPDATE
       SET due_at = excluded.due_at, submitted_at = excluded.submitted_at)sql"};

constexpr pg::Statement kPutDue{"triage_put_due", R"sql(
    UPDATE triage_case SET due_at = due.next
      FROM (SELECT coalesce(min(due_at), 'infinity') AS next FROM case_duty
             WHERE tenant = $1 AND case_id = $2) AS due
     WHERE triage_case.tenant = $1 AND id = $2 AND triage_case.due_at <> due.next)sql"};

constexpr pg::Statement kForgetDuties{"triage_forget_duties", R"sql(
    DELETE FROM case_duty WHERE tenant = $1 AND case_id = $2)sql"};

bool IsOpen(escalation::v1::StageState state) {
  return state == escalation::v1::STAGE_STATE_RUNNING ||
         state == escalation::v1::STAGE_STATE_DUE_SOON ||
         state == escalation::v1::STAGE_STATE_OVERDUE;
}

// When the authority was last told; nothing when it never was.
std::optional<absl::Time> LastSubmitted(const escalation::v1::DutyFacts& duty) {
  std::optional<absl::Time> last;
  for (const escalation::v1::StageFacts& stage : duty.stages()) {
    if (!stage.has_submit_time()) continue;
    const absl::Time told = rpc::FromProtoTime(stage.submit_time());
    last = std::max(last.value_or(told), told);
  }
  return last;
}

}  // namespace

std::optional<absl::Time> NextDue(const escalation::v1::DutyFacts& duty) {
  std::optional<absl::Time> next;
  if (duty.state() != escalation::v1::DUTY_STATE_TO_ASSESS &&
      duty.state() != escalation::v1::DUTY_STATE_REQUIRED) {
    return next;
  }
  for (const escalation::v1::StageFacts& stage : duty.stages()) {
    if (!IsOpen(stage.state()) || !stage.has_target_time()) continue;
    const absl::Time target = rpc::FromProtoTime(stage.target_time());
    next = next.has_value() ? std::min(*next, target) : target;
  }
  return next;
}

absl::Status PutDuty(pg::Transaction& transaction, const std::string& tenant,
                     const escalation::v1::DutyFacts& duty) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows kept,
                         transaction.Execute(kLockCase, {tenant, duty.case_id()}));
  if (kept.empty()) return absl::OkStatus();
  AVVIK_RETURN_IF_ERROR(
      transaction.Execute(kPutDuty, {tenant, duty.duty_id(), duty.case_id(), NextDue(duty),
                                     LastSubmitted(duty)})
          .status());
  return transaction.Execute(kPutDue, {tenant, duty.case_id()}).status();
}

absl::Status ForgetDuties(pg::Transaction& transaction, const std::string& tenant,
                          const std::string& case_id) {
  AVVIK_RETURN_IF_ERROR(transaction.Execute(kForgetDuties, {tenant, case_id}).status());
  return transaction.Execute(kPutDue, {tenant, case_id}).status();
}

}  // namespace avvik::triage
