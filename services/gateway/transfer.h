// Files through the gateway: an HTTP body becomes a stream of messages, and a stream of messages an HTTP
// body. One piece at a time is under way, and the next is asked for when it has been taken, so a file
// never lies here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "avvik/options/v1/content.pb.h"
#include "services/gateway/call_registry.h"
#include "services/gateway/call_target.h"
#include "services/gateway/http_message.h"
#include "services/gateway/trace.h"

namespace avvik::gateway {

// What a transfer has of its surroundings.
struct TransferPlace {
  CallRegistry& calls;
  absl::Duration deadline;
  std::function<void()> ended;  // Called once, when nothing of it is under way any more.
};

// Begins a call that takes a file. `message` is the request but for the file, as `raw` names its fields. The
// body goes to what comes back; null when the request was answered already.
std::shared_ptr<BodySink> StartUpload(TransferPlace place, CallTarget target,
                                      const options::v1::RawContent& raw,
                                      std::unique_ptr<google::protobuf::Message> message,
                                      const Trace& trace, std::shared_ptr<HttpResponder> responder);

// Makes a call that gives a file, and answers with it.
void StartDownload(TransferPlace place, CallTarget target, const options::v1::RawContent& raw,
                   const Trace& trace, std::shared_ptr<HttpResponder> responder);

// `attachment` with the name in both forms (RFC 6266, RFC 8187): for old readers in ASCII, with `_` for
// the rest.
std::string ContentDisposition(const std::string& filename);

// The name in a `Content-Disposition` of that form, in either spelling; the one of RFC 8187 goes
// first. Nothing when it is malformed, names no file, or is not in UTF-8.
std::optional<std::string> FilenameIn(std::string_view disposition);

// The head of an answer with a file from outside: to be saved, never to be shown or run as a page of ours,
// and kept by nobody on the way.
HttpResponse FileHead(const std::string& filename, const std::string& media_type);

}  // namespace avvik::gateway
