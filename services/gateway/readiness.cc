#include "services/gateway/readiness.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <grpcpp/support/byte_buffer.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/time/clock.h"

namespace avvik::gateway {
namespace {

constexpr char kHealthCheck[] = "/grpc.health.v1.Health/Check";
constexpr char kReadyService[] = "ready";
constexpr char kServing[] = "SERVING";
// HealthCheckRequest.service, a text, and HealthCheckResponse.status, an enum: field number and
// wire type.
constexpr uint32_t kServiceTag = 1 << 3 | 2;
constexpr uint32_t kStatusTag = 1 << 3 | 0;

std::string Text(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string text;
  if (!buffer.Dump(&slices).ok()) return text;
  for (const grpc::Slice& slice : slices) {
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return text;
}

HttpResponse Report(const std::map<std::string, std::string>& states) {
  const bool ready = std::all_of(states.begin(), states.end(),
                                 [](const auto& entry) { return entry.second == kServing; });
  const nlohmann::ordered_json json = {{"ready", ready}, {"services", states}};
  return {.status = ready ? 200 : 503,
          .content_type = "application/json",
          .body = json.dump(),
          .shared_body = nullptr,
          .headers = {{"Cache-Control", "no-store"}}};
}

}  // namespace

struct Readiness::Question {
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer answer;
};

void Readiness::Answer(std::shared_ptr<HttpResponder> responder) {
  {
    std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(responder));
    if (waiting_.size() > 1) return;
    states_.clear();
  }
  if (backends_.names().empty()) return Note("", "");
  for (const std::string& name : backends_.names()) Ask(name);
}

void Readiness::Ask(const std::string& name) {
  auto question = std::make_shared<Question>();
  question->context.set_deadline(absl::ToChronoTime(absl::Now() + timeout_));
  const grpc::Slice request(HealthRequest(kReadyService));
  question->request = grpc::ByteBuffer(&request, 1);
  if (!calls_.Add(&question->context)) return Note(name, "STOPPING");
  backends_.Find(name)->UnaryCall(
      &question->context, kHealthCheck, {}, &question->request, &question->answer,
      [this, question, name](const grpc::Status& status) {
        Note(name, status.ok() ? HealthState(Text(question->answer))
                               : absl::StatusCodeToString(
                                     static_cast<absl::StatusCode>(status.error_code())));
        calls_.Remove(&question->context);
      });
}

void Readiness::Note(const std::string& name, const std::string& state) {
  std::vector<std::shared_ptr<HttpResponder>> answered;
  HttpResponse report;
  {
    std::lock_guard lock(mutex_);
    if (!name.empty()) states_[name] = state;
    if (states_.size() < backends_.names().size()) return;
    answered.swap(waiting_);
    report = Report(states_);
  }
  for (const auto& responder : answered) responder->Send(report);
}

std::string HealthRequest(const std::string& name) {
  std::string text;
  {
    google::protobuf::io::StringOutputStream stream(&text);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.WriteTag(kServiceTag);
    coded.WriteVarint32(static_cast<uint32_t>(name.size()));
    coded.WriteString(name);
  }
  return text;
}

std::string HealthState(const std::string& answer) {
  google::protobuf::io::CodedInputStream coded(reinterpret_cast<const uint8_t*>(answer.data()),
                                               static_cast<int>(answer.size()));
  uint32_t state = 0;
  while (const uint32_t tag = coded.ReadTag()) {
    if (tag != kStatusTag || !coded.ReadVarint32(&state)) return "UNKNOWN";
  }
  switch (state) {
    case 1:
      return kServing;
    case 2:
      return "NOT_SERVING";
    case 3:
      return "SERVICE_UNKNOWN";
    default:
      return "UNKNOWN";
  }
}

}  // namespace avvik::gateway
