// The gRPC face of dossiers: each method validates, converts, acts and answers.
#pragma once

#include <atomic>

#include "avvik/escalation/v1/dossier.grpc.pb.h"
#include "common/events/publisher.h"
#include "common/ids/id_source.h"
#include "common/regimes/regime_catalogue.h"
#include "common/rpc/environment.h"
#include "services/escalation/dossier_store.h"

namespace avvik::escalation {

// Thread-safe.
class DossierService final : public v1::Dossiers::Service {
 public:
  // All of them must outlive the service.
  DossierService(rpc::Environment& environment, DossierStore& store,
                 const regimes::RegimeCatalogue& regimes, IdSource& ids,
                 events::Publisher& publisher)
      : environment_(environment),
        store_(store),
        regimes_(regimes),
        ids_(ids),
        publisher_(publisher) {}

  grpc::Status GetDossier(grpc::ServerContext* context, const v1::GetDossierRequest* request,
                          v1::Dossier* response) override;
  grpc::Status SaveDossier(grpc::ServerContext* context, const v1::SaveDossierRequest* request,
                           v1::Dossier* response) override;
  grpc::Status AskForReview(grpc::ServerContext* context, const v1::AskForReviewRequest* request,
                            v1::Dossier* response) override;
  grpc::Status ApproveDossier(grpc::ServerContext* context,
                              const v1::ApproveDossierRequest* request,
                              v1::Dossier* response) override;
  grpc::Status ReturnDossier(grpc::ServerContext* context, const v1::ReturnDossierRequest* request,
                             v1::Dossier* response) override;
  grpc::Status TickFields(grpc::ServerContext* context, const v1::TickFieldsRequest* request,
                          v1::Dossier* response) override;
  grpc::Status AttachReceipt(grpc::ServerContext* context,
                             grpc::ServerReader<v1::AttachReceiptRequest>* reader,
                             v1::DossierReceipt* response) override;
  grpc::Status GetReceipt(grpc::ServerContext* context, const v1::GetReceiptRequest* request,
                          grpc::ServerWriter<v1::GetReceiptResponse>* writer) override;

 private:
  // Files that come in and go out at one time; each holds a thread, and lies in memory whole.
  static constexpr int kMaxTransfers = 16;

  // Runs a call that carries a file: let in without a place among the others, for it may take long.
  template <typename Request, typename Work>
  grpc::Status Transfer(const grpc::ServerContext& context, const Request& request, Work&& work);
  // Does something to the dossier that a request names, and answers with it.
  template <typename Request, typename Act>
  grpc::Status Change(grpc::ServerContext& context, const Request& request, const std::string& etag,
                      v1::Dossier* response, Act&& act);
  // What the stage of a duty asks for. Errors: StageNotFound, RegimeVersionUnknown.
  absl::StatusOr<DossierRules> RulesOf(const Duty& duty, const std::string& stage) const;
  // Error: DossierVersionNotFound.
  absl::StatusOr<v1::Dossier> Shown(const DossierFile& file, int version,
                                    const rpc::Call& call) const;

  rpc::Environment& environment_;
  DossierStore& store_;
  const regimes::RegimeCatalogue& regimes_;
  IdSource& ids_;
  events::Publisher& publisher_;
  std::atomic<int> transfers_{0};
};

}  // namespace avvik::escalation
