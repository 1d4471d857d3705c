// The gRPC face of the calendar: each method validates, converts, acts and answers.
#pragma once

#include "avvik/escalation/v1/calendar.grpc.pb.h"
#include "common/ids/id_source.h"
#include "common/regimes/regime_catalogue.h"
#include "common/rpc/environment.h"
#include "services/escalation/calendar_store.h"

namespace avvik::escalation {

// Thread-safe.
class CalendarService final : public v1::Calendar::Service {
 public:
  // `roles` is what each role may. All of them must outlive the service.
  CalendarService(rpc::Environment& environment, CalendarStore& store,
                  const regimes::RegimeCatalogue& regimes, const organisation::RoleCatalogue& roles,
                  IdSource& ids)
      : environment_(environment), store_(store), regimes_(regimes), roles_(roles), ids_(ids) {}

  grpc::Status ListDeadlines(grpc::ServerContext* context, const v1::ListDeadlinesRequest* request,
                             v1::ListDeadlinesResponse* response) override;
  grpc::Status CreateCalendarFeed(grpc::ServerContext* context,
                                  const v1::CreateCalendarFeedRequest* request,
                                  v1::CreateCalendarFeedResponse* response) override;
  grpc::Status ListCalendarFeeds(grpc::ServerContext* context,
                                 const v1::ListCalendarFeedsRequest* request,
                                 v1::ListCalendarFeedsResponse* response) override;
  grpc::Status RevokeCalendarFeed(grpc::ServerContext* context,
                                  const v1::RevokeCalendarFeedRequest* request,
                                  v1::RevokeCalendarFeedResponse* response) override;
  grpc::Status ReadCalendarFeed(grpc::ServerContext* context,
                                const v1::ReadCalendarFeedRequest* request,
                                v1::ReadCalendarFeedResponse* response) override;

 private:
  rpc::Environment& environment_;
  CalendarStore& store_;
  const regimes::RegimeCatalogue& regimes_;
  const organisation::RoleCatalogue& roles_;
  IdSource& ids_;
};

}  // namespace avvik::escalation
