#include "common/host/event_services.h"

#include <algorithm>
#include <utility>

#include "common/rpc/handle.h"
#include "common/rpc/status.h"
#include "common/status/macros.h"

namespace avvik::host {
namespace {

constexpr int kDefaultEvents = 500;
constexpr int kMostEvents = 2'000;
constexpr int kDefaultParked = 100;
constexpr int kMostParked = 1'000;
constexpr absl::Duration kReadTimeout = absl::Seconds(5);

int PageSize(int asked, int by_default, int most) {
  return asked == 0 ? by_default : std::min(asked, most);
}

}  // namespace

grpc::Status EventLogService::ReadEvents(grpc::ServerContext* context,
                                         const events::v1::ReadEventsRequest* request,
                                         events::v1::ReadEventsResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call&) -> absl::Status {
    const int limit = PageSize(request->page_size(), kDefaultEvents, kMostEvents);
    AVVIK_ASSIGN_OR_RETURN(events::LogPage page, log_.Read(request->after_position(), limit));
    for (events::v1::StoredEvent& stored : page.events) {
      response->add_events()->Swap(&stored);
    }
    response->set_head_position(page.head);
    return absl::OkStatus();
  });
}

grpc::Status EventInboxService::ListConsumers(grpc::ServerContext* context,
                                              const events::v1::ListConsumersRequest* request,
                                              events::v1::ListConsumersResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call&) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(*response, inbox_.ListConsumers());
    return absl::OkStatus();
  });
}

grpc::Status EventInboxService::ListParkedEvents(grpc::ServerContext* context,
                                                 const events::v1::ListParkedEventsRequest* request,
                                                 events::v1::ListParkedEventsResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call&) -> absl::Status {
    const int limit = PageSize(request->page_size(), kDefaultParked, kMostParked);
    AVVIK_ASSIGN_OR_RETURN(*response, inbox_.ListParked(limit));
    return absl::OkStatus();
  });
}

grpc::Status EventInboxService::ReplayParkedEvents(
    grpc::ServerContext* context, const events::v1::ReplayParkedEventsRequest* request,
    events::v1::ReplayParkedEventsResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    // Each event is replayed in a transaction of its own; the order to do so is recorded first.
    AVVIK_RETURN_IF_ERROR(pg::RunInTransaction(
        pool_, pg::Scope::Everything(), call.deadline(), [&](pg::Transaction& transaction) {
          return audit::Append(transaction, call.Trace("parked-events"));
        }));
    AVVIK_ASSIGN_OR_RETURN(*response, inbox_.Replay(request->subject()));
    return absl::OkStatus();
  });
}

absl::StatusOr<events::LogPage> RemoteEventLog::Read(int64_t position, int limit) {
  AVVIK_ASSIGN_OR_RETURN(const auto context, peer_.NewContext("", kReadTimeout));
  events::v1::ReadEventsRequest request;
  request.set_after_position(position);
  request.set_page_size(limit);
  events::v1::ReadEventsResponse response;
  const auto stub = events::v1::EventLog::NewStub(peer_.channel());
  AVVIK_RETURN_IF_ERROR(rpc::FromGrpc(stub->ReadEvents(context.get(), request, &response)));
  events::LogPage page;
  page.head = response.head_position();
  page.events.reserve(static_cast<size_t>(response.events_size()));
  for (events::v1::StoredEvent& stored : *response.mutable_events()) {
    page.events.push_back(std::move(stored));
  }
  return page;
}

}  // namespace avvik::host
