// Composing a mail: RFC 5322 with a plain and an HTML alternative.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace avvik::delivery {

struct Mail {
  std::string from_name;
  std::string from;  // Address.
  std::string to;    // Address.
  std::string subject;
  std::string text;
  std::string html;
  std::string language;    // RFC 5646 tag.
  std::string message_id;  // Without brackets.
  std::string thread_id;   // What the mail refers to, without brackets.
  absl::Time date;
  absl::TimeZone zone;  // The sender's, for the date.
};

// The whole message with CRLF line ends, the same for the same mail. INVALID_ARGUMENT names a value
// that cannot stand in a header, never with its content.
absl::StatusOr<std::string> Compose(const Mail& mail);

}  // namespace avvik::delivery
