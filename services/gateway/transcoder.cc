#include "services/gateway/transcoder.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "common/rpc/status.h"
#include "common/status/error.h"
#include "common/validate/format.h"
#include "services/gateway/http_error.h"
#include "services/gateway/json_proto.h"
#include "services/gateway/sse.h"
#include "services/gateway/transfer.h"

namespace avvik::gateway {
namespace {

using google::protobuf::Message;

// The header by which an operator names the municipality it speaks about.
constexpr char kTenantHeader[] = "Avvik-Tenant";
// The header by which a machine names the person it acts for.
constexpr char kOnBehalfOfHeader[] = "Avvik-On-Behalf-Of";

}  // namespace

// One request, one answer.
class Transcoder::UnaryCall : public std::enable_shared_from_this<UnaryCall> {
 public:
  UnaryCall(Transcoder& owner, CallTarget target, const Trace& trace,
            std::shared_ptr<HttpResponder> responder)
      : owner_(owner),
        target_(std::move(target)),
        trace_id_(trace.id),
        responder_(std::move(responder)),
        context_(target_.NewContext(trace, owner.options_.deadline)) {}

  void Start() {
    if (!owner_.calls_.Add(context_.get())) {
      return responder_->Send(ToResponse(ProblemOf(Stopping(), trace_id_)));
    }
    target_.stub->UnaryCall(
        context_.get(), target_.path, {}, &target_.request, &answer_,
        [self = shared_from_this()](const grpc::Status& status) { self->Done(status); });
  }

 private:
  void Done(const grpc::Status& grpc_status) {
    responder_->Send(Answer(grpc_status));
    responder_.reset();
    owner_.calls_.Remove(context_.get());
  }

  HttpResponse Answer(const grpc::Status& grpc_status) {
    absl::Status status = rpc::FromGrpc(grpc_status);
    if (status.ok()) {
      auto json = JsonOf(&answer_, target_.answer_type);
      if (json.ok()) return JsonResponse(*std::move(json));
      status = json.status();
    } else if (absl::IsCancelled(status) && owner_.calls_.stopping()) {
      status = Stopping();
    }
    return ToResponse(LoggedProblem(status, target_.path, trace_id_));
  }

  Transcoder& owner_;
  CallTarget target_;
  const std::string trace_id_;
  std::shared_ptr<HttpResponder> responder_;
  const std::unique_ptr<grpc::ClientContext> context_;
  grpc::ByteBuffer answer_;
};

// One request, many answers. Owns itself until OnDone.
class Transcoder::StreamCall final
    : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
      public std::enable_shared_from_this<StreamCall> {
 public:
  StreamCall(Transcoder& owner, CallTarget target, const Trace& trace,
             std::shared_ptr<HttpResponder> responder)
      : owner_(owner),
        target_(std::move(target)),
        trace_id_(trace.id),
        responder_(std::move(responder)),
        context_(target_.NewContext(trace, owner.options_.stream_lifetime)) {}

  void Start() {
    if (!owner_.calls_.Add(context_.get())) {
      --owner_.streams_;
      return responder_->Send(ToResponse(ProblemOf(Stopping(), trace_id_)));
    }
    self_ = shared_from_this();
    target_.stub->PrepareBidiStreamingCall(context_.get(), target_.path, {}, this);
    StartWriteLast(&target_.request, grpc::WriteOptions());
    StartRead(&answer_);
    StartCall();
  }

  // The service took the call, perhaps long before it has something to say. (A call that failed at
  // once comes here with false.)
  void OnReadInitialMetadataDone(bool ok) override {
    if (ok && !Begin()) context_->TryCancel();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    auto json = JsonOf(&answer_, target_.answer_type);
    answer_.Clear();
    if (!json.ok()) {
      failure_ = json.status();
      return context_->TryCancel();
    }
    if (!Begin() || !stream_->Send(EventFrame(target_.answer_type->name(), ++events_, *json))) {
      return context_->TryCancel();
    }
    StartRead(&answer_);
  }

  void OnDone(const grpc::Status& grpc_status) override {
    absl::Status status = failure_.ok() ? rpc::FromGrpc(grpc_status) : failure_;
    if (stream_ == nullptr && absl::IsCancelled(status) && owner_.calls_.stopping())
      status = Stopping();
    // The end of its time is the ordinary end of a stream.
    const bool ended = status.ok() || absl::IsDeadlineExceeded(status);
    if (ended) {
      Begin();
    } else if (stream_ == nullptr) {
      responder_->Send(ToResponse(LoggedProblem(status, target_.path, trace_id_)));
    } else if (!absl::IsCancelled(status)) {
      stream_->Send(
          EventFrame("problem", 0, ToJson(LoggedProblem(status, target_.path, trace_id_))));
    }
    stream_.reset();
    responder_.reset();
    --owner_.streams_;
    const auto keep = std::move(self_);
    owner_.calls_.Remove(context_.get());
  }

 private:
  // Answers 200 unless that has been done. False when the client cannot be answered any more.
  bool Begin() {
    // Reactions may run at the same time.
    std::lock_guard lock(mutex_);
    if (stream_ == nullptr) {
      stream_ = responder_->StartEvents([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->context_->TryCancel();
      });
    }
    return stream_ != nullptr;
  }

  Transcoder& owner_;
  CallTarget target_;
  const std::string trace_id_;
  std::shared_ptr<HttpResponder> responder_;
  const std::unique_ptr<grpc::ClientContext> context_;
  grpc::ByteBuffer answer_;
  std::mutex mutex_;
  std::unique_ptr<EventStream> stream_;
  uint64_t events_ = 0;
  absl::Status failure_ = absl::OkStatus();
  std::shared_ptr<StreamCall> self_;
};

namespace {

// Puts the name of a file that is sent into its message. Addresses are written down on their way,
// and a name tells of what is in the file.
absl::Status ReadFilename(const options::v1::RawContent& raw, const HttpRequestHead& head,
                          Message* message) {
  constexpr char kHeader[] = "Content-Disposition";
  if (raw.filename_field().empty()) return absl::OkStatus();
  const auto* field = message->GetDescriptor()->FindFieldByName(raw.filename_field());
  const google::protobuf::Reflection& reflection = *message->GetReflection();
  if (!reflection.GetString(*message, field).empty()) {
    return status::InvalidField(raw.filename_field(),
                                "stands in the header Content-Disposition, not in the address");
  }
  const std::string_view disposition = head.Header(kHeader);
  if (disposition.empty()) return absl::OkStatus();
  std::optional<std::string> filename = FilenameIn(disposition);
  if (!filename) {
    return status::InvalidField(
        kHeader, "must name the file, such as attachment; filename*=UTF-8''sk%C3%A4rm.png");
  }
  reflection.SetString(message, field, *std::move(filename));
  return absl::OkStatus();
}

}  // namespace

Transcoder::Transcoder(const Backends& backends, TranscoderOptions options)
    : backends_(backends), options_(options) {}

absl::StatusOr<CallTarget> Transcoder::TargetOf(const RouteMatch& match,
                                                const HttpRequestHead& head) const {
  const Route& route = *match.route;
  CallTarget target;
  std::string backend = route.backend;
  for (const auto& [field, value] : match.bindings) {
    if (backend.empty() && field == kServiceVariable) backend = value;
  }
  target.stub = backends_.Find(backend);
  if (target.stub == nullptr) {
    return status::Error(absl::StatusCode::kNotFound, "there is no such service", "SERVICE_UNKNOWN");
  }
  target.path = route.GrpcPath();
  target.answer_type = route.method->output_type();
  target.bare = route.NeedsNoToken();
  if (target.bare) return target;
  target.authorization = std::string(head.Header("Authorization"));
  target.tenant = std::string(head.Header(kTenantHeader));
  if (!target.tenant.empty() && !validate::HasFormat(options::v1::FORMAT_SLUG, target.tenant)) {
    return status::InvalidField(kTenantHeader, "is not the name of a tenant");
  }
  target.on_behalf_of = std::string(head.Header(kOnBehalfOfHeader));
  if (!target.on_behalf_of.empty() &&
      !validate::HasFormat(options::v1::FORMAT_SLUG, target.on_behalf_of)) {
    return status::InvalidField(kOnBehalfOfHeader, "is not the login of a person");
  }
  if (!target.authorization.empty()) {
    std::string client = ClientAddress(head, options_.proxies);
    // Somebody else's proxy may write anything, and metadata takes only visible ASCII.
    if (validate::HasFormat(options::v1::FORMAT_TOKEN, client)) target.client = std::move(client);
  }
  return target;
}

void Transcoder::Call(const RouteMatch& match, const HttpRequest& request, const Trace& trace,
                      std::shared_ptr<HttpResponder> responder) {
  const Route& route = *match.route;
  const auto refuse = [&](const absl::Status& status) {
    responder->Send(ToResponse(ProblemOf(status, trace.id)));
  };
  auto target = TargetOf(match, request.head);
  if (!target.ok()) return refuse(target.status());
  const std::unique_ptr<Message> message = NewMessage(route.method->input_type());
  if (const absl::Status read =
          ReadRequest(route, match.bindings, request.head.query, request.body, message.get());
      !read.ok()) {
    return refuse(read);
  }
  if (const absl::Status written = Serialize(*message, &target->request); !written.ok()) {
    return refuse(written);
  }
  if (route.GivesFile()) {
    Download(*route.raw, *std::move(target), trace, std::move(responder));
  } else if (route.method->server_streaming()) {
    CallStream(*std::move(target), trace, std::move(responder));
  } else {
    CallOnce(*std::move(target), trace, std::move(responder));
  }
}

std::shared_ptr<BodySink> Transcoder::Upload(const RouteMatch& match, const HttpRequestHead& head,
                                             const Trace& trace,
                                             std::shared_ptr<HttpResponder> responder) {
  const Route& route = *match.route;
  auto target = TargetOf(match, head);
  std::unique_ptr<Message> message = NewMessage(route.method->input_type());
  const auto refuse = [&](const absl::Status& status) {
    responder->Send(ToResponse(ProblemOf(status, trace.id)));
    return nullptr;
  };
  if (!target.ok()) return refuse(target.status());
  if (const absl::Status read =
          ReadRequest(route, match.bindings, head.query, "", message.get());
      !read.ok()) {
    return refuse(read);
  }
  if (const absl::Status named = ReadFilename(*route.raw, head, message.get()); !named.ok()) {
    return refuse(named);
  }
  auto place = TakeTransfer(target->bare);
  if (!place.ok()) return refuse(place.status());
  return StartUpload(*std::move(place), *std::move(target), *route.raw, std::move(message), trace,
                     std::move(responder));
}

void Transcoder::Download(const options::v1::RawContent& raw, CallTarget target, const Trace& trace,
                          std::shared_ptr<HttpResponder> responder) {
  auto place = TakeTransfer(target.bare);
  if (!place.ok()) return responder->Send(ToResponse(ProblemOf(place.status(), trace.id)));
  StartDownload(*std::move(place), std::move(target), raw, trace, std::move(responder));
}

absl::StatusOr<TransferPlace> Transcoder::TakeTransfer(bool bare) {
  const int bare_ones = bare ? ++bare_transfers_ : 0;
  if (++transfers_ <= options_.max_transfers && bare_ones <= options_.max_bare_transfers) {
    return TransferPlace{.calls = calls_,
                         .deadline = options_.transfer_deadline,
                         .ended = [this, bare] { GiveBackTransfer(bare); }};
  }
  GiveBackTransfer(bare);
  return status::Error(absl::StatusCode::kUnavailable,
                       "as many files go through as the gateway takes; try again in a moment",
                       "TOO_MANY_TRANSFERS");
}

void Transcoder::GiveBackTransfer(bool bare) {
  --transfers_;
  if (bare) --bare_transfers_;
}

void Transcoder::CallOnce(CallTarget target, const Trace& trace,
                          std::shared_ptr<HttpResponder> responder) {
  std::make_shared<UnaryCall>(*this, std::move(target), trace, std::move(responder))->Start();
}

void Transcoder::CallStream(CallTarget target, const Trace& trace,
                            std::shared_ptr<HttpResponder> responder) {
  if (++streams_ > options_.max_streams) {
    --streams_;
    return responder->Send(ToResponse(ProblemOf(
        status::Error(absl::StatusCode::kUnavailable,
                      "as many live streams are open as the gateway takes", "TOO_MANY_STREAMS"),
        trace.id)));
  }
  std::make_shared<StreamCall>(*this, std::move(target), trace, std::move(responder))->Start();
}

bool IsBearer(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (authorization.size() <= kScheme.size() ||
      !EqualsIgnoringCase(authorization.substr(0, kScheme.size()), kScheme)) {
    return false;
  }
  const std::string_view token = authorization.substr(kScheme.size());
  return std::all_of(token.begin(), token.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~+/=").find(c) != std::string_view::npos;
  });
}

}  // namespace avvik::gateway
