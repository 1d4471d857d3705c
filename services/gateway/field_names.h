// Finds fields and enum values by the names that callers use, and guesses what a misspelt one
// meant.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

namespace avvik::gateway {

// The field called `name` in the proto (`request_id`) or in JSON (`requestId`); null when there is
// none.
const google::protobuf::FieldDescriptor* FindField(const google::protobuf::Descriptor& message,
                                                   std::string_view name);

// What to say of a name that `message` does not have: "is not a field of …" with the nearest name.
std::string UnknownField(const google::protobuf::Descriptor& message, std::string_view name);

// What to say of a name that `type` does not have: the nearest name, or all names when they are
// few.
std::string UnknownEnumValue(const google::protobuf::EnumDescriptor& type, std::string_view name);

// The nearest of `candidates` by edit distance; empty when none is near.
std::string Nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace avvik::gateway
