#include "services/escalation/calendar_service.h"

#include <string>
#include <utility>

#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/rpc/time.h"
#include "common/rpc/transport.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/escalation/deciding_person.h"
#include "services/escalation/errors.h"
#include "services/escalation/feed_secret.h"

namespace avvik::escalation {
namespace {

// What shows a duty, and with it its deadlines; and what shows its case, and with it who has it.
constexpr char kReadsDuties[] = "duties.read";
constexpr char kReadsCases[] = "cases.read";

std::string SubjectOf(const std::string& feed_id) { return "calendar-feeds/" + feed_id; }

absl::StatusOr<DeadlineFilter> FilterFromProto(const v1::ListDeadlinesRequest& request) {
  DeadlineFilter filter;
  if (request.has_from_time()) filter.from = rpc::FromProtoTime(request.from_time());
  if (request.has_until_time()) filter.until = rpc::FromProtoTime(request.until_time());
  if (filter.from && filter.until && *filter.until <= *filter.from) {
    return status::InvalidField("until_time", "must be later than from_time");
  }
  return filter;
}

v1::CalendarFeed ToProto(const CalendarFeed& feed) {
  v1::CalendarFeed proto;
  proto.set_feed_id(feed.id);
  proto.set_own(feed.own);
  *proto.mutable_create_time() = rpc::ToProtoTime(feed.create_time);
  if (feed.read_time) *proto.mutable_read_time() = rpc::ToProtoTime(*feed.read_time);
  return proto;
}

void SetOwner(const Deadline& deadline, const Visibility& cases,
              const organisation::Organisation* organisation, v1::Deadline* proto) {
  if (deadline.owner_person_id.empty()) return;
  if (!organisation::Judge(cases, deadline.matter).allowed()) return;
  proto->mutable_owner()->set_person_id(deadline.owner_person_id);
  const auto* person = organisation == nullptr
                           ? nullptr
                           : organisation->FindPersonById(deadline.owner_person_id);
  if (person != nullptr) proto->mutable_owner()->set_name(person->name());
}

// The token of a service counts only beside its own certificate, so that this is the gateway and no
// other service.
absl::Status CheckGateway(const rpc::Call& call) {
  if (call.caller().client_id != rpc::CertificateName("gateway")) {
    return status::Error(absl::StatusCode::kPermissionDenied,
                         "only the gateway gives what addresses of calendars give", "PEER_NAME");
  }
  if (call.tenant().empty()) {
    return status::InvalidField("tenant", "the call must name the municipality");
  }
  return absl::OkStatus();
}

}  // namespace

grpc::Status CalendarService::ListDeadlines(grpc::ServerContext* context,
                                            const v1::ListDeadlinesRequest* request,
                                            v1::ListDeadlinesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const std::string key, paging::KeyOf(*request));
    AVVIK_ASSIGN_OR_RETURN(const DeadlineFilter filter, FilterFromProto(*request));
    const Visibility visibility =
        request->own() ? OnlyOwn(call.visibility()) : call.visibility();
    AVVIK_ASSIGN_OR_RETURN(const DeadlinePage page,
                           store_.List(call.tenant(), visibility, filter, key,
                                       paging::SizeOf(request->page_size())));
    const Visibility cases = environment_.VisibilityFor(call, kReadsCases);
    for (const Deadline& deadline : page.deadlines) {
      v1::Deadline* entry = response->add_deadlines();
      *entry = escalation::ToProto(deadline, regimes_);
      SetOwner(deadline, cases, call.organisation().get(), entry);
    }
    if (!page.next.empty()) {
      response->set_next_page_token(paging::MakeToken(*request, page.next));
    }
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status CalendarService::CreateCalendarFeed(grpc::ServerContext* context,
                                                 const v1::CreateCalendarFeedRequest* request,
                                                 v1::CreateCalendarFeedResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    if (call.caller().machine) return error::PersonNeeded();
    if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
    const CalendarFeed feed{.id = ids_.Next(),
                            .person_id = PersonOf(call),
                            .own = request->own(),
                            .create_time = call.now(),
                            .read_time = std::nullopt};
    // What groups of the sign-in provider grant is known only while somebody is signed in.
    if (call.organisation()->FindPersonById(feed.person_id) == nullptr) {
      return error::PersonNotNamed();
    }
    const std::string subject = SubjectOf(feed.id);
    call.set_subject(subject);
    const std::string secret = NewFeedSecret();
    AVVIK_RETURN_IF_ERROR(store_.CreateFeed(call.tenant(), feed, HashOfSecret(secret),
                                            call.Trace(subject)));
    *response->mutable_feed() = ToProto(feed);
    response->set_path(FeedPath(call.tenant(), secret));
    return absl::OkStatus();
  });
}

grpc::Status CalendarService::ListCalendarFeeds(grpc::ServerContext* context,
                                                const v1::ListCalendarFeedsRequest* request,
                                                v1::ListCalendarFeedsResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const std::vector<CalendarFeed> feeds,
                           store_.ListFeeds(call.tenant(), PersonOf(call)));
    for (const CalendarFeed& feed : feeds) *response->add_feeds() = ToProto(feed);
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status CalendarService::RevokeCalendarFeed(grpc::ServerContext* context,
                                                 const v1::RevokeCalendarFeedRequest* request,
                                                 v1::RevokeCalendarFeedResponse*) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) {
    const std::string subject = SubjectOf(request->feed_id());
    call.set_subject(subject);
    return store_.RemoveFeed(call.tenant(), PersonOf(call), request->feed_id(),
                             call.Trace(subject));
  });
}

grpc::Status CalendarService::ReadCalendarFeed(grpc::ServerContext* context,
                                               const v1::ReadCalendarFeedRequest* request,
                                               v1::ReadCalendarFeedResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_RETURN_IF_ERROR(CheckGateway(call));
    AVVIK_ASSIGN_OR_RETURN(
        const CalendarFeed feed,
        store_.OpenFeed(call.tenant(), HashOfSecret(request->secret()), call.now()));
    const std::string subject = SubjectOf(feed.id);
    call.set_subject(subject);
    if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
    const auto* person = call.organisation()->FindPersonById(feed.person_id);
    if (person == nullptr) {
      // Should somebody of that name come again, an old telephone is not theirs.
      AVVIK_RETURN_IF_ERROR(
          store_.RemoveFeed(call.tenant(), feed.person_id, feed.id, call.Trace(subject)));
      return error::CalendarFeedNotFound();
    }
    call.set_on_behalf_of(person->login());
    const Visibility visibility = VisibilityOfPerson(*call.organisation(), roles_, person->login(),
                                                     kReadsDuties, feed.own, call.now());
    AVVIK_ASSIGN_OR_RETURN(const DeadlinePage page,
                           store_.List(call.tenant(), visibility, {}, "", kMostEntries));
    for (const Deadline& deadline : page.deadlines) {
      if (auto entry = EntryOf(deadline, regimes_)) *response->add_entries() = *std::move(entry);
    }
    response->set_language(call.organisation()->LanguageOf(person->login()));
    return absl::OkStatus();
  });
}

}  // namespace avvik::escalation
