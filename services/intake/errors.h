// Everything that can go wrong in intake, each once.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace avvik::intake::error {

// NOT_FOUND: there is no such report, or the caller may not know of it.
absl::Status ReportNotFound(const std::string& reference);
// ALREADY_EXISTS: the request id was used for another report.
absl::Status RequestIdReused(const std::string& request_id);
// ABORTED: the report has changed since.
absl::Status ReportChanged(const std::string& current_etag);
// FAILED_PRECONDITION: the report was taken back.
absl::Status ReportWithdrawn(const std::string& number);
// FAILED_PRECONDITION: the report was erased.
absl::Status ReportErased(const std::string& number);
// FAILED_PRECONDITION: nothing of a matter of national security is kept here.
absl::Status HandledElsewhere(const std::string& number);
// UNAVAILABLE: no organisation was ever applied for the tenant.
absl::Status NoOrganisation(const std::string& tenant);
// RESOURCE_EXHAUSTED: too many reports wait to be written.
absl::Status QueueFull();
// PERMISSION_DENIED: bringing reports from an older register takes a permission of its own.
absl::Status ImportNotAllowed();
// NOT_FOUND: no such municipality, or it takes no anonymous reports.
absl::Status NoAnonymousReporting(const std::string& tenant);
// NOT_FOUND: no report has this receipt.
absl::Status ReceiptUnknown();
// RESOURCE_EXHAUSTED: as many receipts are being hashed as there is room for.
absl::Status ReceiptsBusy();
// FAILED_PRECONDITION, all with the reason PROOF_OF_WORK: the caller gets another challenge.
absl::Status ChallengeUnknown();
absl::Status ChallengeExpired();
absl::Status ChallengeNotSolved();
absl::Status ChallengeUsed();
// FAILED_PRECONDITION: the dialogue has reached its bound.
absl::Status TooManyMessages(const std::string& number);

// NOT_FOUND: there is no such campaign, or the caller may not know of it.
absl::Status CampaignNotFound(const std::string& reference);
// ABORTED: the campaign has changed since.
absl::Status CampaignChanged(const std::string& current_etag);
// FAILED_PRECONDITION: the campaign's case is grouped into another, whose campaign speaks for it.
absl::Status CampaignGrouped(const std::string& number);
// FAILED_PRECONDITION: the campaign's case was erased.
absl::Status CampaignErased(const std::string& number);
// NOT_FOUND: the report's reporter has been given no answer by a campaign.
absl::Status NoAnswer(const std::string& number);

// INVALID_ARGUMENT naming `reporter`: a list is narrowed to the caller's own reports only.
absl::Status OnlyOwnReporter();

}  // namespace avvik::intake::error
