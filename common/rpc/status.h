// The one bridge between absl::Status inside and grpc::Status on the wire.
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace avvik::rpc {

// Longest message on the wire, in bytes; gRPC sends it as metadata, which is bounded.
inline constexpr size_t kMaxMessageBytes = 1024;

// Code, message (cut on a character's border) and details. INTERNAL, UNKNOWN and DATA_LOSS say nothing
// of the inside: their text is replaced by `reference`, under which the log has it.
grpc::Status ToGrpc(const absl::Status& status, const std::string& reference);

// The status a call to another service ended with, with its payloads.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace avvik::rpc
