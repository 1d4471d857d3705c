#include "services/triage/organisation_proto.h"

#include "absl/strings/numbers.h"
#include "common/status/error.h"
#include "services/triage/errors.h"

namespace avvik::triage {
namespace {

v1::ChangeKind ToProto(organisation::ChangeKind kind) {
  switch (kind) {
    case organisation::ChangeKind::kAdded:
      return v1::CHANGE_KIND_ADDED;
    case organisation::ChangeKind::kChanged:
      return v1::CHANGE_KIND_CHANGED;
    case organisation::ChangeKind::kRemoved:
      return v1::CHANGE_KIND_REMOVED;
  }
  return v1::CHANGE_KIND_UNSPECIFIED;
}

}  // namespace

google::protobuf::RepeatedPtrField<v1::OrganisationChange> ChangesOf(
    const std::vector<organisation::Change>& changes) {
  google::protobuf::RepeatedPtrField<v1::OrganisationChange> entries;
  for (const organisation::Change& change : changes) {
    v1::OrganisationChange* entry = entries.Add();
    entry->set_subject(change.subject);
    entry->set_kind(ToProto(change.kind));
  }
  return entries;
}

std::string EtagOf(int64_t version) { return std::to_string(version); }

absl::StatusOr<std::optional<int64_t>> VersionOf(const std::string& etag) {
  if (etag.empty()) return std::nullopt;
  int64_t version = 0;
  if (!absl::SimpleAtoi(etag, &version) || version < 0) return error::NoSuchEtag();
  return version;
}

absl::Status WithinRequest(const absl::Status& status) {
  std::vector<status::FieldViolation> violations = status::ViolationsOf(status);
  if (violations.empty()) return status;
  for (auto& violation : violations) violation.field = "organisation." + violation.field;
  return status::InvalidFields(violations);
}

}  // namespace avvik::triage
