#include "common/rpc/status.h"

#include <string>

#include "absl/strings/cord.h"
#include "common/status/error.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace avvik::rpc {
namespace {

bool IsInside(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

std::string Cut(std::string message) {
  if (message.size() <= kMaxMessageBytes) return message;
  size_t end = kMaxMessageBytes;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xc0) == 0x80) --end;
  message.resize(end);
  return message;
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status, const std::string& reference) {
  if (status.ok()) return grpc::Status::OK;
  if (IsInside(status.code())) {
    return grpc::Status(grpc::StatusCode::INTERNAL,
                        "something went wrong inside; the log has it as " + reference);
  }
  google::rpc::Status wire;
  wire.set_code(static_cast<int>(status.code()));
  wire.set_message(Cut(std::string(status.message())));
  status.ForEachPayload([&wire](auto url, const absl::Cord& payload) {
    google::protobuf::Any* detail = wire.add_details();
    detail->set_type_url(std::string(url));
    detail->set_value(std::string(payload));
  });
  std::string details = wire.SerializeAsString();
  // What does not fit beside the message is left out: the message alone says what matters most.
  if (details.size() > 4 * kMaxMessageBytes) details.clear();
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), wire.message(), details);
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status wire;
  if (!status.error_details().empty() && wire.ParseFromString(status.error_details())) {
    for (const auto& detail : wire.details()) {
      result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
    }
  }
  return result;
}

}  // namespace avvik::rpc
