// Handing a message over to a mail server.
#pragma once

#include <string>

namespace avvik::delivery {

// A message and where it goes.
struct Envelope {
  std::string from;     // Address for MAIL FROM.
  std::string to;       // Address for RCPT TO.
  std::string message;  // With CRLF line ends.
};

enum class HandOver {
  kAccepted,     // The server has taken it.
  kRefused,      // The server will never take it: wrong address, message not wanted.
  kDeferred,     // The server may take it later, or the connection broke half-way: the message may
                 // have been taken, so the next attempt must be the same message.
  kUnreachable,  // There was no usable session: no connection, no TLS, sign-in or sender refused.
                 // Says nothing of this message.
};

struct HandOverResult {
  HandOver outcome = HandOver::kUnreachable;
  int reply_code = 0;  // The server's last reply; 0 when there was none.
  std::string error;   // What went wrong, in words; empty when accepted.
};

// Used by one thread at a time.
class Mailer {
 public:
  virtual ~Mailer() = default;
  virtual HandOverResult Send(const Envelope& envelope) = 0;
};

}  // namespace avvik::delivery
