#include "services/delivery/errors.h"

#include "common/status/error.h"

namespace avvik::delivery::error {

using status::Error;

absl::Status NoticeNotFound(const std::string& notice_id) {
  return Error(absl::StatusCode::kNotFound, "there is no notice " + notice_id, "NOTICE_NOT_FOUND",
               {{"notice", notice_id}});
}

absl::Status NoticeNotRetryable(const std::string& notice_id, v1::NoticeState state) {
  return Error(
      absl::StatusCode::kFailedPrecondition,
      "only a waiting or failed notice is tried again; this one is " + v1::NoticeState_Name(state),
      "NOTICE_NOT_RETRYABLE", {{"notice", notice_id}, {"state", v1::NoticeState_Name(state)}});
}

absl::Status AddressErased(const std::string& notice_id) {
  return Error(absl::StatusCode::kFailedPrecondition,
               "the notice is so old that its address has been erased", "ADDRESS_ERASED",
               {{"notice", notice_id}});
}

absl::Status NoOrganisation(const std::string& tenant) {
  return Error(absl::StatusCode::kUnavailable, "no organisation is known for " + tenant,
               "NO_ORGANISATION", {{"tenant", tenant}});
}

absl::Status CaseNotHeardOf(const std::string& number) {
  return Error(absl::StatusCode::kUnavailable, "case " + number + " has not been heard of yet",
               "CASE_NOT_HEARD_OF", {{"number", number}});
}

absl::Status CaseParked(const std::string& number) {
  return Error(absl::StatusCode::kFailedPrecondition,
               "the events of case " + number + " are parked; replay those first", "CASE_PARKED",
               {{"number", number}});
}

absl::Status ReporterNotAsked(const std::string& report_id) {
  return Error(absl::StatusCode::kUnavailable, "the reporter of " + report_id + " is not known yet",
               "REPORTER_NOT_ASKED", {{"report", report_id}});
}

}  // namespace avvik::delivery::error
