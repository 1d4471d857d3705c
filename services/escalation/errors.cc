#include "services/escalation/errors.h"

#include <fmt/format.h>

#include "common/status/error.h"

namespace avvik::escalation::error {
namespace {

absl::Status Refused(const std::string& message, const std::string& reason,
                     const std::map<std::string, std::string>& metadata = {}) {
  return status::Error(absl::StatusCode::kFailedPrecondition, message, reason, metadata);
}

}  // namespace

absl::Status DutyNotFound(const std::string& duty_id) {
  return status::Error(absl::StatusCode::kNotFound, fmt::format("there is no duty {}", duty_id),
                       "DUTY_NOT_FOUND", {{"duty_id", duty_id}});
}

absl::Status AlarmNotFound(const std::string& alarm_id) {
  return status::Error(absl::StatusCode::kNotFound, fmt::format("there is no alarm {}", alarm_id),
                       "ALARM_NOT_FOUND", {{"alarm_id", alarm_id}});
}

absl::Status CaseNotFound(const std::string& reference) {
  return status::Error(absl::StatusCode::kNotFound, fmt::format("there is no case {}", reference),
                       "CASE_NOT_FOUND", {{"case_id", reference}});
}

absl::Status AssessmentHasChanged(const std::string& number) {
  return status::Error(absl::StatusCode::kAborted,
                       "the assessment has changed since it was read: read it again",
                       "ASSESSMENT_CHANGED", {{"number", number}});
}

absl::Status StageNotFound(const std::string& stage) {
  return status::Error(absl::StatusCode::kNotFound,
                       fmt::format("the duty has no stage '{}'", stage), "STAGE_NOT_FOUND",
                       {{"stage", stage}});
}

absl::Status DutyHasChanged(const std::string& duty_id) {
  return status::Error(absl::StatusCode::kAborted,
                       "the duty has changed since it was read: read it again", "DUTY_CHANGED",
                       {{"duty_id", duty_id}});
}

absl::Status DutyIsRuledOut() {
  return Refused("the duty is ruled out: nothing is to be told", "DUTY_RULED_OUT");
}

absl::Status DutyIsFulfilled() {
  return Refused("the duty is fulfilled: it cannot be ruled out any more", "DUTY_FULFILLED");
}

absl::Status CaseErased(const std::string& number) {
  return Refused(fmt::format("case {} was erased; nothing of its duties can be changed", number),
                 "CASE_ERASED", {{"number", number}});
}

absl::Status StageNotApplicable(const std::string& stage) {
  return Refused(fmt::format("the stage '{}' does not apply to the case as it stands", stage),
                 "STAGE_NOT_APPLICABLE", {{"stage", stage}});
}

absl::Status StageWaits(const std::string& stage, const std::string& first) {
  return Refused(fmt::format("the stage '{}' comes after '{}'", stage, first), "STAGE_WAITS",
                 {{"stage", stage}, {"first", first}});
}

absl::Status StageAlreadySubmitted(const std::string& stage) {
  return Refused(fmt::format("the stage '{}' was submitted before, with other particulars", stage),
                 "STAGE_ALREADY_SUBMITTED", {{"stage", stage}});
}

absl::Status RegimeVersionUnknown(const std::string& regime, const std::string& version) {
  return Refused(fmt::format("the regime files hold no version '{}' of {}", version, regime),
                 "REGIME_VERSION_UNKNOWN", {{"regime", regime}, {"version", version}});
}

absl::Status NoOrganisation(const std::string& tenant) {
  return status::Error(absl::StatusCode::kUnavailable,
                       "no organisation has been applied for " + tenant, "NO_ORGANISATION",
                       {{"tenant", tenant}});
}

absl::Status CalendarFeedNotFound() {
  return status::Error(absl::StatusCode::kNotFound, "there is no such address of a calendar",
                       "CALENDAR_FEED_NOT_FOUND");
}

absl::Status CalendarFeedsFull() {
  return Refused("you have as many addresses of calendars as anybody may: take one back first",
                 "CALENDAR_FEEDS_FULL");
}

absl::Status PersonNeeded() {
  return status::Error(absl::StatusCode::kPermissionDenied, "this is for people, not for machines",
                       "PERSON_NEEDED");
}

absl::Status PersonNotNamed() {
  return Refused("the organisation does not name you, so nothing says what you may see later",
                 "PERSON_NOT_NAMED");
}

absl::Status InvalidEvent(const std::string& what) {
  return status::Error(absl::StatusCode::kInvalidArgument, "the event of the case " + what,
                       "INVALID_EVENT");
}

}  // namespace avvik::escalation::error
