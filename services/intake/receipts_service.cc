#include "services/intake/receipts_service.h"

#include <algorithm>
#include <future>
#include <memory>
#include <utility>

#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/rpc/time.h"
#include "common/status/macros.h"
#include "common/validate/validate.h"
#include "services/intake/attachment_errors.h"
#include "services/intake/attachment_proto.h"
#include "services/intake/campaign_proto.h"
#include "services/intake/errors.h"
#include "services/intake/visibility.h"

namespace avvik::intake {
namespace {

// How old the organisation known may be when a report names what is not in it.
constexpr absl::Duration kFresh = absl::Milliseconds(250);
// Whole reports on a page of an export.
constexpr int kExportedByDefault = 10;
constexpr int kMostExported = 50;
// A page that holds so many bytes takes no more reports.
constexpr size_t kFullExportPage = 1 << 20;

v1::ReportMessage ToProto(const Message& message, View view) {
  v1::ReportMessage proto;
  proto.set_message_id(message.id);
  proto.set_author(message.author);
  if (view == View::kHandler) proto.set_handler(message.handler);
  proto.set_text(message.text);
  *proto.mutable_create_time() = rpc::ToProtoTime(message.created);
  return proto;
}

Draft DraftOf(const v1::SubmitAnonymousReportRequest& request) {
  v1::SubmitReportRequest submit;
  submit.set_request_id(request.request_id());
  *submit.mutable_report() = request.report();
  return DraftFromProto(submit, identity::Caller());
}

}  // namespace

absl::StatusOr<Draft> ReceiptsService::AdmitNow(const rpc::Call& call, const Draft& draft) {
  const auto admit = [&]() -> absl::StatusOr<Draft> {
    const auto organisation = parts_.directory.Find(call.tenant());
    AVVIK_ASSIGN_OR_RETURN(Draft nobodys,
                           AdmitAnonymous(draft, organisation.get(), call.tenant()));
    return Admit(std::move(nobodys), *organisation, call.now());
  };
  absl::StatusOr<Draft> admitted = admit();
  if (admitted.ok() || !MayBeNews(admitted.status())) return admitted;
  (void)parts_.directory.RefreshIfOlderThan(call.tenant(), kFresh);
  return admit();
}

absl::StatusOr<Report> ReceiptsService::Write(const rpc::Call& call, Draft draft) {
  const auto organisation = parts_.directory.Find(call.tenant());
  Submission submission;
  submission.report = Submit(std::move(draft), call.tenant(), parts_.ids.Next(), call.now());
  submission.report.fingerprints = parts_.fingerprints.Of(submission.report);
  submission.year = organisation->LocalYear(call.now());
  submission.trace = call.Trace("reports/" + submission.report.id);
  // Shared, because the answer may come after we have stopped waiting for it.
  const auto answer = std::make_shared<std::promise<absl::StatusOr<Report>>>();
  std::future<absl::StatusOr<Report>> written = answer->get_future();
  parts_.committer.Submit(std::move(submission), [answer](absl::StatusOr<Report> stored) {
    answer->set_value(std::move(stored));
  });
  if (written.wait_until(absl::ToChronoTime(call.deadline())) != std::future_status::ready) {
    return absl::DeadlineExceededError("the report was not written in time; send it again");
  }
  return written.get();
}

absl::StatusOr<std::string> ReceiptsService::TakeReceipt(const rpc::Call& call,
                                                         const std::string& typed,
                                                         const v1::ProofOfWork& work) {
  AVVIK_ASSIGN_OR_RETURN(const std::string digits, ParseReceipt(typed));
  AVVIK_ASSIGN_OR_RETURN(
      const OpenedChallenge challenge,
      challenges_.Check(call.tenant(), work.challenge(), work.solution(), call.now()));
  AVVIK_ASSIGN_OR_RETURN(const ReceiptKeys::Place place, parts_.keys.Enter());
  AVVIK_RETURN_IF_ERROR(parts_.receipts.Spend(call.tenant(), challenge));
  return book_.Find(place, call.tenant(), digits);
}

absl::Status ReceiptsService::SignProof(const Report& report, v1::FilingProof* response) const {
  AVVIK_ASSIGN_OR_RETURN(const filing_proof::Proof proof, parts_.signer.Sign(ProofOf(report)));
  response->set_tenant(proof.tenant);
  response->set_number(proof.number);
  response->set_submit_time(proof.submitted);
  response->set_content_sha256(proof.content_sha256);
  response->set_key_id(proof.key_id);
  response->set_signature(proof.signature);
  response->set_text(filing_proof::ToText(proof));
  return absl::OkStatus();
}

absl::Status ReceiptsService::Show(const rpc::Call& call, const std::string& report_id,
                                   const Visibility& visibility, v1::OpenedReceipt* response) {
  AVVIK_ASSIGN_OR_RETURN(const Report report,
                         parts_.reports.Get(call.tenant(), report_id, visibility));
  *response->mutable_report() = ToProto(report, View::kReporter);
  AVVIK_ASSIGN_OR_RETURN(const std::vector<Message> messages,
                         parts_.receipts.Messages(call.tenant(), report.id));
  for (const Message& message : messages) {
    *response->add_messages() = ToProto(message, View::kReporter);
  }
  AVVIK_ASSIGN_OR_RETURN(const auto answer, parts_.campaigns.AnswerOf(call.tenant(), report.id));
  if (answer.has_value()) *response->mutable_answer() = ToProto(*answer);
  AVVIK_ASSIGN_OR_RETURN(const std::vector<Attachment> attachments,
                         parts_.attachments.List(call.tenant(), report.id));
  for (const Attachment& attachment : attachments) {
    *response->add_attachments() = ToProto(attachment, report.content.language);
  }
  AVVIK_ASSIGN_OR_RETURN(*response->mutable_status(), parts_.statuses.Of(report));
  // Of what was erased there is nothing left to make the digest of.
  if (report.erased.has_value()) return absl::OkStatus();
  return SignProof(report, response->mutable_proof());
}

grpc::Status ReceiptsService::CreateChallenge(grpc::ServerContext* context,
                                              const v1::CreateChallengeRequest* request,
                                              v1::Challenge* response) {
  return rpc::Handle(
      parts_.environment, *context, *request, [&](rpc::Call& call) -> absl::Status {
        if (parts_.directory.Find(call.tenant()) == nullptr) {
          return error::NoAnonymousReporting(call.tenant());
        }
        AVVIK_ASSIGN_OR_RETURN(const int64_t spent,
                               parts_.receipts.SpentLately(call.tenant(), call.now()));
        const int difficulty = DifficultyFor(spent);
        const absl::Time expires = call.now() + kChallengeLife;
        response->set_challenge(challenges_.Make(call.tenant(), difficulty, expires));
        response->set_difficulty(difficulty);
        *response->mutable_expire_time() = rpc::ToProtoTime(expires);
        return absl::OkStatus();
      });
}

grpc::Status ReceiptsService::SubmitAnonymousReport(
    grpc::ServerContext* context, const v1::SubmitAnonymousReportRequest* request,
    v1::SubmitAnonymousReportResponse* response) {
  v1::SubmitAnonymousReportRequest content = *request;
  validate::ClearOutputOnly(&content);
  return rpc::Handle(
      parts_.environment, *context, content, [&](rpc::Call& call) -> absl::Status {
        AVVIK_ASSIGN_OR_RETURN(Draft draft, AdmitNow(call, DraftOf(content)));
        const v1::ProofOfWork& work = content.proof_of_work();
        AVVIK_ASSIGN_OR_RETURN(
            const OpenedChallenge challenge,
            challenges_.Check(call.tenant(), work.challenge(), work.solution(), call.now()));
        AVVIK_ASSIGN_OR_RETURN(const ReceiptKeys::Place place, parts_.keys.Enter());
        AVVIK_RETURN_IF_ERROR(parts_.receipts.Spend(call.tenant(), challenge));
        const std::string receipt = NewReceipt();
        AVVIK_ASSIGN_OR_RETURN(const HashedReceipt hashed,
                               parts_.keys.Hash(place, call.tenant(), receipt));
        AVVIK_ASSIGN_OR_RETURN(const Report report, Write(call, std::move(draft)));
        // A crash before this leaves a report without a receipt, and a caller without an answer, who sends
        // it again and gets one.
        AVVIK_RETURN_IF_ERROR(parts_.receipts.KeepReceipt(call.tenant(), hashed, report.id));
        response->set_receipt(ShownReceipt(receipt));
        response->set_number(report.number);
        return SignProof(report, response->mutable_proof());
      });
}

grpc::Status ReceiptsService::OpenReceipt(grpc::ServerContext* context,
                                          const v1::OpenReceiptRequest* request,
                                          v1::OpenedReceipt* response) {
  return rpc::Handle(
      parts_.environment, *context, *request, [&](rpc::Call& call) -> absl::Status {
        AVVIK_ASSIGN_OR_RETURN(const std::string report_id,
                               TakeReceipt(call, request->receipt(), request->proof_of_work()));
        return Show(call, report_id, ByReceipt(), response);
      });
}

grpc::Status ReceiptsService::ReplyByReceipt(grpc::ServerContext* context,
                                             const v1::ReplyByReceiptRequest* request,
                                             v1::OpenedReceipt* response) {
  return rpc::Handle(
      parts_.environment, *context, *request, [&](rpc::Call& call) -> absl::Status {
        AVVIK_ASSIGN_OR_RETURN(const std::string report_id,
                               TakeReceipt(call, request->receipt(), request->proof_of_work()));
        const Message message{.id = parts_.ids.Next(),
                              .request_id = request->request_id(),
                              .author = v1::MESSAGE_AUTHOR_REPORTER,
                              .handler = "",
                              .text = request->text(),
                              .created = call.now()};
        AVVIK_RETURN_IF_ERROR(
            parts_.receipts.AddMessage(call.tenant(), report_id, message, call.Trace(""))
                .status());
        parts_.publisher.Wake();
        return Show(call, report_id, ByReceipt(), response);
      });
}

grpc::Status ReceiptsService::OpenUpload(grpc::ServerContext* context,
                                         const v1::OpenUploadRequest* request,
                                         v1::OpenedUpload* response) {
  return rpc::Handle(
      parts_.environment, *context, *request, [&](rpc::Call& call) -> absl::Status {
        if (!parts_.takes_files) return error::AttachmentsOff();
        AVVIK_RETURN_IF_ERROR(CheckFilename(request->filename()));
        AVVIK_ASSIGN_OR_RETURN(const std::string report_id,
                               TakeReceipt(call, request->receipt(), request->proof_of_work()));
        AVVIK_ASSIGN_OR_RETURN(const Report report,
                               parts_.reports.Get(call.tenant(), report_id, ByReceipt()));
        AVVIK_RETURN_IF_ERROR(TakesAttachments(report));
        const UploadTicket ticket = {.attachment_id = parts_.ids.Next(),
                                     .report_id = report.id,
                                     .filename = request->filename(),
                                     .expires = call.now() + kUploadTicketLife};
        response->set_upload_ticket(parts_.tickets.Seal(call.tenant(), ticket));
        *response->mutable_expire_time() = rpc::ToProtoTime(ticket.expires);
        return absl::OkStatus();
      });
}

grpc::Status ReceiptsService::ListReportMessages(grpc::ServerContext* context,
                                                 const v1::ListReportMessagesRequest* request,
                                                 v1::ListReportMessagesResponse* response) {
  return rpc::Handle(
      parts_.environment, *context, *request, [&](rpc::Call& call) -> absl::Status {
        call.set_subject("reports/" + request->report_id());
        AVVIK_ASSIGN_OR_RETURN(
            const Report report,
            ReadReport(call, parts_.reports, request->report_id(), VisibilityOf(call)));
        AVVIK_ASSIGN_OR_RETURN(const std::vector<Message> messages,
                               parts_.receipts.Messages(call.tenant(), report.id));
        for (const Message& message : messages) {
          *response->add_messages() = ToProto(message, ViewOf(call, report));
        }
        call.Shows(*response);
        return absl::OkStatus();
      });
}

grpc::Status ReceiptsService::AddReportMessage(grpc::ServerContext* context,
                                               const v1::AddReportMessageRequest* request,
                                               v1::ReportMessage* response) {
  return rpc::Handle(
      parts_.environment, *context, *request, [&](rpc::Call& call) -> absl::Status {
        AVVIK_ASSIGN_OR_RETURN(
            const Report report,
            ReadReport(call, parts_.reports, request->report_id(), VisibilityOf(call)));
        const View view = ViewOf(call, report);
        Message message{.id = parts_.ids.Next(),
                        .request_id = request->request_id(),
                        .author = v1::MESSAGE_AUTHOR_REPORTER,
                        .handler = "",
                        .text = request->text(),
                        .created = call.now()};
        if (view == View::kHandler) {
          message.author = v1::MESSAGE_AUTHOR_HANDLER;
          message.handler = call.caller().login;
        }
        AVVIK_ASSIGN_OR_RETURN(
            const Message added,
            parts_.receipts.AddMessage(call.tenant(), report.id, message, call.Trace("")));
        parts_.publisher.Wake();
        *response = ToProto(added, view);
        return absl::OkStatus();
      });
}

grpc::Status ReceiptsService::GetFilingProof(grpc::ServerContext* context,
                                             const v1::GetFilingProofRequest* request,
                                             v1::FilingProof* response) {
  return rpc::Handle(
      parts_.environment, *context, *request, [&](rpc::Call& call) -> absl::Status {
        call.set_subject("reports/" + request->report_id());
        AVVIK_ASSIGN_OR_RETURN(
            const Report report,
            parts_.reports.Get(call.tenant(), request->report_id(), VisibilityOf(call)));
        if (ViewOf(call, report) != View::kReporter) {
          return error::ReportNotFound(request->report_id());
        }
        SetSubject(call, report);
        if (report.erased.has_value()) return error::ReportErased(report.number);
        return SignProof(report, response);
      });
}

grpc::Status ReceiptsService::ExportOwnReports(grpc::ServerContext* context,
                                               const v1::ExportOwnReportsRequest* request,
                                               v1::ExportOwnReportsResponse* response) {
  return rpc::Handle(parts_.environment, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const std::string after, paging::KeyOf(*request));
    const int limit = request->page_size() == 0 ? kExportedByDefault
                                                : std::min(request->page_size(), kMostExported);
    const Visibility own = OwnReportsOnly(call);
    AVVIK_ASSIGN_OR_RETURN(const ReportPage page,
                           parts_.reports.List(call.tenant(), own, {}, after, limit));
    response->set_total_size(page.total);
    for (const Report& listed : page.reports) {
      AVVIK_RETURN_IF_ERROR(Show(call, listed.id, own, response->add_reports()));
      const bool last = listed.id == page.reports.back().id;
      const bool full = response->ByteSizeLong() > kFullExportPage;
      if ((last && page.more) || (!last && full)) {
        response->set_next_page_token(paging::MakeToken(*request, listed.id));
      }
      if (full) break;
    }
    call.Shows(*response);
    return absl::OkStatus();
  });
}

}  // namespace avvik::intake
