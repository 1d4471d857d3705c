#include "tests/fuzz/api_targets.h"


#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <memory>
#include <string>

#include "avvik/delivery/v1/delivery.pb.h"
#include "avvik/escalation/v1/assessment.pb.h"
#include "avvik/escalation/v1/escalation.pb.h"
#include "avvik/events/v1/event.pb.h"
#include "avvik/events/v1/event_log.pb.h"
#include "avvik/intake/v1/intake.pb.h"
#include "avvik/metrics/v1/metrics.pb.h"
#include "avvik/triage/v1/triage.pb.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "common/events/stream_entry.h"
#include "common/paging/page_token.h"
#include "common/validate/validate.h"
#include "services/gateway/field_value.h"
#include "services/gateway/json_proto.h"
#include "services/gateway/url.h"
#include "tests/fuzz/targets.h"

namespace avvik::fuzz {
namespace {

const gateway::RouteTable& Routes() {
  static const gateway::RouteTable routes = *gateway::RouteTable::Build(
      {intake::v1::SubmitReportRequest::descriptor()->file(),
       triage::v1::ListCasesRequest::descriptor()->file(),
       escalation::v1::GetAssessmentRequest::descriptor()->file(),
       escalation::v1::ListDutiesRequest::descriptor()->file(),
       metrics::v1::ListIndicatorsRequest::descriptor()->file(),
       delivery::v1::ListNoticesRequest::descriptor()->file(),
       events::v1::ReadEventsRequest::descriptor()->file()});
  return routes;
}

std::unique_ptr<google::protobuf::Message> New(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

size_t Byte(std::string_view bytes, size_t at) { return static_cast<unsigned char>(bytes[at]); }

}  // namespace

void JsonRequest(std::string_view bytes) {
  if (bytes.empty()) return;
  const gateway::Route& route = Routes().routes()[Byte(bytes, 0) % Routes().routes().size()];
  bytes.remove_prefix(1);
  const size_t end = std::min(bytes.find('\0'), bytes.size());
  const std::string_view query = bytes.substr(0, end);
  const std::string_view body = bytes.substr(std::min(end + 1, bytes.size()));
  const auto message = New(route.method->input_type());
  const absl::Status status = gateway::ReadRequest(route, {}, query, body, message.get());
  Must(status.ok() || status.code() == absl::StatusCode::kInvalidArgument,
       "a request is taken or said to be wrong");
  if (status.ok()) {
    (void)validate::Validate(*message);
    Must(message->IsInitialized() && message->ByteSizeLong() < (size_t{64} << 20),
         "a request does not grow without bounds");
  }
}

void FieldValue(std::string_view bytes) {
  if (bytes.size() < 2) return;
  const auto* type =
      Routes().routes()[Byte(bytes, 0) % Routes().routes().size()].method->input_type();
  if (type->field_count() == 0) return;
  const auto message = New(type);
  const auto* field = type->field(static_cast<int>(Byte(bytes, 1)) % type->field_count());
  const std::string mistake = gateway::SetFromText(bytes.substr(2), *field, message.get());
  Must(mistake.size() < 1000, "what is wrong is told shortly");
}

void HttpRoute(std::string_view bytes) {
  const size_t space = std::min(bytes.find(' '), bytes.size());
  const std::string_view target = bytes.substr(std::min(space + 1, bytes.size()));
  const size_t query = std::min(target.find('?'), target.size());
  const auto match = Routes().Find(bytes.substr(0, space), target.substr(0, query));
  Must(match.ok() || match.status().code() == absl::StatusCode::kInvalidArgument,
       "a path is found, not found, or malformed");
  if (match.ok() && match->route != nullptr) {
    for (const auto& [field, value] : match->bindings) {
      Must(!value.empty(), "a path binds something");
    }
  }
  (void)Routes().IsApiPath(target.substr(0, query));
  for (const auto& parameter : gateway::SplitQuery(target.substr(std::min(query + 1, target.size())))) {
    (void)gateway::QueryDecode(parameter.name);
    (void)gateway::QueryDecode(parameter.value);
  }
}

void PageToken(std::string_view bytes) {
  triage::v1::ListCasesRequest request;
  request.set_page_token(std::string(bytes));
  const auto key = paging::KeyOf(request);
  Must(key.ok() || key.status().code() == absl::StatusCode::kInvalidArgument,
       "a page token is ours or said to be wrong");
  // Whatever key a row has comes back; none has an empty one.
  if (bytes.empty()) return;
  const std::string last(bytes);
  request.set_page_token(paging::MakeToken(request, last));
  const auto again = paging::KeyOf(request);
  Must(again.ok() && *again == last, "a token of ours gives its key back");
}

void Event(std::string_view bytes) {
  // As it lies in a stream: only one who has a key gets it through, whatever it holds.
  static const auto keys = *events::EventKeys::FromText(std::string(64, '5'));
  const std::string whole(bytes);
  const size_t proof = std::min<size_t>(whole.size(), 32);
  Must(!events::ProvenPosition(*keys, "intake",
                               {.id = events::EntryId(1),
                                .event = whole.substr(proof),
                                .proof = whole.substr(0, proof)}),
       "what nobody proved is refused");
  const auto fields = events::EntryFields(*keys, "intake", 1, "type", whole);
  Must(events::ProvenPosition(*keys, "intake",
                              {.id = events::EntryId(1), .event = fields[3], .proof = fields[5]}) == 1,
       "what we wrote is proven");
  events::v1::Event event;
  if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  (void)validate::Validate(event);
  triage::v1::OrganisationApplied applied;
  (void)event.data().UnpackTo(&applied);
  const std::string& url = event.data().type_url();
  const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
      url.substr(url.rfind('/') + 1));
  if (type == nullptr) return;
  const auto data = New(type);
  if (data->ParseFromString(event.data().value())) (void)validate::Validate(*data);
}

}  // namespace avvik::fuzz
