#include "cli/import/encoding.h"

#include "cli/import/text.h"
#include "common/validate/text.h"

namespace avvik::cli {

bool Decode(Encoding encoding, std::string* text, std::string* fault) {
  if (encoding == Encoding::kWindows1252) {
    *text = FromWindows1252(*text);
    return true;
  }
  for (size_t at = 0; at < text->size();) {
    if (validate::DecodeUtf8(*text, &at) >= 0) continue;
    *fault = "is not valid UTF-8 (byte " + std::to_string(at + 1) +
             "); for files of older spreadsheets, try --encoding windows-1252";
    return false;
  }
  return true;
}

}  // namespace avvik::cli
