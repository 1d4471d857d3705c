// Everything that can go wrong in delivery, each once.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "avvik/delivery/v1/delivery.pb.h"

namespace avvik::delivery::error {

// NOT_FOUND: there is no such notice, or the caller may not know of it.
absl::Status NoticeNotFound(const std::string& notice_id);
// FAILED_PRECONDITION: only a waiting or failed notice is tried again.
absl::Status NoticeNotRetryable(const std::string& notice_id, v1::NoticeState state);
// FAILED_PRECONDITION: the address has been erased with time.
absl::Status AddressErased(const std::string& notice_id);
// UNAVAILABLE: no organisation is known for the tenant yet.
absl::Status NoOrganisation(const std::string& tenant);
// UNAVAILABLE: the events that opened the case have not been heard yet.
absl::Status CaseNotHeardOf(const std::string& number);
// FAILED_PRECONDITION: the case's own events could not be applied.
absl::Status CaseParked(const std::string& number);
// UNAVAILABLE: intake was not asked for the report, or did not answer.
absl::Status ReporterNotAsked(const std::string& report_id);

}  // namespace avvik::delivery::error
