// Builds errors that people and programs can act on: a sentence, a stable reason, and the fields that
// are wrong. Payloads are google.rpc.ErrorInfo and google.rpc.BadRequest, which common/rpc carries over
// the wire and the gateway turns into problem JSON.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace avvik::status {

// Something wrong with one field of a request or file.
struct FieldViolation {
  std::string field;        // Path in proto field names, such as `report.title` or `stages[2].id`.
  std::string description;  // What is wrong and what would be right; no value of a sensitive field.
};

// An error with a stable `reason` in UPPER_SNAKE (AIP-193). Whatever is dynamic in the message also
// stands in `metadata`.
absl::Status Error(absl::StatusCode code, const std::string& message, const std::string& reason,
                   const std::map<std::string, std::string>& metadata = {});

// INVALID_ARGUMENT with reason `INVALID_FIELDS`; the message names the first field. Needs at least one
// violation.
absl::Status InvalidFields(const std::vector<FieldViolation>& violations);

// INVALID_ARGUMENT for a single field.
absl::Status InvalidField(const std::string& field, const std::string& description);

// The reason of an error made here; empty for others.
std::string ReasonOf(const absl::Status& status);

// The violations of an error made by InvalidFields; empty for others.
std::vector<FieldViolation> ViolationsOf(const absl::Status& status);

// Type URLs of the two payloads.
inline constexpr char kErrorInfoUrl[] = "type.googleapis.com/google.rpc.ErrorInfo";
inline constexpr char kBadRequestUrl[] = "type.googleapis.com/google.rpc.BadRequest";

}  // namespace avvik::status
