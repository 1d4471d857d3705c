// The gRPC face of metrics: each method validates, converts, acts and answers.
#pragma once

#include "avvik/metrics/v1/metrics.grpc.pb.h"
#include "common/rpc/environment.h"
#include "services/metrics/painter.h"
#include "services/metrics/rebuild.h"
#include "services/metrics/watchers.h"

namespace avvik::metrics {

// Thread-safe.
class MetricsService final : public v1::Metrics::Service {
 public:
  // All of them must outlive the service.
  MetricsService(rpc::Environment& environment, Painter& painter, Watchers& watchers,
                 Rebuilder& rebuilder)
      : environment_(environment),
        painter_(painter),
        watchers_(watchers),
        rebuilder_(rebuilder) {}

  grpc::Status ListIndicators(grpc::ServerContext* context,
                              const v1::ListIndicatorsRequest* request,
                              v1::ListIndicatorsResponse* response) override;
  grpc::Status GetSituation(grpc::ServerContext* context, const v1::GetSituationRequest* request,
                            v1::Situation* response) override;
  grpc::Status WatchSituation(grpc::ServerContext* context,
                              const v1::WatchSituationRequest* request,
                              grpc::ServerWriter<v1::Situation>* writer) override;
  grpc::Status RebuildFigures(grpc::ServerContext* context,
                              const v1::RebuildFiguresRequest* request,
                              v1::RebuildFiguresResponse* response) override;
  grpc::Status GetRebuild(grpc::ServerContext* context, const v1::GetRebuildRequest* request,
                          v1::Rebuild* response) override;

 private:
  rpc::Environment& environment_;
  Painter& painter_;
  Watchers& watchers_;
  Rebuilder& rebuilder_;
};

}  // namespace avvik::metrics
