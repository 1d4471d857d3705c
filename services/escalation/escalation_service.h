// The gRPC face of escalation: each method validates, converts, acts and answers.
#pragma once

#include "avvik/escalation/v1/escalation.grpc.pb.h"
#include "common/events/publisher.h"
#include "common/rpc/environment.h"
#include "common/regimes/regime_catalogue.h"
#include "services/escalation/duty_store.h"

namespace avvik::escalation {

// Thread-safe.
class EscalationService final : public v1::Escalation::Service {
 public:
  // All of them must outlive the service.
  EscalationService(rpc::Environment& environment, DutyStore& store, const RegimeCatalogue& regimes,
                    events::Publisher& publisher)
      : environment_(environment), store_(store), regimes_(regimes), publisher_(publisher) {}

  grpc::Status ListDuties(grpc::ServerContext* context, const v1::ListDutiesRequest* request,
                          v1::ListDutiesResponse* response) override;
  grpc::Status GetDuty(grpc::ServerContext* context, const v1::GetDutyRequest* request,
                       v1::Duty* response) override;
  grpc::Status SubmitStage(grpc::ServerContext* context, const v1::SubmitStageRequest* request,
                           v1::Duty* response) override;
  grpc::Status RuleOutDuty(grpc::ServerContext* context, const v1::RuleOutDutyRequest* request,
                           v1::Duty* response) override;
  grpc::Status ListRegimes(grpc::ServerContext* context, const v1::ListRegimesRequest* request,
                           v1::ListRegimesResponse* response) override;

 private:
  v1::Duty Shown(const Duty& duty, const rpc::Call& call) const;
  // What the duty goes by.
  absl::StatusOr<DutyRules> RulesOf(const Duty& duty, const rpc::Call& call) const;

  rpc::Environment& environment_;
  DutyStore& store_;
  const RegimeCatalogue& regimes_;
  events::Publisher& publisher_;
};

}  // namespace avvik::escalation
