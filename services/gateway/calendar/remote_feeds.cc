#include "services/gateway/calendar/remote_feeds.h"

#include "avvik/escalation/v1/calendar.grpc.pb.h"
#include "common/rpc/status.h"
#include "common/status/macros.h"

namespace avvik::gateway {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(10);

}  // namespace

absl::StatusOr<escalation::v1::ReadCalendarFeedResponse> RemoteFeeds::Read(
    const std::string& tenant, const std::string& secret, const std::string& trace_parent) {
  AVVIK_ASSIGN_OR_RETURN(const auto context,
                         escalation_.NewContext(tenant, kTimeout, trace_parent));
  escalation::v1::ReadCalendarFeedRequest request;
  request.set_secret(secret);
  escalation::v1::ReadCalendarFeedResponse response;
  const auto stub = escalation::v1::Calendar::NewStub(escalation_.channel());
  const grpc::Status status = stub->ReadCalendarFeed(context.get(), request, &response);
  if (!status.ok()) return rpc::FromGrpc(status);
  return response;
}

}  // namespace avvik::gateway
