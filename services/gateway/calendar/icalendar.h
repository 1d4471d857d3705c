// Deadlines as iCalendar (RFC 5545, RFC 7986): what telephones and desktops can follow. Pure.
#pragma once

#include <string>
#include <string_view>

#include "avvik/escalation/v1/calendar.pb.h"

namespace avvik::gateway {

inline constexpr char kCalendarType[] = "text/calendar; charset=utf-8";

// The calendar of what an address gives. `public_url` is our address as browsers see it, without a slash at
// its end: the links in it begin so. The same content gives the same text.
std::string ICalendar(const escalation::v1::ReadCalendarFeedResponse& feed,
                      std::string_view public_url);

// A value of type TEXT (section 3.3.11): what would end or part it is escaped, control characters are left out.
std::string EscapedText(std::string_view text);

// A content line with its end, folded after 75 octets, never within a character (section 3.1).
std::string ContentLine(std::string_view line);

}  // namespace avvik::gateway
