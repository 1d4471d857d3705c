#include "services/escalation/dossier_service.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <string>
#include <utility>

#include "common/audit/chain.h"
#include "common/rpc/file_transfer.h"
#include "common/rpc/handle.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/escalation/deciding_person.h"
#include "services/escalation/dossier_proto.h"
#include "services/escalation/errors.h"
#include "services/escalation/receipt_type.h"

namespace avvik::escalation {
namespace {

organisation::Matter MatterOf(const Duty& duty) {
  return {.unit = duty.unit, .sphere = duty.sphere, .parties = duty.parties};
}

template <typename Request>
std::string SubjectOf(const Request& request) {
  return "duties/" + request.duty_id() + "/dossiers/" + request.stage();
}

bool IsHead(const v1::AttachReceiptRequest& message) {
  return !message.duty_id().empty() || !message.stage().empty() || !message.filename().empty() ||
         message.kind() != v1::RECEIPT_KIND_UNSPECIFIED;
}

std::string Sha256Of(const std::string& content) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(content.data(), content.size(), digest, &length, EVP_sha256(), nullptr);
  return audit::Hex({reinterpret_cast<const char*>(digest), length});
}

// The file in whole. What is longer than one may be is not read to its end.
absl::StatusOr<std::string> ReadFile(rpc::Pieces<v1::AttachReceiptRequest>& pieces) {
  std::string content;
  while (true) {
    AVVIK_ASSIGN_OR_RETURN(std::optional<std::string> piece, pieces.Next());
    if (!piece) return content;
    if (content.size() + piece->size() > static_cast<std::size_t>(kMostReceiptBytes)) {
      return error::ReceiptTooLarge();
    }
    content += *piece;
  }
}

std::vector<const v1::FieldEntry*> EntriesOf(const v1::SaveDossierRequest& request) {
  std::vector<const v1::FieldEntry*> entries;
  for (const v1::FieldEntry& entry : request.values()) entries.push_back(&entry);
  return entries;
}

// The ticks that a request asks for, on a version that is there.
absl::StatusOr<DossierChange> TicksOf(const v1::TickFieldsRequest& request,
                                      const DossierRules& rules, const StageDossier& dossier) {
  if (dossier.Find(request.version()) == nullptr) {
    return error::DossierVersionNotFound(request.version());
  }
  DossierChange change;
  change.ticked_version = request.version();
  const auto ticks = dossier.ticks.find(request.version());
  for (int i = 0; i < request.fields_size(); ++i) {
    const std::string& field = request.fields(i);
    if (rules.stage.FindField(field) == nullptr) {
      return status::InvalidField(fmt::format("fields[{}]", i),
                                  fmt::format("the stage has no field '{}'", field));
    }
    const bool ticked = ticks != dossier.ticks.end() && ticks->second.contains(field);
    if (ticked == request.untick()) (ticked ? change.unticked : change.ticked).push_back(field);
  }
  return change;
}

}  // namespace

template <typename Request, typename Work>
grpc::Status DossierService::Transfer(const grpc::ServerContext& context, const Request& request,
                                      Work&& work) {
  // The server ends a call at its deadline: without one, a silent caller would hold a thread for ever.
  if (absl::FromChrono(context.deadline()) > environment_.clock().Now() + rpc::kLongestTransfer) {
    return environment_.Refuse(request, error::NeedsDeadline());
  }
  const rpc::TransferPlace place(transfers_, kMaxTransfers);
  if (!place.got()) return environment_.Refuse(request, error::TooManyTransfers());
  absl::StatusOr<rpc::Call> call =
      environment_.Begin(context, request, rpc::Environment::Place::kNone);
  if (!call.ok()) return environment_.Refuse(request, call.status());
  return environment_.End(*call, work(*call));
}

absl::StatusOr<DossierRules> DossierService::RulesOf(const Duty& duty,
                                                     const std::string& stage) const {
  const Regime* regime = regimes_.Find(duty.regime);
  const RegimeVersion* version =
      regime == nullptr ? nullptr : regime->FindVersion(duty.regime_version);
  if (version == nullptr) return error::RegimeVersionUnknown(duty.regime, duty.regime_version);
  const StageRule* rule = version->FindStage(stage);
  if (rule == nullptr) return error::StageNotFound(stage);
  return DossierRules{*version, *rule};
}

absl::StatusOr<v1::Dossier> DossierService::Shown(const DossierFile& file, int version,
                                                  const rpc::Call& call) const {
  if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
  AVVIK_ASSIGN_OR_RETURN(const DossierRules rules, RulesOf(file.duty, file.dossier.stage));
  if (rules.version.content_elsewhere) return error::ContentElsewhere(file.duty.regime);
  if (version != 0 && file.dossier.Find(version) == nullptr) {
    return error::DossierVersionNotFound(version);
  }
  return ToProto(file, rules, version,
                 {.regimes = regimes_,
                  .organisation = *call.organisation(),
                  .person = PersonOf(call),
                  .now = call.now()});
}

grpc::Status DossierService::GetDossier(grpc::ServerContext* context,
                                        const v1::GetDossierRequest* request,
                                        v1::Dossier* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject(SubjectOf(*request));
    AVVIK_ASSIGN_OR_RETURN(const DossierFile file,
                           store_.Get(call.tenant(), request->duty_id(), request->stage(),
                                      request->version(), call.visibility()));
    call.ActingOn(MatterOf(file.duty));
    AVVIK_ASSIGN_OR_RETURN(*response, Shown(file, request->version(), call));
    return absl::OkStatus();
  });
}

template <typename Request, typename Act>
grpc::Status DossierService::Change(grpc::ServerContext& context, const Request& request,
                                    const std::string& etag, v1::Dossier* response, Act&& act) {
  return rpc::Handle(environment_, context, request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject(SubjectOf(request));
    if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
    audit::Record trace = call.Trace(SubjectOf(request));
    const auto decide = [&](const DossierFile& file) -> absl::StatusOr<DossierChange> {
      call.ActingOn(MatterOf(file.duty));
      trace.on_behalf_of = call.on_behalf_of();
      AVVIK_ASSIGN_OR_RETURN(const DossierRules rules, RulesOf(file.duty, request.stage()));
      return act(file, rules, Deed{PersonOf(call), call.now()}, *call.organisation());
    };
    AVVIK_ASSIGN_OR_RETURN(const DossierFile file,
                           store_.Change(call.tenant(), request.duty_id(), request.stage(),
                                         call.visibility(), etag, decide, trace));
    publisher_.Wake();
    AVVIK_ASSIGN_OR_RETURN(*response, Shown(file, 0, call));
    return absl::OkStatus();
  });
}

grpc::Status DossierService::SaveDossier(grpc::ServerContext* context,
                                         const v1::SaveDossierRequest* request,
                                         v1::Dossier* response) {
  return Change(*context, *request, request->etag(), response,
                [&](const DossierFile& file, const DossierRules& rules, const Deed& deed,
                    const organisation::Organisation& organisation)
                    -> absl::StatusOr<DossierChange> {
                  DossierChange change;
                  AVVIK_ASSIGN_OR_RETURN(
                      change.version,
                      WriteDossier(file.duty, rules, file.dossier,
                                   FilledIn(file, rules, regimes_, organisation),
                                   EntriesOf(*request), deed));
                  return change;
                });
}

grpc::Status DossierService::AskForReview(grpc::ServerContext* context,
                                          const v1::AskForReviewRequest* request,
                                          v1::Dossier* response) {
  return Change(*context, *request, request->etag(), response,
                [&](const DossierFile& file, const DossierRules& rules, const Deed& deed,
                    const organisation::Organisation&) -> absl::StatusOr<DossierChange> {
                  DossierChange change;
                  AVVIK_ASSIGN_OR_RETURN(
                      change.step,
                      escalation::AskForReview(file.duty, rules, file.dossier, deed));
                  return change;
                });
}

grpc::Status DossierService::ApproveDossier(grpc::ServerContext* context,
                                            const v1::ApproveDossierRequest* request,
                                            v1::Dossier* response) {
  return Change(*context, *request, request->etag(), response,
                [&](const DossierFile& file, const DossierRules& rules, const Deed& deed,
                    const organisation::Organisation&) -> absl::StatusOr<DossierChange> {
                  DossierChange change;
                  AVVIK_ASSIGN_OR_RETURN(
                      change.step, escalation::ApproveDossier(file.duty, rules, file.dossier,
                                                              request->override_reason(), deed));
                  return change;
                });
}

grpc::Status DossierService::ReturnDossier(grpc::ServerContext* context,
                                           const v1::ReturnDossierRequest* request,
                                           v1::Dossier* response) {
  return Change(*context, *request, request->etag(), response,
                [&](const DossierFile& file, const DossierRules& rules, const Deed& deed,
                    const organisation::Organisation&) -> absl::StatusOr<DossierChange> {
                  DossierChange change;
                  AVVIK_ASSIGN_OR_RETURN(
                      change.step, escalation::ReturnDossier(file.duty, rules, file.dossier,
                                                             request->reason(), deed));
                  return change;
                });
}

grpc::Status DossierService::TickFields(grpc::ServerContext* context,
                                        const v1::TickFieldsRequest* request,
                                        v1::Dossier* response) {
  return Change(*context, *request, "", response,
                [&](const DossierFile& file, const DossierRules& rules, const Deed&,
                    const organisation::Organisation&) -> absl::StatusOr<DossierChange> {
                  AVVIK_RETURN_IF_ERROR(CheckOpen(file.duty, rules));
                  return TicksOf(*request, rules, file.dossier);
                });
}

grpc::Status DossierService::AttachReceipt(grpc::ServerContext* context,
                                           grpc::ServerReader<v1::AttachReceiptRequest>* reader,
                                           v1::DossierReceipt* response) {
  v1::AttachReceiptRequest first;
  // Without a message, what is required is missing from it.
  (void)reader->Read(&first);
  return Transfer(*context, first, [&](rpc::Call& call) -> absl::Status {
    call.set_subject(SubjectOf(first));
    if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
    AVVIK_RETURN_IF_ERROR(CheckReceiptName(first.filename()));
    const auto allow = [&](const DossierFile& file) -> absl::Status {
      AVVIK_ASSIGN_OR_RETURN(const DossierRules rules, RulesOf(file.duty, first.stage()));
      return CheckOpen(file.duty, rules);
    };
    // Whoever may not keep a file here is told before it has come.
    AVVIK_ASSIGN_OR_RETURN(const DossierFile before,
                           store_.Get(call.tenant(), first.duty_id(), first.stage(), 0, call.visibility()));
    AVVIK_RETURN_IF_ERROR(allow(before));
    call.ActingOn(MatterOf(before.duty));
    rpc::Pieces<v1::AttachReceiptRequest> pieces(first, *reader, IsHead, error::UploadBrokenOff());
    ReceiptFile file;
    AVVIK_ASSIGN_OR_RETURN(file.content, ReadFile(pieces));
    const std::optional<ReceiptType> type = TypeOfReceipt(file.content);
    if (!type) return error::ReceiptTypeNotTaken();
    file.receipt = {.id = ids_.Next(),
                    .kind = first.kind(),
                    .filename = ReceiptName(first.filename(), *type),
                    .media_type = type->media_type,
                    .size = static_cast<std::int64_t>(file.content.size()),
                    .sha256 = Sha256Of(file.content),
                    .person = PersonOf(call),
                    .time = call.now()};
    AVVIK_ASSIGN_OR_RETURN(
        const Receipt receipt,
        store_.Attach(call.tenant(), first.duty_id(), first.stage(), call.visibility(),
                      std::move(file), allow, call.Trace(SubjectOf(first))));
    publisher_.Wake();
    *response = ToProto(receipt, *call.organisation());
    return absl::OkStatus();
  });
}

grpc::Status DossierService::GetReceipt(grpc::ServerContext* context,
                                        const v1::GetReceiptRequest* request,
                                        grpc::ServerWriter<v1::GetReceiptResponse>* writer) {
  return Transfer(*context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject(SubjectOf(*request));
    AVVIK_ASSIGN_OR_RETURN(const ReceiptFile file,
                           store_.GetReceipt(call.tenant(), request->duty_id(), request->stage(),
                                             request->receipt_id(), call.visibility()));
    v1::GetReceiptResponse first;
    first.set_filename(file.receipt.filename);
    first.set_media_type(file.receipt.media_type);
    first.set_size(file.receipt.size);
    return rpc::SendFile(*writer, std::move(first), file.content);
  });
}

}  // namespace avvik::escalation
