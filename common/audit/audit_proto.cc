#include "common/audit/audit_proto.h"

#include <google/protobuf/util/time_util.h>

namespace avvik::audit {
namespace {

using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;

Timestamp ToProto(absl::Time time) {
  return TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
}

absl::Time FromProto(const Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::Status Unreadable(const char* what, int64_t sequence, const char* field) {
  return absl::InvalidArgumentError(std::string(what) + " " + std::to_string(sequence) +
                                    " has no readable " + field);
}

}  // namespace

v1::Outcome ToProto(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAllowed:
      return v1::OUTCOME_ALLOWED;
    case Outcome::kDenied:
      return v1::OUTCOME_DENIED;
    case Outcome::kFailed:
      return v1::OUTCOME_FAILED;
  }
  return v1::OUTCOME_UNSPECIFIED;
}

v1::Record ToProto(const std::string& service, const Sealed& sealed) {
  const Record& record = sealed.record;
  v1::Record proto;
  proto.set_service(service);
  proto.set_tenant(record.tenant);
  proto.set_sequence(sealed.sequence);
  proto.set_record_id(record.id);
  *proto.mutable_time() = ToProto(record.at);
  proto.set_actor(record.actor);
  proto.set_machine(record.machine);
  proto.set_on_behalf_of(record.on_behalf_of);
  proto.set_client(record.client);
  proto.set_method(record.method);
  proto.set_permission(record.permission);
  proto.set_subject(record.subject);
  proto.set_outcome(ToProto(record.outcome));
  proto.set_reason(record.reason);
  proto.set_detail(record.detail);
  proto.set_trace_parent(record.trace_parent);
  proto.set_hash(Hex(sealed.hash));
  return proto;
}

v1::Checkpoint ToProto(const std::string& service, const Checkpoint& checkpoint) {
  v1::Checkpoint proto;
  proto.set_service(service);
  proto.set_tenant(checkpoint.tenant);
  proto.set_sequence(checkpoint.sequence);
  proto.set_hash(Hex(checkpoint.hash));
  proto.set_records(checkpoint.records);
  *proto.mutable_time() = ToProto(checkpoint.at);
  proto.set_key_id(checkpoint.key_id);
  proto.set_signature(Hex(checkpoint.signature));
  return proto;
}

absl::StatusOr<Sealed> FromProto(const v1::Record& proto) {
  Sealed sealed;
  sealed.sequence = proto.sequence();
  sealed.record = {.id = proto.record_id(),
                   .tenant = proto.tenant(),
                   .at = FromProto(proto.time()),
                   .actor = proto.actor(),
                   .machine = proto.machine(),
                   .method = proto.method(),
                   .permission = proto.permission(),
                   .subject = proto.subject(),
                   .reason = proto.reason(),
                   .trace_parent = proto.trace_parent(),
                   .on_behalf_of = proto.on_behalf_of(),
                   .client = proto.client(),
                   .detail = proto.detail()};
  switch (proto.outcome()) {
    case v1::OUTCOME_ALLOWED:
      sealed.record.outcome = Outcome::kAllowed;
      break;
    case v1::OUTCOME_DENIED:
      sealed.record.outcome = Outcome::kDenied;
      break;
    case v1::OUTCOME_FAILED:
      sealed.record.outcome = Outcome::kFailed;
      break;
    default:
      return Unreadable("record", proto.sequence(), "outcome");
  }
  const auto hash = FromHex(proto.hash());
  if (!hash.has_value()) return Unreadable("record", proto.sequence(), "hash");
  sealed.hash = *hash;
  return sealed;
}

absl::StatusOr<Checkpoint> FromProto(const v1::Checkpoint& proto) {
  const auto hash = FromHex(proto.hash());
  if (!hash.has_value()) return Unreadable("checkpoint", proto.sequence(), "hash");
  const auto signature = FromHex(proto.signature());
  if (!signature.has_value()) return Unreadable("checkpoint", proto.sequence(), "signature");
  return Checkpoint{.tenant = proto.tenant(),
                    .sequence = proto.sequence(),
                    .hash = *hash,
                    .records = proto.records(),
                    .at = FromProto(proto.time()),
                    .key_id = proto.key_id(),
                    .signature = *signature};
}

}  // namespace avvik::audit
