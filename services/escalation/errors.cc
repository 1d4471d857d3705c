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

absl::Status ContentElsewhere(const std::string& regime) {
  return Refused(fmt::format("what {} is about is not kept here", regime), "CONTENT_ELSEWHERE",
                 {{"regime", regime}});
}

absl::Status StageHasNoFields(const std::string& stage) {
  return Refused(fmt::format("the authority gives no form for the stage '{}'", stage),
                 "STAGE_HAS_NO_FIELDS", {{"stage", stage}});
}

absl::Status DossierVersionNotFound(int version) {
  return status::Error(absl::StatusCode::kNotFound,
                       fmt::format("the dossier has no version {}", version),
                       "DOSSIER_VERSION_NOT_FOUND", {{"version", std::to_string(version)}});
}

absl::Status ReceiptNotFound(const std::string& receipt_id) {
  return status::Error(absl::StatusCode::kNotFound,
                       fmt::format("there is no receipt {}", receipt_id), "RECEIPT_NOT_FOUND",
                       {{"receipt_id", receipt_id}});
}

absl::Status DossierHasChanged() {
  return status::Error(absl::StatusCode::kAborted,
                       "the dossier has changed since it was read: read it again",
                       "DOSSIER_CHANGED");
}

absl::Status DossierIsEmpty() {
  return Refused("nobody has written in the dossier yet", "DOSSIER_EMPTY");
}

absl::Status DossierIsNotDraft() {
  return Refused("the newest version is no draft any more", "DOSSIER_NOT_DRAFT");
}

absl::Status DossierIsNotInReview() {
  return Refused("nobody has asked that the newest version is looked at", "DOSSIER_NOT_IN_REVIEW");
}

absl::Status FourEyes() {
  return Refused("a dossier is approved by a person who did not write it", "FOUR_EYES");
}

absl::Status DossierIsIncomplete(const std::string& field) {
  return Refused(fmt::format("the authority demands the field '{}', which is empty", field),
                 "DOSSIER_INCOMPLETE", {{"field", field}});
}

absl::Status DossierHasFindings() {
  return Refused("the dossier holds what must not leave: change it, or say why it may",
                 "DOSSIER_FINDINGS");
}

absl::Status TooManyVersions() {
  return Refused("the dossier has as many versions as it takes", "TOO_MANY_VERSIONS");
}

absl::Status TooManyReceipts() {
  return Refused("the stage has as many files as it takes", "TOO_MANY_RECEIPTS");
}

absl::Status ReceiptTypeNotTaken() {
  return status::Error(absl::StatusCode::kInvalidArgument,
                       "only PDF, PNG, JPEG and plain text are taken", "RECEIPT_TYPE");
}

absl::Status ReceiptTooLarge() {
  return status::Error(absl::StatusCode::kInvalidArgument, "a file may have at most 5 MiB",
                       "RECEIPT_TOO_LARGE");
}

absl::Status UploadBrokenOff() {
  return status::Error(absl::StatusCode::kAborted,
                       "the file ended before its end; nothing of it was kept", "UPLOAD_BROKEN_OFF");
}

absl::Status NeedsDeadline() {
  return status::Error(absl::StatusCode::kInvalidArgument,
                       "a call that carries a file needs a deadline of at most 15 minutes",
                       "DEADLINE_NEEDED");
}

absl::Status TooManyTransfers() {
  return status::Error(absl::StatusCode::kResourceExhausted,
                       "as many files are on their way as are taken at a time: try again in a moment",
                       "TOO_MANY_TRANSFERS");
}

absl::Status InvalidEvent(const std::string& what) {
  return status::Error(absl::StatusCode::kInvalidArgument, "the event of the case " + what,
                       "INVALID_EVENT");
}

}  // namespace avvik::escalation::error
