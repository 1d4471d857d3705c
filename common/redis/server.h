// Where Redis is and as whom we come.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/tls/files.h"

namespace avvik::redis {

struct Server {
  // A unix socket's path (with a `/`); `redis://host:port`, or `host:port`, on this machine; or
  // `rediss://host:port`, which is TLS.
  std::string address;
  std::string user;
  std::string password;  // Of that user; empty: nobody is named.
  tls::Files tls;        // How a server by TLS is known, and we to it.
};

// What an address says.
struct Place {
  enum class Kind { kSocket, kPlain, kTls };
  Kind kind = Kind::kSocket;
  std::string path;  // Of a socket.
  std::string host;  // Without brackets.
  std::string port;
};

// INVALID_ARGUMENT, saying what to do, for an address that is none, for one on a network without TLS, and for
// TLS without the files that it takes.
absl::StatusOr<Place> PlaceOf(const Server& server);

}  // namespace avvik::redis
