// Whether a request that carries a session cookie was made by our own pages (OWASP: cross-site
// request forgery). The cookie's SameSite=Strict is the first fence, this is the second.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "services/gateway/http_message.h"

namespace avvik::gateway {

// The header that our pages send with every request that changes something. Another site's page
// cannot send it without being allowed to by CORS, which nobody is.
inline constexpr char kRequestHeader[] = "Avvik-Request";

// OK, or PERMISSION_DENIED with reason `FORGERY`. What the browser says of the page that asks
// (`Sec-Fetch-Site`, `Origin`) must name ourselves, `own_origin`, wherever it is said. A method
// that changes something needs one of the two, and `Avvik-Request: 1`.
absl::Status CheckForgery(const HttpRequestHead& head, const std::string& own_origin);

}  // namespace avvik::gateway
