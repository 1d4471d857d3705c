// Everything that can go wrong in triage, each once.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace avvik::triage::error {

// NOT_FOUND: there is no such case, or the caller may not know of it.
absl::Status CaseNotFound(const std::string& reference);
// ABORTED: the case has changed since.
absl::Status CaseChanged(const std::string& current_etag);
// FAILED_PRECONDITION: the state machine does not allow the command.
absl::Status NotInThisState(const std::string& verb, const std::string& state);
// INVALID_ARGUMENT naming `owner`: not a person of the organisation.
absl::Status UnknownOwner(const std::string& login);
// FAILED_PRECONDITION: nobody holds a function that could own the case.
absl::Status NobodyToOwn();
// UNAVAILABLE: no organisation was ever applied for the tenant.
absl::Status NoOrganisation(const std::string& tenant);
// PERMISSION_DENIED: the organisation is another tenant's.
absl::Status OtherTenant(const std::string& tenant);
// NOT_FOUND: intake does not know the report that it told of.
absl::Status ReportUnknown(const std::string& report_id);

}  // namespace avvik::triage::error
