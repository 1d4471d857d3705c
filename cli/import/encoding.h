// How a file's characters are written.
#pragma once

#include <string>

namespace avvik::cli {

enum class Encoding {
  kUtf8,
  kWindows1252,  // Also Latin-1: what older spreadsheets in Western Europe write.
};

// `text` as UTF-8. False when it is not what `encoding` says; `*fault` then tells what to do.
bool Decode(Encoding encoding, std::string* text, std::string* fault);

}  // namespace avvik::cli
