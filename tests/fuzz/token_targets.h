// What says who somebody is.
#pragma once

#include <string_view>

namespace avvik::fuzz {

// A token as it is, or, when the first byte is odd, header and claims (parted by a line break) that the
// issuer signs, so that what lies behind the signature is reached.
void AccessToken(std::string_view bytes);
// A provider's key set.
void KeySet(std::string_view bytes);

}  // namespace avvik::fuzz
