// What a text is made of, found in one pass.
#pragma once

#include <cstddef>
#include <string_view>

namespace avvik::validate {

struct TextFacts {
  bool valid_utf8 = true;    // RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF.
  bool blank = true;         // Nothing but white space and characters without a width.
  bool line_breaks = false;  // Line feed, carriage return, tab, or a Unicode line separator.
  bool controls = false;     // Another control character, NUL among them (category Cc).
  size_t length = 0;         // In code points.
};

// The facts of `text`. When it is not valid UTF-8 the others tell of what comes before the fault.
TextFacts Inspect(std::string_view text);

// Reads the code point at `*position` and moves behind it; -1 and no move when it is not valid
// UTF-8. Needs `*position < text.size()`.
int DecodeUtf8(std::string_view text, size_t* position);

}  // namespace avvik::validate
