// Carries an HTTP request to the service that answers it, and the answer back: JSON becomes the
// request message, the call goes out by gRPC, and the message that comes back becomes JSON; a
// stream of messages becomes a stream of events.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/process/runnable.h"
#include "services/gateway/backends.h"
#include "services/gateway/call_registry.h"
#include "services/gateway/call_target.h"
#include "services/gateway/http_message.h"
#include "services/gateway/route_table.h"
#include "services/gateway/trace.h"
#include "services/gateway/transfer.h"

namespace avvik::gateway {

struct TranscoderOptions {
  absl::Duration deadline = absl::Seconds(10);  // Of a call with one answer.
  // A stream ends after it, so that nobody goes on reading on a token that ran out long ago;
  // clients connect again by themselves.
  absl::Duration stream_lifetime = absl::Minutes(15);
  int max_streams = 500;  // Open at one time; more are refused with 503.
  int proxies = 0;        // Reverse proxies in front; see ClientAddress.
  // Of a call that carries a file: longer than the HTTP server waits for one.
  absl::Duration transfer_deadline = absl::Minutes(12);
  int max_transfers = 100;  // Files going through at one time; more are refused with 503.
  // Of these, those without a token, so that nobody who is not known takes the place of all who are.
  int max_bare_transfers = 25;
};

// Thread-safe.
class Transcoder final : public process::Runnable {
 public:
  // `backends` must outlive it.
  Transcoder(const Backends& backends, TranscoderOptions options);
  ~Transcoder() override { Stop(); }

  // Calls what `match` means and answers `responder`, now or later. The `Authorization` header goes
  // along as it came; it must be fit for gRPC metadata (IsBearer). To a method that needs no token, no
  // header goes along.
  void Call(const RouteMatch& match, const HttpRequest& request, const Trace& trace,
            std::shared_ptr<HttpResponder> responder);

  // Begins a call that takes a file, whose body is then given to what comes back; null when it was answered
  // already.
  std::shared_ptr<BodySink> Upload(const RouteMatch& match, const HttpRequestHead& head,
                                   const Trace& trace, std::shared_ptr<HttpResponder> responder);

  absl::Status Start() override { return absl::OkStatus(); }

  // Cancels the calls under way, answers them, and returns when nothing uses a responder any more.
  void Stop() override { calls_.Stop(); }

 private:
  class UnaryCall;
  class StreamCall;

  // Who is called, as whom; the request is still empty.
  absl::StatusOr<CallTarget> TargetOf(const RouteMatch& match, const HttpRequestHead& head) const;
  void Download(const options::v1::RawContent& raw, CallTarget target, const Trace& trace,
                std::shared_ptr<HttpResponder> responder);
  // Takes one of the places for files, to be given back afterwards.
  absl::StatusOr<TransferPlace> TakeTransfer(bool bare);
  void GiveBackTransfer(bool bare);
  void CallOnce(CallTarget target, const Trace& trace, std::shared_ptr<HttpResponder> responder);
  void CallStream(CallTarget target, const Trace& trace, std::shared_ptr<HttpResponder> responder);

  const Backends& backends_;
  const TranscoderOptions options_;
  CallRegistry calls_;
  std::atomic<int> streams_{0};
  std::atomic<int> transfers_{0};
  std::atomic<int> bare_transfers_{0};
};

// Whether an `Authorization` header carries a bearer token in the form of RFC 6750, section 2.1.
bool IsBearer(std::string_view authorization);

}  // namespace avvik::gateway
