// Small things that are done to texts from older registers. Texts are UTF-8 and in code points;
// what is not valid UTF-8 is passed through byte by byte. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace avvik::cli {

// Without white space at both ends, no-break spaces and byte order marks among it.
std::string Trim(std::string_view text);

// `text` trimmed, in lower case (Latin letters), with white space drawn together to single spaces:
// what is compared.
std::string Fold(std::string_view text);

// White space, line breaks among it, drawn together to single spaces, none at the ends.
std::string DrawTogether(std::string_view text);

// At most `length` characters: cut between words where one ends in the second half, otherwise
// within a word; what is cut ends in `…`. Needs length >= 1.
std::string CutToLength(const std::string& text, size_t length);

// Whether all of it is valid UTF-8.
bool IsUtf8(std::string_view text);

// UTF-8 that was read as Latin-1 or Windows-1252 and written as UTF-8 again (`Ã¥` for `å`), set
// right. Only sequences that are whole characters of UTF-8 are touched.
std::string UndoDoubleEncoding(const std::string& text);

// Windows-1252, and Latin-1 as a part of it, as UTF-8.
std::string FromWindows1252(std::string_view bytes);

}  // namespace avvik::cli
