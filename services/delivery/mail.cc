#include "services/delivery/mail.h"

#include <utility>

#include "services/delivery/mime.h"

namespace avvik::delivery {
namespace {

std::string Part(const std::string& type, const std::string& boundary, const std::string& content) {
  return "--" + boundary + "\r\nContent-Type: " + type +
         "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
         QuotedPrintable(content) + "\r\n";
}

}  // namespace

absl::StatusOr<std::string> Compose(const Mail& mail) {
  for (const auto& [name, address] :
       {std::pair<const char*, const std::string&>{"sender", mail.from}, {"recipient", mail.to}}) {
    if (!IsMailAddress(address)) {
      return absl::InvalidArgumentError(std::string("the ") + name +
                                        "'s address is not one that mail can be sent with");
    }
  }
  for (const auto& [name, value] :
       {std::pair<const char*, const std::string&>{"sender's name", mail.from_name},
        {"subject", mail.subject},
        {"language", mail.language},
        {"message id", mail.message_id},
        {"thread id", mail.thread_id}}) {
    if (!IsHeaderSafe(value)) {
      return absl::InvalidArgumentError(std::string("the ") + name + " cannot stand in a header");
    }
  }
  // Quoted-printable never begins a line with "--=_": `=` is written `=3D`.
  const std::string boundary = "=_" + mail.message_id.substr(0, mail.message_id.find('@'));
  std::string message;
  const auto header = [&](const char* name, const std::string& value) {
    message += std::string(name) + ": " + value + "\r\n";
  };
  header("Date", absl::FormatTime("%a, %d %b %Y %H:%M:%S %z", mail.date, mail.zone));
  header("From", EncodePhrase(mail.from_name) + "\r\n <" + mail.from + ">");
  header("To", mail.to);
  header("Subject", EncodeHeaderText(mail.subject));
  header("Message-ID", "<" + mail.message_id + ">");
  header("References", "<" + mail.thread_id + ">");
  header("In-Reply-To", "<" + mail.thread_id + ">");
  // RFC 3834: no vacation notice and no other robot shall answer; Exchange wants it said its own
  // way.
  header("Auto-Submitted", "auto-generated");
  header("X-Auto-Response-Suppress", "All");
  header("Content-Language", mail.language);
  header("MIME-Version", "1.0");
  header("Content-Type", "multipart/alternative;\r\n boundary=\"" + boundary + "\"");
  message += "\r\n" + Part("text/plain", boundary, mail.text) +
             Part("text/html", boundary, mail.html) + "--" + boundary + "--\r\n";
  return message;
}

}  // namespace avvik::delivery
