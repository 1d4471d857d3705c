#include "services/gateway/call_target.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include "absl/time/clock.h"
#include "common/identity/caller.h"
#include "common/log/log.h"
#include "common/rpc/metadata.h"
#include "common/rpc/status.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/gateway/json_writer.h"

namespace avvik::gateway {

using google::protobuf::Descriptor;
using google::protobuf::Message;

std::unique_ptr<grpc::ClientContext> CallTarget::NewContext(const Trace& trace,
                                                            absl::Duration timeout) const {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  if (bare) return context;
  context->AddMetadata("authorization", authorization);
  if (!tenant.empty()) context->AddMetadata(identity::kTenantMetadata, tenant);
  if (!on_behalf_of.empty()) context->AddMetadata(rpc::kOnBehalfOfMetadata, on_behalf_of);
  if (!client.empty()) context->AddMetadata(rpc::kClientMetadata, client);
  context->AddMetadata("traceparent", trace.parent);
  return context;
}

std::unique_ptr<Message> NewMessage(const Descriptor* type) {
  const Message* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
  return std::unique_ptr<Message>(prototype->New());
}

absl::Status Serialize(const Message& message, grpc::ByteBuffer* bytes) {
  bool own_buffer = false;
  bytes->Clear();
  return rpc::FromGrpc(
      grpc::GenericSerialize<grpc::ProtoBufferWriter, Message>(message, bytes, &own_buffer));
}

absl::StatusOr<std::unique_ptr<Message>> Parse(grpc::ByteBuffer* bytes, const Descriptor* type) {
  std::unique_ptr<Message> message = NewMessage(type);
  const grpc::Status read =
      grpc::GenericDeserialize<grpc::ProtoBufferReader, Message>(bytes, message.get());
  if (!read.ok()) return absl::InternalError("the answer is not a " + type->full_name());
  return message;
}

absl::StatusOr<std::string> JsonOf(grpc::ByteBuffer* bytes, const Descriptor* type) {
  AVVIK_ASSIGN_OR_RETURN(const std::unique_ptr<Message> message, Parse(bytes, type));
  return WriteJson(*message);
}

// Opened by its address, an answer is saved and not shown: it is no page.
const HttpHeader kSaved = {"Content-Disposition", "attachment; filename=\"api.json\""};

HttpResponse JsonResponse(std::string json) {
  return {.status = 200,
          .content_type = "application/json",
          .body = std::move(json),
          .shared_body = nullptr,
          .headers = {{"Cache-Control", "no-store"}, kSaved}};
}

Problem LoggedProblem(const absl::Status& status, const std::string& method,
                      const std::string& trace_id) {
  Problem problem = ProblemOf(status, trace_id);
  if (problem.status >= 500) {
    log::Warning("call_failed", {{"method", method}, {"trace", trace_id}, {"error", status}});
  }
  return problem;
}

absl::Status Stopping() {
  return status::Error(absl::StatusCode::kUnavailable, "the gateway is stopping; try again",
                       "STOPPING");
}

}  // namespace avvik::gateway
