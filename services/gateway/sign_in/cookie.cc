#include "services/gateway/sign_in/cookie.h"

namespace avvik::gateway {

std::string_view CookieValue(std::string_view header, std::string_view name) {
  std::string_view value;
  bool found = false;
  while (!header.empty()) {
    const size_t end = header.find(';');
    std::string_view pair = header.substr(0, end);
    header = end == std::string_view::npos ? "" : header.substr(end + 1);
    while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
    while (!pair.empty() && pair.back() == ' ') pair.remove_suffix(1);
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    if (found) return "";
    found = true;
    value = pair.substr(equals + 1);
  }
  return value;
}

HttpHeader SetCookie(std::string_view name, std::string_view value, SameSite same_site,
                     std::optional<absl::Duration> lifetime) {
  std::string text = std::string(name) + "=" + std::string(value);
  text += "; Path=/; Secure; HttpOnly; SameSite=";
  text += same_site == SameSite::kStrict ? "Strict" : "Lax";
  if (lifetime) text += "; Max-Age=" + std::to_string(absl::ToInt64Seconds(*lifetime));
  return {"Set-Cookie", text};
}

HttpHeader DropCookie(std::string_view name, SameSite same_site) {
  return SetCookie(name, "", same_site, absl::ZeroDuration());
}

}  // namespace avvik::gateway
