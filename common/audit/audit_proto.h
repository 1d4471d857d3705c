// Records and checkpoints as the API gives them, and back.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "avvik/audit/v1/audit.pb.h"
#include "common/audit/chain.h"

namespace avvik::audit {

v1::Outcome ToProto(Outcome outcome);
v1::Record ToProto(const std::string& service, const Sealed& sealed);
v1::Checkpoint ToProto(const std::string& service, const Checkpoint& checkpoint);

// INVALID_ARGUMENT when a hash is no hash, or there is no outcome: such a record was not sealed here.
absl::StatusOr<Sealed> FromProto(const v1::Record& record);
absl::StatusOr<Checkpoint> FromProto(const v1::Checkpoint& checkpoint);

}  // namespace avvik::audit
