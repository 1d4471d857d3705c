#include "services/gateway/transfer.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "common/rpc/status.h"
#include "common/status/macros.h"
#include "services/gateway/url.h"
#include "services/gateway/utf8.h"

namespace avvik::gateway {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* FieldOf(const Message& message, const std::string& name) {
  return message.GetDescriptor()->FindFieldByName(name);
}

std::string TextOf(const Message& message, const std::string& name) {
  return message.GetReflection()->GetString(message, FieldOf(message, name));
}

// What both directions have in common. Owns itself until the call has ended.
class Transfer : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                 public std::enable_shared_from_this<Transfer> {
 public:
  Transfer(TransferPlace place, CallTarget target, const options::v1::RawContent& raw,
           const Trace& trace, std::shared_ptr<HttpResponder> responder)
      : place_(std::move(place)),
        target_(std::move(target)),
        raw_(raw),
        responder_(std::move(responder)),
        context_(target_.NewContext(trace, place_.deadline)),
        trace_id_(trace.id) {}

  // Makes the call. It is held open for what is done to it outside of its own reactions, until LetGo.
  bool Begin() {
    if (!place_.calls.Add(context_.get())) {
      Answer(Stopping());
      place_.ended();
      return false;
    }
    self_ = shared_from_this();
    target_.stub->PrepareBidiStreamingCall(context_.get(), target_.path, {}, this);
    AddHold();
    return true;
  }

  void OnDone(const grpc::Status& grpc_status) final {
    absl::Status status = failure_.ok() ? rpc::FromGrpc(grpc_status) : failure_;
    if (absl::IsCancelled(status) && place_.calls.stopping()) status = Stopping();
    Ended(status);
    responder_.reset();
    place_.ended();
    const auto keep = std::move(self_);
    place_.calls.Remove(context_.get());
  }

 protected:
  // Answers what is still to be answered.
  virtual void Ended(const absl::Status& status) = 0;

  void Answer(const absl::Status& status) {
    responder_->Send(ToResponse(LoggedProblem(status, target_.path, trace_id_)));
  }

  // Nothing more is done to the call from outside; may be said twice. With `mutex_` held.
  void LetGo() {
    if (!std::exchange(over_, true)) RemoveHold();
  }

  // Ends the call for a reason of ours.
  void Fail(absl::Status failure) {
    failure_ = std::move(failure);
    context_->TryCancel();
  }

  const TransferPlace place_;
  CallTarget target_;
  const options::v1::RawContent& raw_;
  std::shared_ptr<HttpResponder> responder_;
  const std::unique_ptr<grpc::ClientContext> context_;
  const std::string trace_id_;
  grpc::ByteBuffer answer_;
  absl::Status failure_ = absl::OkStatus();
  std::mutex mutex_;
  bool over_ = false;

 private:
  std::shared_ptr<Transfer> self_;
};

class UploadCall final : public Transfer, public BodySink {
 public:
  UploadCall(TransferPlace place, CallTarget target, const options::v1::RawContent& raw,
             std::unique_ptr<Message> message, const Trace& trace,
             std::shared_ptr<HttpResponder> responder)
      : Transfer(std::move(place), std::move(target), raw, trace, std::move(responder)),
        message_(std::move(message)) {
    SetLast(false);
  }

  bool Start() {
    if (!Begin()) return false;
    StartRead(&answer_);
    StartCall();
    return true;
  }

  void Take(std::string piece, std::function<void()> more) override {
    std::lock_guard lock(mutex_);
    if (over_) return;
    message_->GetReflection()->SetString(message_.get(), FieldOf(*message_, raw_.field()),
                                         std::move(piece));
    more_ = std::move(more);
    if (Write()) StartWrite(&target_.request);
  }

  void End() override {
    std::lock_guard lock(mutex_);
    if (over_) return;
    SetLast(true);
    if (Write()) StartWriteLast(&target_.request, grpc::WriteOptions());
    LetGo();
  }

  void BreakOff() override {
    std::lock_guard lock(mutex_);
    if (over_) return;
    context_->TryCancel();
    LetGo();
  }

  void OnWriteDone(bool ok) override {
    const auto more = std::exchange(more_, nullptr);
    if (ok && more) return more();
    std::lock_guard lock(mutex_);
    if (!ok) LetGo();
  }

  // The service has answered, perhaps before it had all of the file.
  void OnReadDone(bool ok) override {
    std::lock_guard lock(mutex_);
    answered_ = ok;
    LetGo();
  }

 private:
  void Ended(const absl::Status& status) override {
    if (!status.ok()) return Answer(status);
    if (!answered_) return Answer(absl::InternalError("the call ended without an answer"));
    auto json = JsonOf(&answer_, target_.answer_type);
    if (!json.ok()) return Answer(json.status());
    responder_->Send(JsonResponse(*std::move(json)));
  }

  void SetLast(bool last) {
    message_->GetReflection()->SetBool(message_.get(), FieldOf(*message_, raw_.end_field()), last);
  }

  // Makes `request` of the message, of which the next one will have nothing.
  bool Write() {
    if (absl::Status status = Serialize(*message_, &target_.request); !status.ok()) {
      Fail(std::move(status));
      LetGo();
      return false;
    }
    message_->Clear();
    return true;
  }

  const std::unique_ptr<Message> message_;
  std::function<void()> more_;
  bool answered_ = false;
};

class DownloadCall final : public Transfer {
 public:
  using Transfer::Transfer;

  void Start() {
    if (!Begin()) return;
    StartWriteLast(&target_.request, grpc::WriteOptions());
    StartRead(&answer_);
    StartCall();
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      std::lock_guard lock(mutex_);
      return LetGo();
    }
    if (absl::Status status = Pass(); !status.ok()) {
      Fail(std::move(status));
      std::lock_guard lock(mutex_);
      LetGo();
    }
  }

 private:
  // Gives the piece that was read to the client, and reads the next when it was taken.
  absl::Status Pass() {
    AVVIK_ASSIGN_OR_RETURN(const auto message, Parse(&answer_, target_.answer_type));
    answer_.Clear();
    if (stream_ == nullptr) {
      const int64_t size =
          message->GetReflection()->GetInt64(*message, FieldOf(*message, raw_.size_field()));
      if (size <= 0) return absl::InternalError("the file has no size");
      stream_ = responder_->StartBody(FileHead(TextOf(*message, raw_.filename_field()),
                                               TextOf(*message, raw_.media_type_field())),
                                      static_cast<uint64_t>(size));
    }
    if (stream_ == nullptr) return absl::CancelledError("the client has gone");
    stream_->Write(TextOf(*message, raw_.field()), [self = shared_from_this()](bool taken) {
      static_cast<DownloadCall&>(*self).Written(taken);
    });
    return absl::OkStatus();
  }

  void Written(bool taken) {
    std::lock_guard lock(mutex_);
    if (taken) return StartRead(&answer_);
    context_->TryCancel();
    LetGo();
  }

  void Ended(const absl::Status& status) override {
    if (stream_ == nullptr && !status.ok()) return Answer(status);
    if (stream_ == nullptr) return Answer(absl::InternalError("the call ended without a file"));
    if (!status.ok() && !absl::IsCancelled(status)) {
      LoggedProblem(status, target_.path, trace_id_);
    }
    stream_.reset();
  }

  std::unique_ptr<BodyStream> stream_;
};

// What a value may hold as it is (RFC 8187, section 3.2.1, attr-char).
bool IsAttributeChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$&+-.^_`|~").find(c) != std::string_view::npos;
}

// What a name or an unquoted value is made of (RFC 9110, section 5.6.2).
bool IsTokenChar(char c) {
  return IsAttributeChar(c) || std::string_view("*'%").find(c) != std::string_view::npos;
}

// Reads a header's value from left to right, over white space between its parts.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view text) : rest_(text) {}

  bool AtEnd() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t')) rest_.remove_prefix(1);
    return rest_.empty();
  }
  bool Take(char sign) {
    if (AtEnd() || rest_[0] != sign) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Empty when there is none.
  std::string_view Token() {
    if (AtEnd()) return {};
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), IsTokenChar);
    const std::string_view token = rest_.substr(0, static_cast<size_t>(end - rest_.begin()));
    rest_.remove_prefix(token.size());
    return token;
  }
  // A token or a quoted text.
  std::optional<std::string> Value() {
    if (!Take('"')) {
      const std::string_view token = Token();
      return token.empty() ? std::nullopt : std::optional<std::string>(token);
    }
    std::string value;
    while (!rest_.empty() && rest_[0] != '"') {
      if (rest_[0] == '\\') rest_.remove_prefix(1);
      if (rest_.empty()) break;
      value.push_back(rest_[0]);
      rest_.remove_prefix(1);
    }
    return Take('"') ? std::optional<std::string>(value) : std::nullopt;
  }

 private:
  std::string_view rest_;
};

// A value with its character set, such as `UTF-8''sk%C3%A4rm.png` (RFC 8187, section 3.2.1).
std::optional<std::string> ExtendedValue(std::string_view text) {
  const size_t charset = text.find('\'');
  const size_t language =
      charset == std::string_view::npos ? charset : text.find('\'', charset + 1);
  if (language == std::string_view::npos) return std::nullopt;
  if (!EqualsIgnoringCase(text.substr(0, charset), "UTF-8")) return std::nullopt;
  return PercentDecode(text.substr(language + 1));
}

// `type/subtype` of token characters (RFC 9110, section 8.3.1).
bool IsMediaType(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '/' || IsAttributeChar(c); }) &&
         std::count(text.begin(), text.end(), '/') == 1;
}

}  // namespace

std::shared_ptr<BodySink> StartUpload(TransferPlace place, CallTarget target,
                                      const options::v1::RawContent& raw,
                                      std::unique_ptr<Message> message, const Trace& trace,
                                      std::shared_ptr<HttpResponder> responder) {
  auto call = std::make_shared<UploadCall>(std::move(place), std::move(target), raw,
                                           std::move(message), trace, std::move(responder));
  return call->Start() ? call : nullptr;
}

void StartDownload(TransferPlace place, CallTarget target, const options::v1::RawContent& raw,
                   const Trace& trace, std::shared_ptr<HttpResponder> responder) {
  std::make_shared<DownloadCall>(std::move(place), std::move(target), raw, trace,
                                 std::move(responder))
      ->Start();
}

std::string ContentDisposition(const std::string& filename) {
  std::string ascii;
  std::string encoded;
  for (const char c : filename) {
    const auto byte = static_cast<unsigned char>(c);
    // Of a character of several bytes, the first becomes `_`.
    if ((byte & 0xc0) != 0x80) {
      const bool plain = byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\' && c != '%';
      ascii.push_back(plain ? c : '_');
    }
    if (IsAttributeChar(c)) {
      encoded.push_back(c);
    } else {
      constexpr char kHex[] = "0123456789ABCDEF";
      encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return "attachment; filename=\"" + ascii + "\"; filename*=UTF-8''" + encoded;
}

std::optional<std::string> FilenameIn(std::string_view disposition) {
  HeaderReader reader(disposition);
  if (!EqualsIgnoringCase(reader.Token(), "attachment")) return std::nullopt;
  std::optional<std::string> plain, extended;
  while (reader.Take(';')) {
    const std::string_view name = reader.Token();
    if (name.empty() || !reader.Take('=')) return std::nullopt;
    const std::optional<std::string> value = reader.Value();
    if (!value) return std::nullopt;
    const bool is_extended = EqualsIgnoringCase(name, "filename*");
    if (!is_extended && !EqualsIgnoringCase(name, "filename")) continue;
    std::optional<std::string>& kept = is_extended ? extended : plain;
    if (kept) return std::nullopt;
    kept = value;
  }
  if (!reader.AtEnd()) return std::nullopt;
  const std::optional<std::string> filename = extended ? ExtendedValue(*extended) : plain;
  return filename && WhyNotText(*filename).empty() ? filename : std::nullopt;
}

HttpResponse FileHead(const std::string& filename, const std::string& media_type) {
  HttpResponse head;
  head.content_type = IsMediaType(media_type) ? media_type : "application/octet-stream";
  head.headers = {{"Content-Disposition", ContentDisposition(filename)},
                  {"Content-Security-Policy", "sandbox; default-src 'none'"},
                  {"Cross-Origin-Resource-Policy", "same-origin"},
                  {"Cache-Control", "no-store"}};
  return head;
}

}  // namespace avvik::gateway
