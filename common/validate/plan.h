// The checks of a message type, read once from its descriptor so that requests pay only for values.
#pragma once

#include <cstdint>
#include <vector>

#include "avvik/options/v1/field.pb.h"
#include "google/protobuf/descriptor.h"

namespace avvik::validate {

struct MessagePlan;

enum class CheckKind { kText, kBytes, kEnum, kInteger, kReal, kTimestamp, kMessage, kNothing };

// One field and what is asked of it.
struct FieldCheck {
  const google::protobuf::FieldDescriptor* field = nullptr;
  CheckKind kind = CheckKind::kNothing;
  bool required = false;
  bool sensitive = false;
  bool multiline = false;
  bool bounded = false;
  options::v1::Format format = options::v1::FORMAT_UNSPECIFIED;
  uint32_t max_length = 0;  // Code points, or bytes of a `bytes` field.
  int max_items = 0;
  int64_t minimum = 0;
  int64_t maximum = 0;
  const MessagePlan* nested = nullptr;  // For kMessage.
};

struct MessagePlan {
  std::vector<FieldCheck> checks;  // Without OUTPUT_ONLY fields.
  std::vector<const google::protobuf::FieldDescriptor*> output_only;
};

// The plan of a generated message type; lives as long as the process. Thread-safe, without a lock
// once the type has been seen.
const MessagePlan& PlanOf(const google::protobuf::Descriptor* type);

}  // namespace avvik::validate
