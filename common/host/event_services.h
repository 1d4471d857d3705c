// The gRPC faces of a service's event log and inbox, and the client of another service's log.
#pragma once

#include <memory>
#include <string>

#include "avvik/events/v1/event_log.grpc.pb.h"
#include "common/events/event_log.h"
#include "common/events/inbox.h"
#include "common/rpc/environment.h"
#include "common/rpc/peer.h"

namespace avvik::host {

class EventLogService final : public events::v1::EventLog::Service {
 public:
  EventLogService(rpc::Environment& environment, events::EventLogReader& log)
      : environment_(environment), log_(log) {}
  grpc::Status ReadEvents(grpc::ServerContext* context,
                          const events::v1::ReadEventsRequest* request,
                          events::v1::ReadEventsResponse* response) override;

 private:
  rpc::Environment& environment_;
  events::EventLogReader& log_;
};

class EventInboxService final : public events::v1::EventInbox::Service {
 public:
  EventInboxService(rpc::Environment& environment, events::Inbox& inbox, pg::Pool& pool)
      : environment_(environment), inbox_(inbox), pool_(pool) {}
  grpc::Status ListConsumers(grpc::ServerContext* context,
                             const events::v1::ListConsumersRequest* request,
                             events::v1::ListConsumersResponse* response) override;
  grpc::Status ListParkedEvents(grpc::ServerContext* context,
                                const events::v1::ListParkedEventsRequest* request,
                                events::v1::ListParkedEventsResponse* response) override;
  grpc::Status ReplayParkedEvents(grpc::ServerContext* context,
                                  const events::v1::ReplayParkedEventsRequest* request,
                                  events::v1::ReplayParkedEventsResponse* response) override;

 private:
  rpc::Environment& environment_;
  events::Inbox& inbox_;
  pg::Pool& pool_;
};

// Thread-safe.
class RemoteEventLog final : public events::EventLogReader {
 public:
  explicit RemoteEventLog(rpc::Peer& peer) : peer_(peer) {}
  absl::StatusOr<events::LogPage> Read(int64_t position, int limit) override;

 private:
  rpc::Peer& peer_;
};

}  // namespace avvik::host
