#include "services/intake/attachment_service.h"

#include <utility>

#include "common/rpc/handle.h"
#include "common/rpc/time.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/intake/attachment_errors.h"
#include "services/intake/sealed_report.h"
#include "services/intake/visibility.h"

namespace avvik::intake {
namespace {

// A piece of an answer, in bytes. A chunk is larger.
constexpr size_t kPieceBytes = 64 << 10;

v1::Attachment ToProto(const Attachment& attachment, const std::string& language) {
  v1::Attachment proto;
  proto.set_attachment_id(attachment.id);
  proto.set_report_id(attachment.report_id);
  proto.set_filename(attachment.filename);
  proto.set_media_type(attachment.media_type);
  proto.set_size(attachment.size);
  proto.set_sha256(attachment.sha256);
  proto.set_metadata_removed(attachment.metadata_removed);
  proto.set_state(attachment.state);
  proto.set_refusal(attachment.refusal);
  proto.set_explanation(ExplanationOf(attachment, language));
  *proto.mutable_create_time() = rpc::ToProtoTime(attachment.created);
  return proto;
}

absl::Status NeedsDeadline() {
  return error::NeedsDeadline(absl::ToInt64Minutes(kLongestTransfer));
}

// The first message has been read. Of a message that has been handed out, only the content is looked at.
class Pieces {
 public:
  Pieces(v1::UploadAttachmentRequest first, grpc::ServerReader<v1::UploadAttachmentRequest>& reader)
      : message_(std::move(first)), reader_(reader) {}

  absl::StatusOr<std::optional<std::string>> Next() {
    if (std::exchange(fresh_, false)) return std::move(*message_.mutable_content());
    if (message_.last()) return std::nullopt;
    if (!reader_.Read(&message_)) return error::UploadBrokenOff();
    if (!message_.report_id().empty() || !message_.filename().empty()) {
      return status::InvalidField("filename", "belongs in the first message");
    }
    return std::move(*message_.mutable_content());
  }

 private:
  v1::UploadAttachmentRequest message_;
  grpc::ServerReader<v1::UploadAttachmentRequest>& reader_;
  bool fresh_ = true;
};

}  // namespace

template <typename Request, typename Work>
grpc::Status AttachmentService::Transfer(const grpc::ServerContext& context, const Request& request,
                                         Work&& work) {
  if (transfers_.fetch_add(1) >= kMaxTransfers) {
    transfers_.fetch_sub(1);
    return environment_.Refuse(request, error::TooManyTransfers());
  }
  const auto answer = [&] {
    absl::StatusOr<rpc::Call> call =
        environment_.Begin(context, request, rpc::Environment::Place::kNone);
    if (!call.ok()) return environment_.Refuse(request, call.status());
    return environment_.End(*call, work(*call));
  }();
  transfers_.fetch_sub(1);
  return answer;
}

bool AttachmentService::IsBounded(const grpc::ServerContext& context) const {
  return absl::FromChrono(context.deadline()) <= environment_.clock().Now() + kLongestTransfer;
}

absl::StatusOr<Report> AttachmentService::ReportOf(rpc::Call& call, const std::string& reference) {
  call.set_subject("reports/" + reference);
  AVVIK_ASSIGN_OR_RETURN(Report report,
                         reports_.Get(call.tenant(), reference, VisibilityOf(call)));
  call.set_subject("reports/" + report.id);
  call.set_actor(ActorOn(report, call.caller().login));
  return report;
}

grpc::Status AttachmentService::UploadAttachment(
    grpc::ServerContext* context, grpc::ServerReader<v1::UploadAttachmentRequest>* reader,
    v1::Attachment* response) {
  v1::UploadAttachmentRequest first;
  if (!IsBounded(*context)) return environment_.Refuse(first, NeedsDeadline());
  // Without a message, what is required is missing from it.
  (void)reader->Read(&first);
  return Transfer(*context, first, [&](rpc::Call& call) -> absl::Status {
    if (!open_) return error::AttachmentsOff();
    AVVIK_ASSIGN_OR_RETURN(const Report report, ReportOf(call, first.report_id()));
    const std::string filename = first.filename();
    Pieces pieces(std::move(first), *reader);
    AVVIK_ASSIGN_OR_RETURN(const Attachment attachment,
                           receiver_.Receive(report, filename, call.now(), call.Trace(""),
                                             [&pieces] { return pieces.Next(); }));
    *response = ToProto(attachment, report.content.language);
    return absl::OkStatus();
  });
}

grpc::Status AttachmentService::DownloadAttachment(
    grpc::ServerContext* context, const v1::DownloadAttachmentRequest* request,
    grpc::ServerWriter<v1::DownloadAttachmentResponse>* writer) {
  if (!IsBounded(*context)) return environment_.Refuse(*request, NeedsDeadline());
  return Transfer(*context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const Report report, ReportOf(call, request->report_id()));
    AVVIK_ASSIGN_OR_RETURN(
        const Attachment attachment,
        attachments_.Get(call.tenant(), report.id, request->attachment_id()));
    AVVIK_RETURN_IF_ERROR(MayBeDownloaded(attachment));
    AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                           attachments_.KeyOf(call.tenant(), report.id));
    v1::DownloadAttachmentResponse piece;
    piece.set_filename(attachment.filename);
    piece.set_media_type(attachment.media_type);
    piece.set_size(attachment.size);
    for (int index = 0; index < attachment.chunks; ++index) {
      AVVIK_ASSIGN_OR_RETURN(const std::string chunk, attachments_.Chunk(attachment, key, index));
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
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const Report report, ReportOf(call, request->report_id()));
    AVVIK_ASSIGN_OR_RETURN(const std::vector<Attachment> attachments,
                           attachments_.List(call.tenant(), report.id));
    for (const Attachment& attachment : attachments) {
      *response->add_attachments() = ToProto(attachment, report.content.language);
    }
    return absl::OkStatus();
  });
}

grpc::Status AttachmentService::GetAttachment(grpc::ServerContext* context,
                                              const v1::GetAttachmentRequest* request,
                                              v1::Attachment* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const Report report, ReportOf(call, request->report_id()));
    AVVIK_ASSIGN_OR_RETURN(
        const Attachment attachment,
        attachments_.Get(call.tenant(), report.id, request->attachment_id()));
    *response = ToProto(attachment, report.content.language);
    return absl::OkStatus();
  });
}

grpc::Status AttachmentService::DeleteAttachment(grpc::ServerContext* context,
                                                 const v1::DeleteAttachmentRequest* request,
                                                 v1::Attachment* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const Report report, ReportOf(call, request->report_id()));
    AVVIK_ASSIGN_OR_RETURN(
        const Attachment attachment,
        attachments_.Get(call.tenant(), report.id, request->attachment_id()));
    AVVIK_RETURN_IF_ERROR(attachments_.Delete(attachment, call.Trace("reports/" + report.id)));
    *response = ToProto(attachment, report.content.language);
    return absl::OkStatus();
  });
}

}  // namespace avvik::intake
