// Another system that keeps what is sent to it, such as a SIEM.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace avvik::audit {

class LogReceiver {
 public:
  virtual ~LogReceiver() = default;

  // Sends messages. OK when the receiver has read all of them; with UNAVAILABLE nobody knows which it has, and they
  // must be sent again.
  virtual absl::Status Send(std::span<const std::string> messages) = 0;
};

struct SyslogSettings {
  std::string address;      // host:port
  std::string authority;    // Certificates that are trusted, in PEM; empty: those of the machine.
  std::string certificate;  // Our own, in PEM, for a receiver that asks for one; empty: none.
  std::string key;
  bool plain_end = false;  // The receiver ends connections without TLS's own goodbye.
};

// Syslog over TLS, version 1.2 or later, to a receiver that proves its name, with counted octets (RFC 5425). The
// protocol has no answers: each call is a connection of its own, which we end, and which the receiver ends when it has
// read all of it. Errors say what of the settings is of no use. Not thread-safe.
absl::StatusOr<std::unique_ptr<LogReceiver>> MakeSyslogReceiver(const SyslogSettings& settings);

}  // namespace avvik::audit
