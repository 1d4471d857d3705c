// Values as machines read them.
#pragma once

#include <algorithm>
#include <string>

#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace avvik::escalation {

// The name of an enumeration's value without the enumeration's, such as `lost-device` for
// CATEGORY_LOST_DEVICE.
template <typename Enum>
std::string CodeOf(Enum value) {
  const google::protobuf::EnumDescriptor* type = google::protobuf::GetEnumDescriptor<Enum>();
  const google::protobuf::EnumValueDescriptor* one = type->FindValueByNumber(value);
  const google::protobuf::EnumValueDescriptor* zero = type->FindValueByNumber(0);
  if (one == nullptr) return "unspecified";
  // The first value is called after the enumeration, and UNSPECIFIED.
  std::string code = one->name().substr(zero->name().size() - std::string("UNSPECIFIED").size());
  std::transform(code.begin(), code.end(), code.begin(), [](char c) {
    return c == '_' ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
  return code;
}

// RFC 3339 in UTC with milliseconds.
inline std::string UtcText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

}  // namespace avvik::escalation
