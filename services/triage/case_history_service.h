// The gRPC face of what became of cases: each method validates, converts, acts and answers.
#pragma once

#include "avvik/triage/v1/case_history.grpc.pb.h"
#include "avvik/triage/v1/case_outcomes.grpc.pb.h"
#include "common/rpc/environment.h"
#include "services/triage/case_history_store.h"

namespace avvik::triage {

// Thread-safe.
class CaseHistoryService final : public v1::CaseHistory::Service {
 public:
  // All of them must outlive the service.
  CaseHistoryService(rpc::Environment& environment, CaseHistoryStore& history)
      : environment_(environment), history_(history) {}

  grpc::Status GetCaseTimeline(grpc::ServerContext* context,
                               const v1::GetCaseTimelineRequest* request,
                               v1::GetCaseTimelineResponse* response) override;
  grpc::Status ListCaseReaders(grpc::ServerContext* context,
                               const v1::ListCaseReadersRequest* request,
                               v1::ListCaseReadersResponse* response) override;

 private:
  rpc::Environment& environment_;
  CaseHistoryStore& history_;
};

// What intake asks for reporters. Thread-safe.
class CaseOutcomesService final : public v1::CaseOutcomes::Service {
 public:
  // Both must outlive the service.
  CaseOutcomesService(rpc::Environment& environment, CaseHistoryStore& history)
      : environment_(environment), history_(history) {}

  grpc::Status BatchGetCaseOutcomes(grpc::ServerContext* context,
                                    const v1::BatchGetCaseOutcomesRequest* request,
                                    v1::BatchGetCaseOutcomesResponse* response) override;

 private:
  rpc::Environment& environment_;
  CaseHistoryStore& history_;
};

}  // namespace avvik::triage
