// Every way in which escalation says no, each with its code and reason.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace avvik::escalation::error {

// NOT_FOUND `DUTY_NOT_FOUND`: there is none, or the caller may not read it.
absl::Status DutyNotFound(const std::string& duty_id);
// NOT_FOUND `ALARM_NOT_FOUND`: there is none, or the caller may not read its duty.
absl::Status AlarmNotFound(const std::string& alarm_id);
// NOT_FOUND `CASE_NOT_FOUND`: there is none, or the caller may not read it.
absl::Status CaseNotFound(const std::string& reference);
// ABORTED `ASSESSMENT_CHANGED`: the etag is of an older version.
absl::Status AssessmentHasChanged(const std::string& number);
// NOT_FOUND `STAGE_NOT_FOUND`.
absl::Status StageNotFound(const std::string& stage);
// ABORTED `DUTY_CHANGED`: the etag is of an older version.
absl::Status DutyHasChanged(const std::string& duty_id);
// FAILED_PRECONDITION `DUTY_RULED_OUT`.
absl::Status DutyIsRuledOut();
// FAILED_PRECONDITION `DUTY_FULFILLED`.
absl::Status DutyIsFulfilled();
// FAILED_PRECONDITION `CASE_ERASED`: with its case, nothing of a duty can be changed any more.
absl::Status CaseErased(const std::string& number);
// FAILED_PRECONDITION `STAGE_NOT_APPLICABLE`: its condition does not hold.
absl::Status StageNotApplicable(const std::string& stage);
// FAILED_PRECONDITION `STAGE_WAITS`: another stage comes first.
absl::Status StageWaits(const std::string& stage, const std::string& first);
// FAILED_PRECONDITION `STAGE_ALREADY_SUBMITTED`, with other particulars than now.
absl::Status StageAlreadySubmitted(const std::string& stage);
// FAILED_PRECONDITION `REGIME_VERSION_UNKNOWN`: the regime files lack what a duty goes by.
absl::Status RegimeVersionUnknown(const std::string& regime, const std::string& version);
// UNAVAILABLE `NO_ORGANISATION`: no organisation was ever applied for the tenant.
absl::Status NoOrganisation(const std::string& tenant);
// FAILED_PRECONDITION `CONTENT_ELSEWHERE`: what the regime's matters are about is not kept here.
absl::Status ContentElsewhere(const std::string& regime);
// FAILED_PRECONDITION `STAGE_HAS_NO_FIELDS`: the authority gives no form for it.
absl::Status StageHasNoFields(const std::string& stage);
// NOT_FOUND `DOSSIER_VERSION_NOT_FOUND`.
absl::Status DossierVersionNotFound(int version);
// NOT_FOUND `RECEIPT_NOT_FOUND`.
absl::Status ReceiptNotFound(const std::string& receipt_id);
// ABORTED `DOSSIER_CHANGED`: the etag is of an older version.
absl::Status DossierHasChanged();
// FAILED_PRECONDITION `DOSSIER_EMPTY`: nobody has written yet.
absl::Status DossierIsEmpty();
// FAILED_PRECONDITION `DOSSIER_NOT_DRAFT`: it was asked for before, or it is approved or told.
absl::Status DossierIsNotDraft();
// FAILED_PRECONDITION `DOSSIER_NOT_IN_REVIEW`: nobody has asked that the newest version is looked at.
absl::Status DossierIsNotInReview();
// FAILED_PRECONDITION `FOUR_EYES`: somebody else than who wrote a version approves it, and never a machine.
absl::Status FourEyes();
// FAILED_PRECONDITION `DOSSIER_INCOMPLETE`: a field that the authority demands is empty.
absl::Status DossierIsIncomplete(const std::string& field);
// FAILED_PRECONDITION `DOSSIER_FINDINGS`: it holds what must not leave, and nobody has said why it may.
absl::Status DossierHasFindings();
// FAILED_PRECONDITION `TOO_MANY_VERSIONS`.
absl::Status TooManyVersions();
// FAILED_PRECONDITION `TOO_MANY_RECEIPTS`: the stage has as many files as it takes.
absl::Status TooManyReceipts();
// INVALID_ARGUMENT `RECEIPT_TYPE`: the file is of no kind that is taken.
absl::Status ReceiptTypeNotTaken();
// INVALID_ARGUMENT `RECEIPT_TOO_LARGE`.
absl::Status ReceiptTooLarge();
// ABORTED `UPLOAD_BROKEN_OFF`: the file did not come in whole.
absl::Status UploadBrokenOff();
// INVALID_ARGUMENT `DEADLINE_NEEDED`: a file is moved within a time that is said.
absl::Status NeedsDeadline();
// RESOURCE_EXHAUSTED `TOO_MANY_TRANSFERS`.
absl::Status TooManyTransfers();
// INVALID_ARGUMENT `INVALID_EVENT`: an event of triage lacks what every case has.
absl::Status InvalidEvent(const std::string& what);

}  // namespace avvik::escalation::error
