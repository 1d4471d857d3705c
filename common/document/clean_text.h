// Text as it can be set.
#pragma once

#include <string>
#include <string_view>

namespace avvik::document {

// Makes every line break a line feed and every tab a space; leaves out control characters and those
// that turn the direction of what follows, by which a text could look like another; puts U+FFFD for
// what is no UTF-8; leaves out white space at the end.
std::string CleanText(std::string_view text);

}  // namespace avvik::document
