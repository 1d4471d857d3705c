#include "services/gateway/security_headers.h"

namespace avvik::gateway {

std::vector<HttpHeader> SecurityHeaders(bool https) {
  std::vector<HttpHeader> headers = {
      {"Content-Security-Policy",
       "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
       "frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Permissions-Policy",
       "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"}};
  if (https) headers.push_back({"Strict-Transport-Security", "max-age=63072000; includeSubDomains"});
  return headers;
}

}  // namespace avvik::gateway
