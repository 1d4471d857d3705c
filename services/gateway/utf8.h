// What the gateway asks of text from outside before it goes on: valid UTF-8 (RFC 3629) without NUL.
#pragma once

#include <string>
#include <string_view>

namespace avvik::gateway {

// Where the first byte of an invalid sequence is; npos when the text is valid.
size_t FindInvalidUtf8(std::string_view text);

// At most `most` bytes of valid text, not ending within a character.
std::string CutUtf8(std::string_view text, size_t most);

// Why `text` cannot be the value of a text field, to follow the field's name; empty when it can.
std::string WhyNotText(std::string_view text);

}  // namespace avvik::gateway
