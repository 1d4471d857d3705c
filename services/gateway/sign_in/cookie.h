// Cookies (RFC 6265bis) of the sign-in. All begin with `__Host-`: a browser takes them only from
// this very host, over a connection it trusts, and for every path.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "services/gateway/http_message.h"

namespace avvik::gateway {

// Holds the id of a session.
inline constexpr char kSessionCookie[] = "__Host-avvik";
// Holds a sign-in that is under way, sealed.
inline constexpr char kAttemptCookie[] = "__Host-avvik-sign-in";

// Whether the cookie goes along when another site leads here.
enum class SameSite { kLax, kStrict };

// The value of the cookie `name` in a `Cookie` header. Empty when it is not there, and when it is
// there twice: which of the two was set here cannot be told.
std::string_view CookieValue(std::string_view header, std::string_view name);

// `Set-Cookie` for a value without characters that a cookie cannot hold. Without `lifetime` the
// browser forgets it when it is closed.
HttpHeader SetCookie(std::string_view name, std::string_view value, SameSite same_site,
                     std::optional<absl::Duration> lifetime = std::nullopt);

// `Set-Cookie` that makes the browser forget it.
HttpHeader DropCookie(std::string_view name, SameSite same_site);

}  // namespace avvik::gateway
