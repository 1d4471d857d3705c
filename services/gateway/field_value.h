// Puts one value from outside into one field of a message, or says why it cannot be there. The
// forms are those of the proto3 JSON mapping; texts come from JSON strings, paths and query
// parameters alike.
#pragma once

#include <google/protobuf/message.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace avvik::gateway {

// Sets the field, or appends to it when it is repeated, from a JSON value that is neither null nor,
// for a message without a JSON form of its own, an object. Returns what is wrong, to follow the
// field's name; empty when the value is set. The value itself is never repeated in the answer.
std::string SetFromJson(const nlohmann::json& value, const google::protobuf::FieldDescriptor& field,
                        google::protobuf::Message* message);

// The same from text: `true`, `42`, `CATEGORY_LOST_DEVICE`, `2026-03-01T12:00:00Z`.
std::string SetFromText(std::string_view text, const google::protobuf::FieldDescriptor& field,
                        google::protobuf::Message* message);

// Whether values of the field are objects whose members are the fields of its message: not so for
// plain fields and for messages with a JSON form of their own, such as google.protobuf.Timestamp.
bool IsPlainMessage(const google::protobuf::FieldDescriptor& field);

// What a value of the field must be, such as "a whole number from 0 to 4294967295".
std::string Expected(const google::protobuf::FieldDescriptor& field);

}  // namespace avvik::gateway
