#include "services/delivery/delivery_service.h"

#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/status/macros.h"
#include "services/delivery/notice_proto.h"

namespace avvik::delivery {
namespace {

constexpr char kReadNotices[] = "notices.read";

std::string PersonOf(const rpc::Call& call) {
  return organisation::PersonId(call.tenant(), call.caller().login);
}

Visibility VisibilityOf(const rpc::Call& call) {
  Visibility visibility;
  visibility.everything = call.grant().reach == organisation::v1::REACH_ALL;
  visibility.person_id = PersonOf(call);
  if (call.organisation() == nullptr) return visibility;
  for (const std::string& unit : call.grant().units) {
    for (std::string& below : call.organisation()->Subtree(unit)) {
      visibility.units.push_back(std::move(below));
    }
  }
  return visibility;
}

v1::Notice ToProto(const NoticeWithAttempts& found, AddressView view,
                   const std::string& person_id) {
  v1::Notice proto = ToProto(found.notice, view, person_id);
  for (const Attempt& attempt : found.attempts) *proto.add_attempts() = ToProto(attempt);
  return proto;
}

}  // namespace

grpc::Status DeliveryService::ListNotices(grpc::ServerContext* context,
                                          const v1::ListNoticesRequest* request,
                                          v1::ListNoticesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const std::string after, paging::KeyOf(*request));
    NoticeFilter filter;
    for (const int state : request->states()) {
      filter.states.push_back(static_cast<v1::NoticeState>(state));
    }
    filter.number = request->number();
    AVVIK_ASSIGN_OR_RETURN(const NoticePage page,
                           store_.List(call.tenant(), VisibilityOf(call), filter, after,
                                       paging::SizeOf(request->page_size())));
    for (const Notice& notice : page.notices) {
      *response->add_notices() = ToProto(notice, AddressView::kShown, PersonOf(call));
    }
    if (page.more) {
      response->set_next_page_token(paging::MakeToken(*request, page.notices.back().notice_id));
    }
    response->set_total_size(page.total);
    return absl::OkStatus();
  });
}

grpc::Status DeliveryService::GetNotice(grpc::ServerContext* context,
                                        const v1::GetNoticeRequest* request, v1::Notice* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("notices/" + request->notice_id());
    AVVIK_ASSIGN_OR_RETURN(const NoticeWithAttempts found,
                           store_.Get(call.tenant(), request->notice_id(), VisibilityOf(call)));
    *response = ToProto(found, AddressView::kShown, PersonOf(call));
    return absl::OkStatus();
  });
}

grpc::Status DeliveryService::GetQueue(grpc::ServerContext* context,
                                       const v1::GetQueueRequest* request, v1::Queue* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const QueueCount count, store_.Count(call.tenant()));
    *response = ToProto(count);
    return absl::OkStatus();
  });
}

grpc::Status DeliveryService::RetryNotice(grpc::ServerContext* context,
                                          const v1::RetryNoticeRequest* request,
                                          v1::Notice* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    const std::string subject = "notices/" + request->notice_id();
    call.set_subject(subject);
    AVVIK_ASSIGN_OR_RETURN(
        const NoticeWithAttempts retried,
        store_.Retry(call.tenant(), request->notice_id(), call.now(), call.Trace(subject)));
    due_();
    // Whoever runs Avvik need not be somebody who may read to whom it writes.
    const bool reads = environment_.GrantFor(call, kReadNotices).allowed();
    *response =
        ToProto(retried, reads ? AddressView::kShown : AddressView::kWithheld, PersonOf(call));
    return absl::OkStatus();
  });
}

}  // namespace avvik::delivery
