// A connection to Redis by TLS, for a client that knows only sockets (hiredis 0.14): what goes into its near end in
// plain comes out at Redis encrypted, and the other way round. This header keeps Boost out of the rest of
// the library.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/tls/files.h"

namespace avvik::redis {

// When either end goes, the other is closed.
class TlsTunnel {
 public:
  // Connects within `timeout`. The server must show a certificate of the authority for `host`, a name or a
  // number, that is not revoked; it is shown ours. The files are read each time, so that exchanged ones are
  // taken in use. UNAVAILABLE, saying why, otherwise.
  static absl::StatusOr<std::unique_ptr<TlsTunnel>> Open(const std::string& host,
                                                         const std::string& port,
                                                         const tls::Files& files,
                                                         absl::Duration timeout);
  // Ends it at once.
  ~TlsTunnel();
  TlsTunnel(const TlsTunnel&) = delete;
  TlsTunnel& operator=(const TlsTunnel&) = delete;

  // The near end, a blocking socket that the caller closes; to be called once.
  int TakeNearEnd();

 private:
  struct Parts;
  explicit TlsTunnel(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace avvik::redis
