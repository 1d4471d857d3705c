#include "services/delivery/notice_proto.h"

#include <algorithm>

#include "common/rpc/time.h"

namespace avvik::delivery {

using rpc::ToProtoTime;

v1::Notice ToProto(const Notice& notice, const std::vector<std::string>& person_ids) {
  const NoticeDraft& draft = notice.draft;
  v1::Notice proto;
  proto.set_notice_id(notice.notice_id);
  proto.set_template_(std::string(TemplateName(draft.template_id)));
  proto.set_number(draft.number);
  const bool own =
      std::find(person_ids.begin(), person_ids.end(), draft.person_id) != person_ids.end();
  if (own || !draft.withheld) proto.set_recipient(draft.recipient);
  proto.set_language(draft.language);
  proto.set_state(notice.state);
  proto.set_message_id(notice.message_id);
  *proto.mutable_create_time() = ToProtoTime(notice.created);
  if (notice.next_attempt.has_value()) {
    *proto.mutable_next_attempt_time() = ToProtoTime(*notice.next_attempt);
  }
  if (notice.sent.has_value()) *proto.mutable_send_time() = ToProtoTime(*notice.sent);
  proto.set_attempt_count(notice.attempt_count);
  return proto;
}

v1::Attempt ToProto(const Attempt& attempt) {
  v1::Attempt proto;
  *proto.mutable_time() = ToProtoTime(attempt.time);
  proto.set_succeeded(attempt.succeeded);
  proto.set_reply_code(attempt.reply_code);
  proto.set_error(attempt.error);
  proto.set_duration_ms(static_cast<int32_t>(absl::ToInt64Milliseconds(attempt.duration)));
  return proto;
}

v1::Queue ToProto(const QueueCount& count) {
  v1::Queue proto;
  proto.set_waiting(count.waiting);
  proto.set_failed(count.failed);
  proto.set_sent(count.sent);
  if (count.oldest.has_value()) *proto.mutable_oldest_create_time() = ToProtoTime(*count.oldest);
  if (count.last_success.has_value()) {
    *proto.mutable_last_success_time() = ToProtoTime(*count.last_success);
  }
  if (count.last_failure.has_value()) {
    *proto.mutable_last_failure_time() = ToProtoTime(*count.last_failure);
    proto.set_last_failure_reply_code(count.last_failure_code);
  }
  return proto;
}

}  // namespace avvik::delivery
