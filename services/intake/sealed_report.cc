#include "services/intake/sealed_report.h"

#include "avvik/intake/v1/report.pb.h"
#include "common/status/macros.h"

namespace avvik::intake {
namespace {

std::string Serialized(const Reporter& reporter) {
  v1::Reporter proto;
  proto.set_login(reporter.login);
  proto.set_name(reporter.name);
  proto.set_email(reporter.email);
  return proto.SerializeAsString();
}

}  // namespace

std::string SealContext(std::string_view part, const std::string& id) {
  return "report." + std::string(part) + "/" + id;
}

absl::StatusOr<std::vector<std::string>> RequestKeys(secrecy::Vault& vault,
                                                     const std::string& tenant,
                                                     const std::string& login,
                                                     const std::string& request_id) {
  return vault.Fingerprints(tenant, "request", login + '\n' + request_id);
}

absl::StatusOr<SealedReport> SealReport(secrecy::Vault& vault, const Report& report) {
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key, vault.NewKey(report.tenant));
  SealedReport sealed;
  sealed.wrapped_key = key.wrapped();
  AVVIK_ASSIGN_OR_RETURN(sealed.pseudonyms,
                         vault.Pseudonyms(report.tenant, report.reporter.login));
  AVVIK_ASSIGN_OR_RETURN(
      sealed.request_keys,
      RequestKeys(vault, report.tenant, report.reporter.login, report.request_id));
  AVVIK_ASSIGN_OR_RETURN(sealed.digests,
                         vault.Fingerprints(report.tenant, "content", report.digest));
  sealed.title = key.Seal(report.content.title, SealContext(kTitle, report.id));
  sealed.description = key.Seal(report.content.description, SealContext(kDescription, report.id));
  sealed.reporter = key.Seal(Serialized(report.reporter), SealContext(kReporterIdentity, report.id));
  return sealed;
}

absl::StatusOr<Reporter> OpenReporter(const secrecy::DataKey& key, const std::string& sealed,
                                      const std::string& report_id) {
  AVVIK_ASSIGN_OR_RETURN(const std::string reporter,
                         key.Open(sealed, SealContext(kReporterIdentity, report_id)));
  v1::Reporter proto;
  if (!proto.ParseFromString(reporter)) {
    return absl::DataLossError("the reporter of report " + report_id + " cannot be read");
  }
  return Reporter{.login = proto.login(), .name = proto.name(), .email = proto.email()};
}

absl::Status OpenReport(secrecy::Vault& vault, const SealedColumns& sealed, Report* report) {
  if (sealed.wrapped_key.empty()) return absl::OkStatus();
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                         vault.Unwrap(report->tenant, sealed.wrapped_key));
  AVVIK_ASSIGN_OR_RETURN(report->content.title,
                         key.Open(sealed.title, SealContext(kTitle, report->id)));
  AVVIK_ASSIGN_OR_RETURN(report->content.description,
                         key.Open(sealed.description, SealContext(kDescription, report->id)));
  AVVIK_ASSIGN_OR_RETURN(report->reporter, OpenReporter(key, sealed.reporter, report->id));
  if (!sealed.withdraw_reason.empty()) {
    AVVIK_ASSIGN_OR_RETURN(
        report->withdraw_reason,
        key.Open(sealed.withdraw_reason, SealContext(kWithdrawReason, report->id)));
  }
  return absl::OkStatus();
}

std::string ActorOn(const Report& report, const std::string& login) {
  const bool withheld = report.content.confidentiality == v1::CONFIDENTIALITY_CONFIDENTIAL &&
                        report.reporter.login == login;
  return withheld ? "pseudonym:" + report.pseudonym : login;
}

}  // namespace avvik::intake
