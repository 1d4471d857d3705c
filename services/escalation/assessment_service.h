// The gRPC face of assessments: each method validates, converts, acts and answers.
#pragma once

#include "avvik/escalation/v1/assessment.grpc.pb.h"
#include "common/events/publisher.h"
#include "common/regimes/regime_catalogue.h"
#include "common/rpc/environment.h"
#include "services/escalation/assessment_store.h"

namespace avvik::escalation {

// Thread-safe.
class AssessmentService final : public v1::Assessments::Service {
 public:
  // All of them must outlive the service.
  AssessmentService(rpc::Environment& environment, AssessmentStore& store,
                    const regimes::RegimeCatalogue& regimes, events::Publisher& publisher)
      : environment_(environment), store_(store), regimes_(regimes), publisher_(publisher) {}

  grpc::Status GetAssessment(grpc::ServerContext* context, const v1::GetAssessmentRequest* request,
                             v1::Assessment* response) override;
  grpc::Status AnswerQuestions(grpc::ServerContext* context,
                               const v1::AnswerQuestionsRequest* request,
                               v1::Assessment* response) override;
  grpc::Status ListDecisions(grpc::ServerContext* context, const v1::ListDecisionsRequest* request,
                             v1::ListDecisionsResponse* response) override;
  grpc::Status ListBreaches(grpc::ServerContext* context, const v1::ListBreachesRequest* request,
                            v1::ListBreachesResponse* response) override;

 private:
  rpc::Environment& environment_;
  AssessmentStore& store_;
  const regimes::RegimeCatalogue& regimes_;
  events::Publisher& publisher_;
};

}  // namespace avvik::escalation
