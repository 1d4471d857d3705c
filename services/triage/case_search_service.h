// The gRPC face of counting and comparing cases.
#pragma once

#include "avvik/triage/v1/case_search.grpc.pb.h"
#include "common/rpc/environment.h"
#include "services/triage/case_search_store.h"
#include "services/triage/case_store.h"

namespace avvik::triage {

// Thread-safe.
class CaseSearchService final : public v1::CaseSearch::Service {
 public:
  // All of them must outlive the service.
  CaseSearchService(rpc::Environment& environment, CaseStore& cases, CaseSearchStore& search)
      : environment_(environment), cases_(cases), search_(search) {}

  grpc::Status CountCases(grpc::ServerContext* context, const v1::CountCasesRequest* request,
                          v1::CountCasesResponse* response) override;
  grpc::Status ListSimilarCases(grpc::ServerContext* context,
                                const v1::ListSimilarCasesRequest* request,
                                v1::ListSimilarCasesResponse* response) override;

 private:
  rpc::Environment& environment_;
  CaseStore& cases_;
  CaseSearchStore& search_;
};

}  // namespace avvik::triage
