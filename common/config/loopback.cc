#include "common/config/loopback.h"

#include <arpa/inet.h>

#include <string>

namespace avvik::config {

bool IsLoopback(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host == "localhost") return true;
  const std::string text(host);
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
  in6_addr six{};
  return inet_pton(AF_INET6, text.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

std::string_view HostOf(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return "";
  const std::string_view host = address.substr(0, colon);
  // Without brackets the end of a number would be taken for a port.
  if (host.find(':') != std::string_view::npos && (host.front() != '[' || host.back() != ']')) return "";
  return host;
}

}  // namespace avvik::config
