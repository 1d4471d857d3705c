#include "services/intake/attachment_service.h"

#include <utility>

#include "common/rpc/file_transfer.h"
#include "common/rpc/handle.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/intake/attachment_errors.h"
#include "services/intake/attachment_proto.h"
#include "services/intake/visibility.h"

namespace avvik::intake {
namespace {

// A chunk is larger than a piece.
using rpc::kPieceBytes;

absl::Status NeedsDeadline() {
  return error::NeedsDeadline(absl::ToInt64Minutes(kLongestTransfer));
}

// Whether a message says where the file belongs, as only the first does.
bool IsHead(const v1::UploadAttachmentRequest& message) {
  return !message.report_id().empty() || !message.filename().empty();
}
bool IsHead(const v1::UploadByTicketRequest& message) {
  return !message.tenant().empty() || !message.upload_ticket().empty();
}

}  // namespace

template <typename Request, typename Work>
grpc::Status AttachmentService::Transfer(const grpc::ServerContext& context, const Request& request,
                                         Work&& work) {
  const rpc::TransferPlace place(transfers_, kMaxTransfers);
  if (!place.got()) return parts_.environment.Refuse(request, error::TooManyTransfers());
  absl::StatusOr<rpc::Call> call =
      parts_.environment.Begin(context, request, rpc::Environment::Place::kNone);
  if (!call.ok()) return parts_.environment.Refuse(request, call.status());
  return parts_.environment.End(*call, work(*call));
}

template <typename Request>
absl::StatusOr<Attachment> AttachmentService::Receive(
    const rpc::Call& call, const Report& report, const AttachmentReceiver::Announced& announced,
    Request first, grpc::ServerReader<Request>& reader) {
  rpc::Pieces<Request> pieces(
      std::move(first), reader, [](const Request& message) { return IsHead(message); },
      error::UploadBrokenOff());
  return parts_.receiver.Receive(report, announced, call.Trace(""),
                                 [&pieces] { return pieces.Next(); });
}

bool AttachmentService::IsBounded(const grpc::ServerContext& context) const {
  return absl::FromChrono(context.deadline()) <= parts_.environment.clock().Now() + kLongestTransfer;
}

grpc::Status AttachmentService::UploadAttachment(
    grpc::ServerContext* context, grpc::ServerReader<v1::UploadAttachmentRequest>* reader,
    v1::Attachment* response) {
  v1::UploadAttachmentRequest first;
  if (!IsBounded(*context)) return parts_.environment.Refuse(first, NeedsDeadline());
  // Without a message, what is required is missing from it.
  (void)reader->Read(&first);
  return Transfer(*context, first, [&](rpc::Call& call) -> absl::Status {
    if (!parts_.open) return error::AttachmentsOff();
    AVVIK_ASSIGN_OR_RETURN(const Report report,
                           ReadReport(call, parts_.reports, first.report_id(), ReportersOwn(call)));
    const AttachmentReceiver::Announced announced = {
        .id = parts_.ids.Next(), .filename = first.filename(), .at = call.now()};
    AVVIK_ASSIGN_OR_RETURN(const Attachment attachment,
                           Receive(call, report, announced, std::move(first), *reader));
    *response = ToProto(attachment, report.content.language);
    return absl::OkStatus();
  });
}

grpc::Status AttachmentService::UploadByTicket(
    grpc::ServerContext* context, grpc::ServerReader<v1::UploadByTicketRequest>* reader,
    v1::Attachment* response) {
  v1::UploadByTicketRequest first;
  if (!IsBounded(*context)) return parts_.environment.Refuse(first, NeedsDeadline());
  const rpc::TransferPlace place(by_ticket_, kMaxByTicket);
  if (!place.got()) return parts_.environment.Refuse(first, error::TooManyTransfers());
  (void)reader->Read(&first);
  return Transfer(*context, first, [&](rpc::Call& call) -> absl::Status {
    if (!parts_.open) return error::AttachmentsOff();
    AVVIK_ASSIGN_OR_RETURN(const UploadTicket ticket,
                           parts_.tickets.Open(call.tenant(), first.upload_ticket(), call.now()));
    AVVIK_ASSIGN_OR_RETURN(const Report report,
                           ReadReport(call, parts_.reports, ticket.report_id, ByReceipt()));
    const AttachmentReceiver::Announced announced = {
        .id = ticket.attachment_id, .filename = ticket.filename, .at = call.now()};
    AVVIK_ASSIGN_OR_RETURN(const Attachment attachment,
                           Receive(call, report, announced, std::move(first), *reader));
    *response = ToProto(attachment, report.content.language);
    return absl::OkStatus();
  });
}

grpc::Status AttachmentService::DownloadAttachment(
    grpc::ServerContext* context, const v1::DownloadAttachmentRequest* request,
    grpc::ServerWriter<v1::DownloadAttachmentResponse>* writer) {
  if (!IsBounded(*context)) return parts_.environment.Refuse(*request, NeedsDeadline());
  return Transfer(*context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const Report report,
                           ReadReport(call, parts_.reports, request->report_id(), VisibilityOf(call)));
    AVVIK_ASSIGN_OR_RETURN(
        const Attachment attachment,
        parts_.attachments.Get(call.tenant(), report.id, request->attachment_id()));
    AVVIK_RETURN_IF_ERROR(MayBeDownloaded(attachment));
    AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                           parts_.attachments.KeyOf(call.tenant(), report.id));
    v1::DownloadAttachmentResponse piece;
    piece.set_filename(attachment.filename);
    piece.set_media_type(attachment.media_type);
    piece.set_size(attachment.size);
    for (int index = 0; index < attachment.chunks; ++index) {
      AVVIK_ASSIGN_OR_RETURN(const std::string chunk, parts_.attachments.Chunk(attachment, key, index));
      for (size_t at = 0; at < chunk.size(); at += kPieceBytes) {
        piece.set_content(chunk.substr(at, kPieceBytes));
        if (!writer->Write(piece)) return absl::CancelledError("the caller has gone");
        piece.Clear();
      }
    }
    return absl::OkStatus();
  });
}

grpc::Status AttachmentService::ListAttachments(grpc::ServerContext* context,
                                                const v1::ListAttachmentsRequest* request,
                                                v1::ListAttachmentsResponse* response) {
  return rpc::Handle(parts_.environment, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const Report report,
                           ReadReport(call, parts_.reports, request->report_id(), VisibilityOf(call)));
    AVVIK_ASSIGN_OR_RETURN(const std::vector<Attachment> attachments,
                           parts_.attachments.List(call.tenant(), report.id));
    for (const Attachment& attachment : attachments) {
      *response->add_attachments() = ToProto(attachment, report.content.language);
    }
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status AttachmentService::GetAttachment(grpc::ServerContext* context,
                                              const v1::GetAttachmentRequest* request,
                                              v1::Attachment* response) {
  return rpc::Handle(parts_.environment, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const Report report,
                           ReadReport(call, parts_.reports, request->report_id(), VisibilityOf(call)));
    AVVIK_ASSIGN_OR_RETURN(
        const Attachment attachment,
        parts_.attachments.Get(call.tenant(), report.id, request->attachment_id()));
    *response = ToProto(attachment, report.content.language);
    return absl::OkStatus();
  });
}

grpc::Status AttachmentService::DeleteAttachment(grpc::ServerContext* context,
                                                 const v1::DeleteAttachmentRequest* request,
                                                 v1::Attachment* response) {
  return rpc::Handle(parts_.environment, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const Report report,
                           ReadReport(call, parts_.reports, request->report_id(), ReportersOwn(call)));
    AVVIK_ASSIGN_OR_RETURN(
        const Attachment attachment,
        parts_.attachments.Get(call.tenant(), report.id, request->attachment_id()));
    AVVIK_RETURN_IF_ERROR(parts_.attachments.Delete(attachment, call.Trace("reports/" + report.id)));
    *response = ToProto(attachment, report.content.language);
    return absl::OkStatus();
  });
}

}  // namespace avvik::intake
