#include "common/redis/server.h"

#include <algorithm>
#include <string_view>

#include "common/config/loopback.h"

namespace avvik::redis {
namespace {

constexpr std::string_view kPlainScheme = "redis://";
constexpr std::string_view kTlsScheme = "rediss://";

bool IsPort(const std::string& text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

absl::StatusOr<Place> PlaceOf(const Server& server) {
  std::string_view rest = server.address;
  Place place;
  if (rest.starts_with(kTlsScheme)) {
    place.kind = Place::Kind::kTls;
    rest.remove_prefix(kTlsScheme.size());
  } else if (rest.starts_with(kPlainScheme)) {
    place.kind = Place::Kind::kPlain;
    rest.remove_prefix(kPlainScheme.size());
  } else if (rest.find('/') != std::string_view::npos) {
    place.path = server.address;
    return place;
  } else {
    place.kind = Place::Kind::kPlain;
  }
  const size_t colon = rest.rfind(':');
  place.host = std::string(rest.substr(0, colon));
  place.port = colon == std::string_view::npos ? "" : std::string(rest.substr(colon + 1));
  if (place.host.size() > 2 && place.host.front() == '[' && place.host.back() == ']') {
    place.host = place.host.substr(1, place.host.size() - 2);
  }
  if (place.host.empty() || place.host.find('/') != std::string::npos || !IsPort(place.port)) {
    return absl::InvalidArgumentError("--redis must be a unix socket's path, redis://host:port or "
                                      "rediss://host:port, not " +
                                      server.address);
  }
  if (place.kind == Place::Kind::kPlain && !config::IsLoopback(place.host)) {
    return absl::InvalidArgumentError(
        "--redis " + server.address +
        " is a network address without TLS: give rediss://" + std::string(rest) +
        " with --tls-certificate, --tls-key and --tls-authority, and Redis a tls-port; or a unix "
        "socket");
  }
  const tls::Files& files = server.tls;
  if (place.kind == Place::Kind::kTls &&
      (files.certificate.empty() || files.key.empty() || files.authority.empty())) {
    return absl::InvalidArgumentError("--redis " + server.address +
                                      " takes --tls-certificate, --tls-key and --tls-authority");
  }
  return place;
}

}  // namespace avvik::redis
