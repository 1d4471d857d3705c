// The gRPC face of measures: each method validates, converts, acts and answers.
#pragma once

#include "avvik/triage/v1/measures.grpc.pb.h"
#include "common/events/publisher.h"
#include "common/ids/id_source.h"
#include "common/rpc/environment.h"
#include "services/triage/measure_store.h"

namespace avvik::triage {

// Thread-safe.
class MeasuresService final : public v1::Measures::Service {
 public:
  // All of them must outlive the service.
  MeasuresService(rpc::Environment& environment, MeasureStore& measures, CaseStore& cases,
                  events::Publisher& publisher, IdSource& ids)
      : environment_(environment),
        measures_(measures),
        cases_(cases),
        publisher_(publisher),
        ids_(ids) {}

  grpc::Status DecideMeasure(grpc::ServerContext* context, const v1::DecideMeasureRequest* request,
                             v1::Measure* response) override;
  grpc::Status ListCaseMeasures(grpc::ServerContext* context,
                                const v1::ListCaseMeasuresRequest* request,
                                v1::ListCaseMeasuresResponse* response) override;
  grpc::Status ListMeasures(grpc::ServerContext* context, const v1::ListMeasuresRequest* request,
                            v1::ListMeasuresResponse* response) override;
  grpc::Status GetMeasure(grpc::ServerContext* context, const v1::GetMeasureRequest* request,
                          v1::Measure* response) override;
  grpc::Status ChangeMeasure(grpc::ServerContext* context, const v1::ChangeMeasureRequest* request,
                             v1::Measure* response) override;
  grpc::Status CompleteMeasure(grpc::ServerContext* context,
                               const v1::CompleteMeasureRequest* request,
                               v1::Measure* response) override;
  grpc::Status DropMeasure(grpc::ServerContext* context, const v1::DropMeasureRequest* request,
                           v1::Measure* response) override;
  grpc::Status ReopenMeasure(grpc::ServerContext* context, const v1::ReopenMeasureRequest* request,
                             v1::Measure* response) override;

 private:
  // What a request plans for a case. INVALID_ARGUMENT naming what is wrong with it.
  absl::StatusOr<MeasurePlan> PlanFor(const rpc::Call& call, const v1::MeasurePlan& plan,
                                      const Case& subject) const;
  // Changes a measure and answers with it.
  absl::Status Change(rpc::Call& call, const std::string& id, const std::string& etag,
                      const MeasureFurtherDecision& decide, v1::Measure* response);
  absl::Status Answer(const rpc::Call& call, const Measure& measure, v1::Measure* response);

  rpc::Environment& environment_;
  MeasureStore& measures_;
  CaseStore& cases_;
  events::Publisher& publisher_;
  IdSource& ids_;
};

}  // namespace avvik::triage
