// Names of fields and enum values, as a person may write them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace avvik::datafile {

// The value called `text`: by its full name or without the prefix of its type, in any case. Null
// when there is none.
const google::protobuf::EnumValueDescriptor* FindEnumValue(
    const google::protobuf::EnumDescriptor* type, std::string_view text);

// The name of a value without the prefix of its type: `COMMITTEE` for UNIT_TYPE_COMMITTEE.
std::string ShortName(const google::protobuf::EnumValueDescriptor* value);

// The one of `names` that `text` was probably meant to be; empty when none is near. Case does not
// count.
std::string Nearest(std::string_view text, const std::vector<std::string>& names);

// `text` for a message: at most 40 characters, in backquotes.
std::string Quote(std::string_view text);

}  // namespace avvik::datafile
