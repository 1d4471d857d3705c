// Forms that a browser sends without scripts.
#pragma once

#include <string_view>

namespace avvik::fuzz {

// A form's body and the report that becomes of it. An odd first byte: multipart, whose boundary is `b`;
// otherwise urlencoded.
void Form(std::string_view bytes);
// A Content-Type up to the first line feed, and the body of its kind.
void FormKind(std::string_view bytes);

}  // namespace avvik::fuzz
