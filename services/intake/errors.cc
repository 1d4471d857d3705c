#include "services/intake/errors.h"

#include "common/status/error.h"

namespace avvik::intake::error {

using status::Error;

absl::Status ReportNotFound(const std::string& reference) {
  return Error(absl::StatusCode::kNotFound, "there is no report " + reference, "REPORT_NOT_FOUND",
               {{"report", reference}});
}

absl::Status RequestIdReused(const std::string& request_id) {
  return Error(absl::StatusCode::kAlreadyExists,
               "request_id was used for a report with other content; choose a new one",
               "REQUEST_ID_REUSED", {{"request_id", request_id}});
}

absl::Status ReportChanged(const std::string& current_etag) {
  return Error(absl::StatusCode::kAborted, "the report has changed since; read it again",
               "REPORT_CHANGED", {{"etag", current_etag}});
}

absl::Status ReportWithdrawn(const std::string& number) {
  return Error(absl::StatusCode::kFailedPrecondition, "report " + number + " was taken back",
               "REPORT_WITHDRAWN", {{"number", number}});
}

absl::Status ReportErased(const std::string& number) {
  return Error(absl::StatusCode::kFailedPrecondition,
               "report " + number + " was erased; nothing of it can be read or changed",
               "REPORT_ERASED", {{"report", number}});
}

absl::Status HandledElsewhere(const std::string& number) {
  return Error(absl::StatusCode::kFailedPrecondition,
               "report " + number +
                   " is of a matter handled outside Avvik; contact the security protection chief",
               "HANDLED_ELSEWHERE", {{"report", number}});
}

absl::Status NoOrganisation(const std::string& tenant) {
  return Error(absl::StatusCode::kUnavailable,
               "no organisation has been applied for " + tenant +
                   "; an administrator does that with `avvik organisation apply`",
               "NO_ORGANISATION", {{"tenant", tenant}});
}

absl::Status QueueFull() {
  return Error(absl::StatusCode::kResourceExhausted,
               "too many reports are being written; try again in a moment", "QUEUE_FULL");
}

absl::Status ImportNotAllowed() {
  return Error(absl::StatusCode::kPermissionDenied,
               "report.origin takes the permission reports.import", "PERMISSION",
               {{"permission", "reports.import"}});
}

absl::Status NoAnonymousReporting(const std::string& tenant) {
  return Error(absl::StatusCode::kNotFound, tenant + " takes no anonymous reports here",
               "NO_ANONYMOUS_REPORTING", {{"tenant", tenant}});
}

absl::Status ReceiptUnknown() {
  return Error(absl::StatusCode::kNotFound, "there is no report with this receipt",
               "RECEIPT_UNKNOWN");
}

absl::Status ReceiptsBusy() {
  return Error(absl::StatusCode::kResourceExhausted,
               "many receipts are being looked up; try again in a moment", "RECEIPTS_BUSY");
}

absl::Status ChallengeUnknown() {
  return Error(absl::StatusCode::kFailedPrecondition,
               "the challenge was not made here; get another", "PROOF_OF_WORK");
}

absl::Status ChallengeExpired() {
  return Error(absl::StatusCode::kFailedPrecondition, "the challenge has expired; get another",
               "PROOF_OF_WORK");
}

absl::Status ChallengeNotSolved() {
  return Error(absl::StatusCode::kFailedPrecondition,
               "this does not solve the challenge; get another", "PROOF_OF_WORK");
}

absl::Status ChallengeUsed() {
  return Error(absl::StatusCode::kFailedPrecondition, "the challenge has been used; get another",
               "PROOF_OF_WORK");
}

absl::Status TooManyMessages(const std::string& number) {
  return Error(absl::StatusCode::kFailedPrecondition,
               "the dialogue about report " + number + " is as long as it can get",
               "TOO_MANY_MESSAGES", {{"number", number}});
}

absl::Status CampaignNotFound(const std::string& reference) {
  return Error(absl::StatusCode::kNotFound, "there is no campaign " + reference,
               "CAMPAIGN_NOT_FOUND", {{"campaign", reference}});
}

absl::Status CampaignChanged(const std::string& current_etag) {
  return Error(absl::StatusCode::kAborted, "the campaign has changed since; read it again",
               "CAMPAIGN_CHANGED", {{"etag", current_etag}});
}

absl::Status CampaignGrouped(const std::string& number) {
  return Error(absl::StatusCode::kFailedPrecondition,
               "the case of campaign " + number +
                   " is grouped into another; that one's campaign speaks for it",
               "CAMPAIGN_GROUPED", {{"number", number}});
}

absl::Status CampaignErased(const std::string& number) {
  return Error(absl::StatusCode::kFailedPrecondition,
               "the case of campaign " + number + " was erased; nobody is answered any more",
               "CAMPAIGN_ERASED", {{"number", number}});
}

absl::Status NoAnswer(const std::string& number) {
  return Error(absl::StatusCode::kNotFound, "report " + number + " has no answer of a campaign",
               "NO_ANSWER", {{"number", number}});
}

absl::Status OnlyOwnReporter() {
  return status::InvalidField("reporter", "takes nothing but `me`");
}

}  // namespace avvik::intake::error
