// Files that somebody sends, and the leave to do so.
#pragma once

#include <string_view>

namespace avvik::fuzz {

// A file on its way in; of the first byte one bit says whether its reporter is hidden, the others how long
// the pieces are.
void Upload(std::string_view bytes);
// A ticket as it is, or, when the first byte is odd, what one is sealed of.
void UploadTicket(std::string_view bytes);

}  // namespace avvik::fuzz
