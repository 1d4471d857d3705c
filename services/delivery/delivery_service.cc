#include "services/delivery/delivery_service.h"

#include <utility>

#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/status/macros.h"
#include "services/delivery/notice_proto.h"
#include "services/delivery/reporter_source.h"

namespace avvik::delivery {
namespace {

v1::Notice ToProto(const NoticeWithAttempts& found, const std::vector<std::string>& person_ids) {
  v1::Notice proto = ToProto(found.notice, person_ids);
  for (const Attempt& attempt : found.attempts) *proto.add_attempts() = ToProto(attempt);
  return proto;
}

v1::TemplateWords ToProto(const RenderedNotice& words) {
  v1::TemplateWords proto;
  proto.set_subject(words.subject);
  proto.set_text(words.text);
  proto.set_html(words.html);
  return proto;
}

// A case that does not exist, of this municipality.
TemplateValues ExampleOf(const organisation::Organisation* organisation) {
  constexpr char kNumber[] = "AVV-2026-000000";
  if (organisation == nullptr) return {.number = kNumber, .link = kNumber, .organisation = ""};
  return {.number = kNumber,
          .link = organisation->proto().base_url() + "/cases/" + kNumber,
          .organisation = organisation->proto().name()};
}

}  // namespace

absl::StatusOr<std::vector<std::string>> DeliveryService::PersonsOf(const rpc::Call& call) {
  AVVIK_ASSIGN_OR_RETURN(std::vector<std::string> persons,
                         ConfidentialPersonIds(vault_, call.tenant(), call.caller().login));
  persons.push_back(organisation::PersonId(call.tenant(), call.caller().login));
  return persons;
}

absl::StatusOr<Visibility> DeliveryService::VisibilityOf(const rpc::Call& call) {
  AVVIK_ASSIGN_OR_RETURN(std::vector<std::string> persons, PersonsOf(call));
  return Visibility{.cases = call.visibility(), .person_ids = std::move(persons)};
}

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
    AVVIK_ASSIGN_OR_RETURN(const Visibility visibility, VisibilityOf(call));
    AVVIK_ASSIGN_OR_RETURN(const NoticePage page,
                           store_.List(call.tenant(), visibility, filter, after,
                                       paging::SizeOf(request->page_size())));
    for (const Notice& notice : page.notices) {
      *response->add_notices() = ToProto(notice, visibility.person_ids);
    }
    if (page.more) {
      response->set_next_page_token(paging::MakeToken(*request, page.notices.back().notice_id));
    }
    response->set_total_size(page.total);
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status DeliveryService::GetNotice(grpc::ServerContext* context,
                                        const v1::GetNoticeRequest* request, v1::Notice* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("notices/" + request->notice_id());
    AVVIK_ASSIGN_OR_RETURN(const Visibility visibility, VisibilityOf(call));
    AVVIK_ASSIGN_OR_RETURN(const NoticeWithAttempts found,
                           store_.Get(call.tenant(), request->notice_id(), visibility));
    *response = ToProto(found, visibility.person_ids);
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

grpc::Status DeliveryService::ListTemplates(grpc::ServerContext* context,
                                            const v1::ListTemplatesRequest* request,
                                            v1::ListTemplatesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    const TemplateValues values = ExampleOf(call.organisation().get());
    for (const TemplateId id : kTemplates) {
      for (const std::string_view name : kLanguages) {
        const std::string language(name);
        if (!request->language().empty() && request->language() != language) continue;
        v1::Template* entry = response->add_templates();
        entry->set_template_(std::string(TemplateName(id)));
        entry->set_language(language);
        *entry->mutable_words() = ToProto(templates_.Written(id, language));
        *entry->mutable_preview() = ToProto(templates_.Render(id, language, values));
      }
    }
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status DeliveryService::RetryNotice(grpc::ServerContext* context,
                                          const v1::RetryNoticeRequest* request,
                                          v1::Notice* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    const std::string subject = "notices/" + request->notice_id();
    call.set_subject(subject);
    AVVIK_ASSIGN_OR_RETURN(const Visibility visibility, VisibilityOf(call));
    AVVIK_ASSIGN_OR_RETURN(const NoticeWithAttempts retried,
                           store_.Retry(call.tenant(), request->notice_id(), visibility, call.now(),
                                        call.Trace(subject)));
    due_();
    *response = ToProto(retried, visibility.person_ids);
    return absl::OkStatus();
  });
}

}  // namespace avvik::delivery
