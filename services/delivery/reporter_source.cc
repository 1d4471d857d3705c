#include "services/delivery/reporter_source.h"

#include <utility>
#include <vector>

#include "avvik/intake/v1/intake.grpc.pb.h"
#include "common/organisation/organisation.h"
#include "common/rpc/status.h"
#include "common/status/macros.h"
#include "services/delivery/errors.h"

namespace avvik::delivery {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(10);
constexpr size_t kMostReports = 2'000;  // Of one call, as its proto has it.

absl::StatusOr<Reporter> FromProto(const std::string& tenant, const intake::v1::Report& report,
                                   secrecy::Vault& vault) {
  const std::string& login = report.reporter().login();
  Reporter reporter{
      .person_id = login.empty() ? "" : organisation::PersonId(tenant, login),
      .email = report.reporter().email(),
      .language = report.language(),
      .number = report.number(),
      .unit = report.unit(),
      .confidential = report.confidentiality() == intake::v1::CONFIDENTIALITY_CONFIDENTIAL,
      .imported = report.has_origin()};
  if (reporter.confidential && !login.empty()) {
    AVVIK_ASSIGN_OR_RETURN(std::vector<std::string> person_ids,
                           ConfidentialPersonIds(vault, tenant, login));
    reporter.person_id = std::move(person_ids.front());
    reporter.other_person_ids.assign(person_ids.begin() + 1, person_ids.end());
  }
  return reporter;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ConfidentialPersonIds(secrecy::Vault& vault,
                                                               const std::string& tenant,
                                                               const std::string& login) {
  AVVIK_ASSIGN_OR_RETURN(std::vector<std::string> pseudonyms, vault.Pseudonyms(tenant, login));
  for (std::string& pseudonym : pseudonyms) pseudonym.insert(0, "r_");
  return pseudonyms;
}

absl::StatusOr<Reporters> IntakeReporterSource::Fetch(const std::string& tenant,
                                                      const std::set<std::string>& report_ids) {
  Reporters reporters;
  const auto stub = intake::v1::Intake::NewStub(intake_.channel());
  for (auto next = report_ids.begin(); next != report_ids.end();) {
    intake::v1::BatchGetReportsRequest request;
    request.set_tenant(tenant);
    for (size_t i = 0; i < kMostReports && next != report_ids.end(); ++i) {
      request.add_report_ids(*next++);
    }
    AVVIK_ASSIGN_OR_RETURN(const auto context, intake_.NewContext(tenant, kTimeout));
    intake::v1::BatchGetReportsResponse response;
    const absl::Status status =
        rpc::FromGrpc(stub->BatchGetReports(context.get(), request, &response));
    // Whatever intake has against the call, it is not the events' fault.
    if (!status.ok()) {
      return absl::UnavailableError("intake does not give the reporters: " + status.ToString());
    }
    for (const intake::v1::Report& report : response.reports()) {
      AVVIK_ASSIGN_OR_RETURN(Reporter reporter, FromProto(tenant, report, vault_));
      reporters.emplace(report.report_id(), std::move(reporter));
    }
  }
  return reporters;
}

absl::Status PreparedReporters::Prepare(
    const std::map<std::string, std::set<std::string>>& reports_by_tenant) {
  std::map<Key, std::optional<Reporter>> prepared;
  for (const auto& [tenant, report_ids] : reports_by_tenant) {
    AVVIK_ASSIGN_OR_RETURN(Reporters reporters, source_.Fetch(tenant, report_ids));
    for (const std::string& report_id : report_ids) {
      const auto found = reporters.find(report_id);
      prepared.emplace(Key(tenant, report_id), found == reporters.end()
                                                   ? std::nullopt
                                                   : std::optional(std::move(found->second)));
    }
  }
  std::lock_guard lock(mutex_);
  reporters_ = std::move(prepared);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Reporter>> PreparedReporters::Find(
    const std::string& tenant, const std::string& report_id) const {
  std::lock_guard lock(mutex_);
  const auto found = reporters_.find(Key(tenant, report_id));
  if (found == reporters_.end()) return error::ReporterNotAsked(report_id);
  return found->second;
}

}  // namespace avvik::delivery
