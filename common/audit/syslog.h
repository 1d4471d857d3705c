// The trace as syslog (RFC 5424), for a collector of security events.
#pragma once

#include <string>

#include "avvik/audit/v1/audit.pb.h"

namespace avvik::audit {

// One message without a line break: facility 13 (log audit), severity informational for what was allowed and
// notice for the rest; every field of the record as structured data `avvik@32473`. (32473 is the number
// that RFC 5612 sets aside for whoever has none.)
std::string SyslogLine(const v1::Record& record);
std::string SyslogLine(const v1::Checkpoint& checkpoint);

}  // namespace avvik::audit
