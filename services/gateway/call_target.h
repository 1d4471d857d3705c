// One call to a service, and what its answer becomes: shared by the ways in which calls are made.
#pragma once

#include <grpcpp/generic/generic_stub.h>

#include <google/protobuf/message.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/gateway/http_error.h"
#include "services/gateway/http_message.h"
#include "services/gateway/trace.h"

namespace avvik::gateway {

// What is called, and with what.
struct CallTarget {
  grpc::GenericStub* stub = nullptr;
  std::string path;
  const google::protobuf::Descriptor* answer_type = nullptr;
  bool bare = false;  // Needs no token: nothing goes along but the message.
  std::string authorization;
  std::string tenant;  // Named by a machine that speaks for several; otherwise empty.
  std::string on_behalf_of;  // Named by a machine that acts for a person; otherwise empty.
  std::string client;        // The address of a caller who is signed in; of nobody else.
  grpc::ByteBuffer request;

  std::unique_ptr<grpc::ClientContext> NewContext(const Trace& trace, absl::Duration timeout) const;
};

std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor* type);

// Between messages and what goes over the wire.
absl::Status Serialize(const google::protobuf::Message& message, grpc::ByteBuffer* bytes);
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Parse(
    grpc::ByteBuffer* bytes, const google::protobuf::Descriptor* type);

// The JSON of an answer.
absl::StatusOr<std::string> JsonOf(grpc::ByteBuffer* bytes, const google::protobuf::Descriptor* type);
HttpResponse JsonResponse(std::string json);

// The problem that a failed call is; what is the inside's fault is logged.
Problem LoggedProblem(const absl::Status& status, const std::string& method,
                      const std::string& trace_id);

// UNAVAILABLE: the gateway is stopping.
absl::Status Stopping();

}  // namespace avvik::gateway
