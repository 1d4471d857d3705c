// Writes messages as JSON in the proto3 JSON mapping.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/statusor.h"

namespace avvik::gateway {

// The message as JSON: names as in the proto, enums as names, 64-bit numbers as texts, and every
// field without presence, also when it is zero or empty. The same as google::protobuf::util with
// preserve_proto_field_names and always_print_primitive_fields, in a fraction of the time: the
// library describes every type anew for each message. INTERNAL when a message has no JSON form,
// such as a time out of range.
absl::StatusOr<std::string> WriteJson(const google::protobuf::Message& message);

}  // namespace avvik::gateway
