// SMTP on libcurl (RFC 5321, with STARTTLS of RFC 3207 or TLS from the start of RFC 8314). The
// connection is kept for the next message.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/delivery/mailer.h"

namespace avvik::delivery {

struct SmtpSettings {
  std::string url;       // smtp://host:port or smtps://host:port.
  std::string ca_file;   // Certificates to trust, PEM; empty means those of the machine.
  std::string user;      // Empty: no sign-in.
  std::string password;  // Never written to a log or an error.
  // Send without TLS when the server has none, and to whoever answers. Only for a server on a
  // network that nobody else is on.
  bool insecure = false;
  absl::Duration connect_timeout = absl::Seconds(15);
  // For one whole message. A server may take long over the last dot (RFC 5321 section 4.5.3.2.6),
  // and a message given up then is sent twice.
  absl::Duration timeout = absl::Minutes(5);
};

// INVALID_ARGUMENT when the settings cannot work together.
absl::Status CheckSmtpSettings(const SmtpSettings& settings);

class SmtpMailer final : public Mailer {
 public:
  // `settings` have passed CheckSmtpSettings.
  explicit SmtpMailer(SmtpSettings settings);
  ~SmtpMailer() override;
  SmtpMailer(const SmtpMailer&) = delete;
  SmtpMailer& operator=(const SmtpMailer&) = delete;

  HandOverResult Send(const Envelope& envelope) override;

 private:
  // `reused` says whether the session was one from before.
  HandOverResult SendOnce(const Envelope& envelope, bool fresh, bool* reused);

  const SmtpSettings settings_;
  void* const curl_;  // The easy handle with its connection.
};

// What a reply means for a message, by how far the dialogue had come. `reply_code` is the server's
// answer to the last command, 0 when the connection ended first.
enum class SmtpPhase { kSession, kRecipient, kData };
HandOver JudgeReply(SmtpPhase phase, int reply_code);

}  // namespace avvik::delivery
