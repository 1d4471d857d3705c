// The gRPC face of attachments.
#pragma once

#include <atomic>

#include "avvik/intake/v1/attachments.grpc.pb.h"
#include "common/ids/id_source.h"
#include "common/rpc/environment.h"
#include "services/intake/attachment_receiver.h"
#include "services/intake/attachment_store.h"
#include "services/intake/report_store.h"
#include "services/intake/upload_ticket.h"

namespace avvik::intake {

// Thread-safe.
class AttachmentService final : public v1::Attachments::Service {
 public:
  struct Parts {
    rpc::Environment& environment;
    ReportStore& reports;
    AttachmentStore& attachments;
    AttachmentReceiver& receiver;
    const UploadTickets& tickets;
    IdSource& ids;
    bool open;  // Without a scanner no file is taken.
  };

  // All of them must outlive the service.
  explicit AttachmentService(Parts parts) : parts_(parts) {}

  grpc::Status UploadAttachment(grpc::ServerContext* context,
                                grpc::ServerReader<v1::UploadAttachmentRequest>* reader,
                                v1::Attachment* response) override;
  grpc::Status UploadByTicket(grpc::ServerContext* context,
                              grpc::ServerReader<v1::UploadByTicketRequest>* reader,
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
  // Of these, those without a token: nobody who is not known takes the place of all who are.
  static constexpr int kMaxByTicket = 16;

  // Runs a call that carries a file: let in without a place among the others, for it may take long.
  template <typename Request, typename Work>
  grpc::Status Transfer(const grpc::ServerContext& context, const Request& request, Work&& work);
  // Takes in what `reader` has after its first message.
  template <typename Request>
  absl::StatusOr<Attachment> Receive(const rpc::Call& call, const Report& report,
                                     const AttachmentReceiver::Announced& announced, Request first,
                                     grpc::ServerReader<Request>& reader);
  // The server ends a call at its deadline: without one, a silent caller would hold a thread for ever.
  bool IsBounded(const grpc::ServerContext& context) const;

  const Parts parts_;
  std::atomic<int> transfers_{0};
  std::atomic<int> by_ticket_{0};
};

}  // namespace avvik::intake
