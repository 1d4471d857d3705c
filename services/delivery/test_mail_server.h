// For tests: the local mail server (deploy/local/mail-server.mjs) as a process of its own, with a
// certificate authority of its own.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "services/delivery/smtp_mailer.h"

namespace avvik::delivery {

class TestMailServer {
 public:
  // What the server took, in order.
  struct Delivery {
    std::string message_id;  // In brackets.
    std::string to;
    std::string subject;
    bool repeated = false;  // The mailbox had it already.
  };

  // Starts the server and waits until it answers. Ends the program when that fails.
  TestMailServer();
  ~TestMailServer();
  TestMailServer(const TestMailServer&) = delete;
  TestMailServer& operator=(const TestMailServer&) = delete;

  // Settings a mailer reaches it with.
  SmtpSettings settings() const;

  void Start();
  void Stop();

  // How it behaves from the next message on, as JSON; see deploy/local/mail-server.mjs.
  void Behave(const std::string& json);
  // Takes back everything: the next message finds empty mailboxes.
  void Clear();

  std::vector<Delivery> Deliveries() const;

 private:
  std::string folder_;
  int port_ = 0;
  pid_t process_ = 0;
};

}  // namespace avvik::delivery
