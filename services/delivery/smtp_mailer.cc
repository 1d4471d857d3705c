#include "services/delivery/smtp_mailer.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "common/tls/stapling.h"

namespace avvik::delivery {
namespace {

constexpr size_t kMaxReplyBytes = 300;

// One dialogue as it goes, kept by libcurl's callbacks.
struct Dialogue {
  std::string_view unsent;  // The rest of the message.
  SmtpPhase phase = SmtpPhase::kSession;
  int reply_code = 0;  // Of the answer to the last command.
  std::string reply;   // Its last line.
  bool over = false;   // Only the farewell follows.
};

size_t GiveMessage(char* buffer, size_t, size_t size, void* user) {
  auto* dialogue = static_cast<Dialogue*>(user);
  const size_t count = std::min(size, dialogue->unsent.size());
  std::memcpy(buffer, dialogue->unsent.data(), count);
  dialogue->unsent.remove_prefix(count);
  return count;
}

// Replies come line by line: "250-first", "250 last".
size_t TakeReply(char* data, size_t, size_t size, void* user) {
  auto* dialogue = static_cast<Dialogue*>(user);
  if (dialogue->over) return size;
  const std::string line(data, size);
  if (line.size() >= 3 &&
      std::all_of(line.begin(), line.begin() + 3, [](char c) { return c >= '0' && c <= '9'; })) {
    dialogue->reply_code = std::atoi(line.substr(0, 3).c_str());
    dialogue->reply = line.substr(0, std::min(line.find_first_of("\r\n"), kMaxReplyBytes));
  }
  return size;
}

CURLcode AskForStatus(CURL*, void* context, void*) {
  tls::AskForStatus(static_cast<SSL_CTX*>(context));
  return CURLE_OK;
}

// Follows the commands; their arguments, passwords among them, are not looked at.
int FollowCommands(CURL*, curl_infotype type, char* data, size_t size, void* user) {
  auto* dialogue = static_cast<Dialogue*>(user);
  if (type == CURLINFO_DATA_OUT) {
    // The answer to DATA is not the answer to the message.
    dialogue->reply_code = 0;
    dialogue->reply.clear();
    return 0;
  }
  if (type != CURLINFO_HEADER_OUT) return 0;
  const std::string_view command(data, size);
  dialogue->over |= command.starts_with("QUIT");
  if (dialogue->over) return 0;
  dialogue->reply_code = 0;
  dialogue->reply.clear();
  if (command.starts_with("RCPT ")) {
    dialogue->phase = SmtpPhase::kRecipient;
  } else if (command.starts_with("DATA")) {
    dialogue->phase = SmtpPhase::kData;
  }
  return 0;
}

struct Recipients {
  explicit Recipients(const std::string& address)
      : list(curl_slist_append(nullptr, address.c_str())) {}
  ~Recipients() { curl_slist_free_all(list); }
  curl_slist* list;
};

long Milliseconds(absl::Duration duration) {
  return static_cast<long>(std::max<int64_t>(1, absl::ToInt64Milliseconds(duration)));
}

CURL* NewHandle() {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(initialised);
  return curl_easy_init();
}

}  // namespace

HandOver JudgeReply(SmtpPhase phase, int reply_code) {
  if (phase == SmtpPhase::kSession) return HandOver::kUnreachable;
  if (reply_code >= 500 && reply_code < 600 && reply_code != 503) return HandOver::kRefused;
  // 503, bad sequence of commands, is a misunderstanding between the two, not a judgement.
  return HandOver::kDeferred;
}

absl::Status CheckSmtpSettings(const SmtpSettings& settings) {
  const std::string_view url = settings.url;
  if (!url.starts_with("smtp://") && !url.starts_with("smtps://")) {
    return absl::InvalidArgumentError("--smtp must be smtp://host:port or smtps://host:port");
  }
  if (url.find('@') != std::string_view::npos) {
    return absl::InvalidArgumentError("--smtp must not hold a user; there is --smtp-user");
  }
  if (settings.user.empty() != settings.password.empty()) {
    return absl::InvalidArgumentError("--smtp-user and --smtp-password-file belong together");
  }
  if (settings.insecure && !settings.user.empty()) {
    return absl::InvalidArgumentError("--smtp-insecure would show the password to the network");
  }
  return absl::OkStatus();
}

SmtpMailer::SmtpMailer(SmtpSettings settings)
    : settings_(std::move(settings)), curl_(NewHandle()) {}

SmtpMailer::~SmtpMailer() { curl_easy_cleanup(curl_); }

HandOverResult SmtpMailer::Send(const Envelope& envelope) {
  bool reused = false;
  HandOverResult result = SendOnce(envelope, /*fresh=*/false, &reused);
  // A server may have closed a session that was idle; that says nothing of the next one.
  if (result.outcome == HandOver::kUnreachable && reused) {
    result = SendOnce(envelope, /*fresh=*/true, &reused);
  }
  return result;
}

HandOverResult SmtpMailer::SendOnce(const Envelope& envelope, bool fresh, bool* reused) {
  if (curl_ == nullptr) {
    return {.outcome = HandOver::kUnreachable, .reply_code = 0, .error = "libcurl gave no handle"};
  }
  Dialogue dialogue{.unsent = envelope.message, .reply = {}};
  const Recipients recipients("<" + envelope.to + ">");
  const std::string from = "<" + envelope.from + ">";
  char error[CURL_ERROR_SIZE] = "";

  curl_easy_reset(curl_);
  curl_easy_setopt(curl_, CURLOPT_URL, settings_.url.c_str());
  curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl_, CURLOPT_PROXY, "");
  curl_easy_setopt(curl_, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
  curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl_, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(settings_.connect_timeout));
  curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, Milliseconds(settings_.timeout));
  curl_easy_setopt(curl_, CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(curl_, CURLOPT_SSL_CTX_FUNCTION, &AskForStatus);
  curl_easy_setopt(curl_, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  if (settings_.insecure) {
    curl_easy_setopt(curl_, CURLOPT_USE_SSL, CURLUSESSL_TRY);
    curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYHOST, 0L);
  } else {
    curl_easy_setopt(curl_, CURLOPT_USE_SSL, CURLUSESSL_ALL);
  }
  if (!settings_.ca_file.empty()) {
    curl_easy_setopt(curl_, CURLOPT_CAINFO, settings_.ca_file.c_str());
  }
  if (!settings_.user.empty()) {
    curl_easy_setopt(curl_, CURLOPT_USERNAME, settings_.user.c_str());
    curl_easy_setopt(curl_, CURLOPT_PASSWORD, settings_.password.c_str());
  }
  curl_easy_setopt(curl_, CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(curl_, CURLOPT_MAIL_RCPT, recipients.list);
  curl_easy_setopt(curl_, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl_, CURLOPT_READFUNCTION, &GiveMessage);
  curl_easy_setopt(curl_, CURLOPT_READDATA, &dialogue);
  curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, &TakeReply);
  curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &dialogue);
  curl_easy_setopt(curl_, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(curl_, CURLOPT_DEBUGFUNCTION, &FollowCommands);
  curl_easy_setopt(curl_, CURLOPT_DEBUGDATA, &dialogue);

  const CURLcode code = curl_easy_perform(curl_);
  long connections = 0;
  curl_easy_getinfo(curl_, CURLINFO_NUM_CONNECTS, &connections);
  *reused = connections == 0;
  if (code == CURLE_OK) {
    return {.outcome = HandOver::kAccepted, .reply_code = dialogue.reply_code, .error = {}};
  }
  HandOverResult result{.outcome = JudgeReply(dialogue.phase, dialogue.reply_code),
                        .reply_code = dialogue.reply_code,
                        .error = {}};
  if (dialogue.reply_code >= 400) {
    result.error = dialogue.reply;
  } else {
    result.error = *error != '\0' ? error : curl_easy_strerror(code);
  }
  return result;
}

}  // namespace avvik::delivery
