// The forms in which text travels in mail.
#pragma once

#include <string>
#include <string_view>

namespace avvik::delivery {

// Whether `text` may stand in a header: valid UTF-8 without any control character, so that it
// cannot begin a header of its own.
bool IsHeaderSafe(std::string_view text);

// Whether `text` is an address that any mail server takes: ASCII, one `@`, and nothing that has a
// meaning in an SMTP command or a header (RFC 5321 section 4.1.2).
bool IsMailAddress(std::string_view text);

// Unstructured text such as a subject: as it is when short ASCII, otherwise as encoded words on
// folded lines (RFC 2047 section 2). Needs IsHeaderSafe(text).
std::string EncodeHeaderText(std::string_view text);

// A name before an address: a quoted string or encoded words. Needs IsHeaderSafe(text).
std::string EncodePhrase(std::string_view text);

// Text in quoted-printable (RFC 2045 section 6.7) with CRLF line ends, no line longer than 76
// characters. Line ends in `text` may be LF or CRLF.
std::string QuotedPrintable(std::string_view text);

}  // namespace avvik::delivery
