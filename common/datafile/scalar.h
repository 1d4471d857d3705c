// Turns one text of a data file into the value of a field.
#pragma once

#include <string>

#include "common/datafile/tree.h"
#include "google/protobuf/message.h"

namespace avvik::datafile {

// Whether a field of this kind is written as one text: everything but messages, and of those
// Timestamp and Duration.
bool IsScalar(const google::protobuf::FieldDescriptor* field);

// Sets `field` of `*out` from `value`, or adds to it when it is repeated. Returns what would be
// right, beginning with "must", and sets nothing, when the value does not fit; empty when all is
// well. Needs IsScalar(field).
std::string SetScalar(const Value& value, const google::protobuf::FieldDescriptor* field,
                      google::protobuf::Message* out);

}  // namespace avvik::datafile
