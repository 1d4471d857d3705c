// The gRPC face of doing the same to many cases.
#pragma once

#include "avvik/triage/v1/case_batch.grpc.pb.h"
#include "common/events/publisher.h"
#include "common/rpc/environment.h"
#include "services/triage/case_commands.h"

namespace avvik::triage {

// Thread-safe.
class CaseBatchService final : public v1::CaseBatch::Service {
 public:
  // All of them must outlive the service.
  CaseBatchService(rpc::Environment& environment, CaseCommands& commands,
                   events::Publisher& publisher)
      : environment_(environment), commands_(commands), publisher_(publisher) {}

  grpc::Status BatchAssignCases(grpc::ServerContext* context,
                                const v1::BatchAssignCasesRequest* request,
                                v1::BatchChangeCasesResponse* response) override;
  grpc::Status BatchAcknowledgeCases(grpc::ServerContext* context,
                                     const v1::BatchAcknowledgeCasesRequest* request,
                                     v1::BatchChangeCasesResponse* response) override;
  grpc::Status BatchCloseCases(grpc::ServerContext* context,
                               const v1::BatchCloseCasesRequest* request,
                               v1::BatchChangeCasesResponse* response) override;
  grpc::Status BatchAddNotes(grpc::ServerContext* context, const v1::BatchAddNotesRequest* request,
                             v1::BatchChangeCasesResponse* response) override;

 private:
  // Does to each case of the request what `decide` gives for its version.
  template <typename Request, typename Decide>
  absl::Status ChangeEach(rpc::Call& call, const Request& request, const std::string& request_id,
                          const Decide& decide, v1::BatchChangeCasesResponse* response);

  rpc::Environment& environment_;
  CaseCommands& commands_;
  events::Publisher& publisher_;
};

}  // namespace avvik::triage
