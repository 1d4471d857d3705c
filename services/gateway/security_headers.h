// What every answer tells browsers (OWASP Secure Headers).
#pragma once

#include <vector>

#include "services/gateway/http_message.h"

namespace avvik::gateway {

// Load nothing from elsewhere (an image may also stand in the page itself), run no inline script or style, show us in no frame, guess no types,
// share nothing with other sites' windows, tell nobody where the reader came from, use no device.
// With `https` also: never come back without TLS.
std::vector<HttpHeader> SecurityHeaders(bool https);

}  // namespace avvik::gateway
