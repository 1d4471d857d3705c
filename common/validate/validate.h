// Checks a request or data file against what its proto says of each field:
// `google.api.field_behavior` and `avvik.options.v1.rules`. One check for every service, so that
// handlers begin with good values.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace avvik::validate {

// Most violations reported of one message.
inline constexpr size_t kMaxViolations = 100;
// Longest text of a field without a `max_length`, in code points.
inline constexpr size_t kDefaultMaxLength = 200;
// Most items of a repeated field without `max_items`.
inline constexpr size_t kDefaultMaxItems = 100;
// Deepest nesting of messages.
inline constexpr int kMaxDepth = 64;

// Checks the whole tree of a generated message and returns INVALID_ARGUMENT (status::InvalidFields)
// with every violation, in the order of the proto, up to kMaxViolations. The rules:
//   required    text with something visible in it, a list with an item, an enum other than zero, a
//               message that is set; a number or yes/no without `optional` counts as given
//   text        valid UTF-8 without control characters; line breaks and tabs only if `multiline`;
//               at most `max_length` code points; of the `format` unless empty; no empty items
//   enum        a value the proto knows
//   number      within `minimum` and `maximum` when `bounded`; never NaN or infinite
//   list        at most `max_items`
//   Timestamp   from 1900-01-01 to the end of 9999, in UTC
// OUTPUT_ONLY fields are not looked at (AIP-203); ClearOutputOnly removes them. Descriptions name
// no text of the caller's, and no number of a `sensitive` field or below one. Thread-safe;
// allocates nothing when the message is good and its type has been seen before.
absl::Status Validate(const google::protobuf::Message& message);

// Clears every OUTPUT_ONLY field of the tree: what callers may send along and nobody heeds
// (AIP-203).
void ClearOutputOnly(google::protobuf::Message* message);

}  // namespace avvik::validate
