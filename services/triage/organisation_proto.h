// Between the organisation's versions and the API's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "avvik/triage/v1/triage.pb.h"
#include "common/organisation/diff.h"

namespace avvik::triage {

google::protobuf::RepeatedPtrField<v1::OrganisationChange> ChangesOf(
    const std::vector<organisation::Change>& changes);

// The version as callers give it back.
std::string EtagOf(int64_t version);
// The version that an etag is of; nothing for an empty one. error::NoSuchEtag.
absl::StatusOr<std::optional<int64_t>> VersionOf(const std::string& etag);

// The violations of an organisation as those of the request that holds it.
absl::Status WithinRequest(const absl::Status& status);

}  // namespace avvik::triage
