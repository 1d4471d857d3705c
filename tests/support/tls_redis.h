// A Redis that is reached by TLS only, at a port of this machine, and asks for a certificate: what a Redis on another
// machine is.
#pragma once

#include <sys/types.h>

#include <string>

#include "common/redis/server.h"
#include "common/rpc/transport.h"

namespace avvik::testing {

class TlsRedis {
 public:
  // Shows `certificate`, and lets in those whose certificate its authority issued. Ends the program when it
  // does not start.
  explicit TlsRedis(const rpc::TransportSettings& certificate);
  ~TlsRedis();
  TlsRedis(const TlsRedis&) = delete;
  TlsRedis& operator=(const TlsRedis&) = delete;

  // How to reach it with a certificate, as who may do everything.
  redis::Server Seen(const rpc::TransportSettings& certificate,
                     const std::string& host = "127.0.0.1") const;
  int port() const { return port_; }

  // Kills it without warning; Start makes it anew at the same port.
  void Stop();
  void Start();
  // Makes it take no notice of anything, and end that.
  void Freeze() const;
  void Thaw() const;

 private:
  const rpc::TransportSettings certificate_;
  std::string folder_;
  int port_ = 0;
  pid_t process_ = -1;
};

}  // namespace avvik::testing
