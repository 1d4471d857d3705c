// Erasing, and what keeps from it.
#pragma once

#include "avvik/triage/v1/secrecy.grpc.pb.h"
#include "common/events/publisher.h"
#include "common/rpc/environment.h"
#include "services/triage/case_store.h"
#include "services/triage/erasure_store.h"

namespace avvik::triage {

// Thread-safe.
class SecrecyService final : public v1::Secrecy::Service {
 public:
  // All of them must outlive the service.
  SecrecyService(rpc::Environment& environment, CaseStore& cases, ErasureStore& erasures,
                 events::Publisher& publisher)
      : environment_(environment), cases_(cases), erasures_(erasures), publisher_(publisher) {}

  grpc::Status EraseCase(grpc::ServerContext* context, const v1::EraseCaseRequest* request,
                         v1::Erasure* response) override;
  grpc::Status HoldCase(grpc::ServerContext* context, const v1::HoldCaseRequest* request,
                        v1::Case* response) override;
  grpc::Status ReleaseCase(grpc::ServerContext* context, const v1::ReleaseCaseRequest* request,
                           v1::Case* response) override;
  grpc::Status ListErasures(grpc::ServerContext* context, const v1::ListErasuresRequest* request,
                            v1::ListErasuresResponse* response) override;

 private:
  absl::Status Change(rpc::Call& call, const std::string& case_id, const Decision& decide,
                      v1::Case* response);

  rpc::Environment& environment_;
  CaseStore& cases_;
  ErasureStore& erasures_;
  events::Publisher& publisher_;
};

}  // namespace avvik::triage
