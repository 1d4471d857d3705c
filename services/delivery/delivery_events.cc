#include "services/delivery/delivery_events.h"

#include "avvik/delivery/v1/delivery_events.pb.h"
#include "common/events/outbox.h"
#include "common/rpc/time.h"

namespace avvik::delivery {
namespace {

template <typename Message>
events::v1::Event About(IdSource& ids, const Notice& notice, absl::Time now,
                        const std::string& trace_parent) {
  Message data;
  v1::NoticeFacts* facts = data.mutable_facts();
  facts->set_notice_id(notice.notice_id);
  facts->set_template_(std::string(TemplateName(notice.draft.template_id)));
  facts->set_number(notice.draft.number);
  facts->set_state(notice.state);
  *facts->mutable_create_time() = rpc::ToProtoTime(notice.created);
  if (notice.sent.has_value()) *facts->mutable_send_time() = rpc::ToProtoTime(*notice.sent);
  facts->set_attempt_count(notice.attempt_count);
  return events::MakeEvent(ids, "delivery",
                           {.tenant = notice.draft.tenant,
                            .subject = "notices/" + notice.notice_id,
                            .subject_version = notice.version,
                            .time = now,
                            .trace_parent = trace_parent},
                           data);
}

}  // namespace

events::v1::Event NoticeEvent(IdSource& ids, const Notice& notice, absl::Time now,
                              const std::string& trace_parent) {
  switch (notice.state) {
    case v1::NOTICE_STATE_SENT:
      return About<v1::NoticeSent>(ids, notice, now, trace_parent);
    case v1::NOTICE_STATE_FAILED:
      return About<v1::NoticeFailed>(ids, notice, now, trace_parent);
    default:
      return About<v1::NoticeQueued>(ids, notice, now, trace_parent);
  }
}

}  // namespace avvik::delivery
