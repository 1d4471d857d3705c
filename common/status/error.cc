#include "common/status/error.h"

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"

namespace avvik::status {
namespace {

constexpr char kDomain[] = "avvik";

template <typename Message>
bool ReadPayload(const absl::Status& status, const char* url, Message* out) {
  auto payload = status.GetPayload(url);
  return payload.has_value() && out->ParseFromString(std::string(*payload));
}

}  // namespace

absl::Status Error(absl::StatusCode code, const std::string& message, const std::string& reason,
                   const std::map<std::string, std::string>& metadata) {
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain(kDomain);
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  absl::Status error(code, message);
  error.SetPayload(kErrorInfoUrl, absl::Cord(info.SerializeAsString()));
  return error;
}

absl::Status InvalidFields(const std::vector<FieldViolation>& violations) {
  std::string message = violations.front().field + ": " + violations.front().description;
  if (violations.size() > 1) message += " (and " + std::to_string(violations.size() - 1) + " more)";
  absl::Status error = Error(absl::StatusCode::kInvalidArgument, message, "INVALID_FIELDS",
                             {{"field", violations.front().field}});
  google::rpc::BadRequest bad;
  for (const FieldViolation& violation : violations) {
    auto* entry = bad.add_field_violations();
    entry->set_field(violation.field);
    entry->set_description(violation.description);
  }
  error.SetPayload(kBadRequestUrl, absl::Cord(bad.SerializeAsString()));
  return error;
}

absl::Status InvalidField(const std::string& field, const std::string& description) {
  return InvalidFields({{field, description}});
}

std::string ReasonOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  return ReadPayload(status, kErrorInfoUrl, &info) ? info.reason() : "";
}

std::vector<FieldViolation> ViolationsOf(const absl::Status& status) {
  google::rpc::BadRequest bad;
  std::vector<FieldViolation> violations;
  if (!ReadPayload(status, kBadRequestUrl, &bad)) return violations;
  for (const auto& entry : bad.field_violations()) {
    violations.push_back({entry.field(), entry.description()});
  }
  return violations;
}

}  // namespace avvik::status
