// The gRPC face of attachments.
#pragma once

#include <atomic>

#include "avvik/intake/v1/attachments.grpc.pb.h"
#include "common/rpc/environment.h"
#include "services/intake/attachment_receiver.h"
#include "services/intake/attachment_store.h"
#include "services/intake/report_store.h"

namespace avvik::intake {

// Thread-safe.
class AttachmentService final : public v1::Attachments::Service {
 public:
  // All of them must outlive the service. Without a scanner (`open` is false) no file is taken.
  AttachmentService(rpc::Environment& environment, ReportStore& reports, AttachmentStore& attachments,
                    AttachmentReceiver& receiver, bool open)
      : environment_(environment),
        reports_(reports),
        attachments_(attachments),
        receiver_(receiver),
        open_(open) {}

  grpc::Status UploadAttachment(grpc::ServerContext* context,
                                grpc::ServerReader<v1::UploadAttachmentRequest>* reader,
                                v1::Attachment* response) override;
  grpc::Status DownloadAttachment(
      grpc::ServerContext* context, const v1::DownloadAttachmentRequest* request,
      grpc::ServerWriter<v1::DownloadAttachmentResponse>* writer) override;
  grpc::Status ListAttachments(grpc::ServerContext* context,
                               const v1::ListAttachmentsRequest* request,
                               v1::ListAttachmentsResponse* response) override;
  grpc::Status GetAttachment(grpc::ServerContext* context, const v1::GetAttachmentRequest* request,
                             v1::Attachment* response) override;
  grpc::Status DeleteAttachment(grpc::ServerContext* context,
                                const v1::DeleteAttachmentRequest* request,
                                v1::Attachment* response) override;

 private:
  // Files that come in and go out at one time; each holds a thread.
  static constexpr int kMaxTransfers = 64;

  // Runs a call that carries a file: let in without a place among the others, for it may take long.
  template <typename Request, typename Work>
  grpc::Status Transfer(const grpc::ServerContext& context, const Request& request, Work&& work);
  // The server ends a call at its deadline: without one, a silent caller would hold a thread for ever.
  bool IsBounded(const grpc::ServerContext& context) const;
  absl::StatusOr<Report> ReportOf(rpc::Call& call, const std::string& reference);

  rpc::Environment& environment_;
  ReportStore& reports_;
  AttachmentStore& attachments_;
  AttachmentReceiver& receiver_;
  const bool open_;
  std::atomic<int> transfers_{0};
};

}  // namespace avvik::intake
