// The gRPC face of anonymous reporting and of dialogues: each method validates, converts, acts and answers.
#pragma once

#include "avvik/intake/v1/receipts.grpc.pb.h"
#include "common/events/publisher.h"
#include "common/filing_proof/filing_proof.h"
#include "common/ids/id_source.h"
#include "common/organisation/directory.h"
#include "common/rpc/environment.h"
#include "services/intake/attachment_store.h"
#include "services/intake/campaign_store.h"
#include "services/intake/group_committer.h"
#include "services/intake/proof_of_work.h"
#include "services/intake/receipt_book.h"
#include "services/intake/receipt_keys.h"
#include "services/intake/receipt_store.h"
#include "services/intake/report_fingerprint.h"
#include "services/intake/report_proto.h"
#include "services/intake/report_statuses.h"
#include "services/intake/report_store.h"

namespace avvik::intake {

// Thread-safe. Its methods run on gRPC's synchronous threads: those with a receipt wait for a slow hash.
class ReceiptsService final : public v1::Receipts::Service {
 public:
  struct Parts {
    rpc::Environment& environment;
    ReportStore& reports;
    ReceiptStore& receipts;
    CampaignStore& campaigns;
    ReceiptKeys& keys;
    const filing_proof::Signer& signer;
    GroupCommitter& committer;
    const ReportFingerprints& fingerprints;
    organisation::Directory& directory;
    events::Publisher& publisher;
    IdSource& ids;
    AttachmentStore& attachments;
    const UploadTickets& tickets;
    ReportStatuses& statuses;
    bool takes_files;  // Whether there is a scanner.
  };

  // All of them must outlive the service.
  explicit ReceiptsService(Parts parts)
      : parts_(parts), challenges_(parts.keys.ChallengeKeys()), book_(parts.keys, parts.receipts) {}

  grpc::Status CreateChallenge(grpc::ServerContext* context,
                               const v1::CreateChallengeRequest* request,
                               v1::Challenge* response) override;
  grpc::Status SubmitAnonymousReport(grpc::ServerContext* context,
                                     const v1::SubmitAnonymousReportRequest* request,
                                     v1::SubmitAnonymousReportResponse* response) override;
  grpc::Status OpenReceipt(grpc::ServerContext* context, const v1::OpenReceiptRequest* request,
                           v1::OpenedReceipt* response) override;
  grpc::Status ReplyByReceipt(grpc::ServerContext* context,
                              const v1::ReplyByReceiptRequest* request,
                              v1::OpenedReceipt* response) override;
  grpc::Status OpenUpload(grpc::ServerContext* context, const v1::OpenUploadRequest* request,
                          v1::OpenedUpload* response) override;
  grpc::Status ListReportMessages(grpc::ServerContext* context,
                                  const v1::ListReportMessagesRequest* request,
                                  v1::ListReportMessagesResponse* response) override;
  grpc::Status AddReportMessage(grpc::ServerContext* context,
                                const v1::AddReportMessageRequest* request,
                                v1::ReportMessage* response) override;
  grpc::Status GetFilingProof(grpc::ServerContext* context,
                              const v1::GetFilingProofRequest* request,
                              v1::FilingProof* response) override;
  grpc::Status ExportOwnReports(grpc::ServerContext* context,
                                const v1::ExportOwnReportsRequest* request,
                                v1::ExportOwnReportsResponse* response) override;

 private:
  // The draft as it will be kept. Looks at the organisation anew when what is wrong may be news.
  absl::StatusOr<Draft> AdmitNow(const rpc::Call& call, const Draft& draft);
  // Writes the report and waits until it is on disk.
  absl::StatusOr<Report> Write(const rpc::Call& call, Draft draft);
  // Takes the work for one call, and gives the id of the report that the receipt opens.
  absl::StatusOr<std::string> TakeReceipt(const rpc::Call& call, const std::string& typed,
                                          const v1::ProofOfWork& work);
  // Everything about a report, as its reporter sees it.
  absl::Status Show(const rpc::Call& call, const std::string& report_id,
                    const Visibility& visibility, v1::OpenedReceipt* response);
  absl::Status SignProof(const Report& report, v1::FilingProof* response) const;

  const Parts parts_;
  const ChallengeMaker challenges_;
  ReceiptBook book_;
};

}  // namespace avvik::intake
