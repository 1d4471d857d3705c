#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/time/clock.h"
#include "cli/commands/audit_commands.h"
#include "cli/commands/audit_trail.h"
#include "cli/format.h"
#include "common/audit/audit_proto.h"
#include "common/audit/verifier.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::cli {
namespace {

using nlohmann::ordered_json;

// Records after which progress is told.
constexpr int64_t kTell = 1'000;

struct ChainVerdict {
  audit::ChainName name;
  int64_t first_sequence = 1;
  audit::Verdict verdict;
};

using ChainKey = std::pair<std::string, std::string>;  // Service and tenant.

struct Job {
  audit::VerifyingKeys keys;
  std::vector<std::string> services;
  // By others than the server.
  std::map<ChainKey, std::vector<audit::Checkpoint>> witnessed;

  std::vector<ChainVerdict> verdicts;
  std::vector<absl::Status> not_verified;

  bool Covers(const std::string& service) const {
    return std::find(services.begin(), services.end(), service) != services.end();
  }
};

absl::StatusOr<Job> Prepare(const Session& session, const AuditVerifyAsked& asked) {
  Job job;
  AVVIK_ASSIGN_OR_RETURN(job.services, AuditedServices(asked.service));
  std::vector<std::string> files = asked.keys;
  if (files.empty()) files.push_back(session.settings.audit_public_key);
  for (const std::string& file : files) {
    const absl::Status added = job.keys.AddFile(file);
    if (!added.ok()) {
      return status::Error(absl::StatusCode::kInvalidArgument,
                           std::string(added.message()) +
                               "; name the file with the public key by --key",
                           "USAGE");
    }
  }
  if (asked.witness.empty()) return job;
  const auto pass_over = [](const audit::v1::Record&) { return absl::OkStatus(); };
  const auto keep = [&](const audit::v1::Checkpoint& proto) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(audit::Checkpoint checkpoint, audit::FromProto(proto));
    job.witnessed[{proto.service(), proto.tenant()}].push_back(std::move(checkpoint));
    return absl::OkStatus();
  };
  AVVIK_RETURN_IF_ERROR(ReadExport(asked.witness, pass_over, keep));
  return job;
}

std::vector<audit::Checkpoint> WithWitnessed(const Job& job, const ChainKey& chain,
                                             std::vector<audit::Checkpoint> checkpoints) {
  const auto found = job.witnessed.find(chain);
  if (found != job.witnessed.end()) {
    checkpoints.insert(checkpoints.end(), found->second.begin(), found->second.end());
  }
  return checkpoints;
}

// A chain as its service gives it. The tenant is the one whose trace the caller may read.
absl::Status VerifyService(Session& session, Api& api, const std::string& service, Job* job) {
  std::string tenant = session.settings.tenant;
  const auto same_tenant = [&](const std::string& other) -> absl::Status {
    if (tenant.empty()) tenant = other;
    if (other == tenant) return absl::OkStatus();
    return status::Error(absl::StatusCode::kFailedPrecondition,
                         "the trace is of the tenant " + other + ", not of " + tenant,
                         "OTHER_TENANT");
  };
  const absl::Time now = absl::Now();
  std::vector<audit::Checkpoint> checkpoints;
  const auto take_checkpoint = [&](const audit::v1::Checkpoint& proto) -> absl::Status {
    AVVIK_RETURN_IF_ERROR(same_tenant(proto.tenant()));
    AVVIK_ASSIGN_OR_RETURN(audit::Checkpoint checkpoint, audit::FromProto(proto));
    checkpoints.push_back(std::move(checkpoint));
    return absl::OkStatus();
  };
  AVVIK_RETURN_IF_ERROR(EachCheckpoint(api, service, {}, take_checkpoint));
  std::unique_ptr<audit::Verifier> verifier;
  const auto begin = [&] {
    const audit::ChainName name{service, tenant};
    verifier = std::make_unique<audit::Verifier>(
        name, job->keys, WithWitnessed(*job, {service, tenant}, std::move(checkpoints)), now);
  };
  int64_t records = 0;
  const auto take_record = [&](const audit::v1::Record& proto) -> absl::Status {
    AVVIK_RETURN_IF_ERROR(same_tenant(proto.tenant()));
    AVVIK_ASSIGN_OR_RETURN(audit::Sealed record, audit::FromProto(proto));
    if (verifier == nullptr) begin();
    verifier->Add(std::move(record));
    if (++records % kTell == 0) {
      session.out.Progress(service + ": " + Counted(records, "record", "records"));
    }
    return absl::OkStatus();
  };
  AVVIK_RETURN_IF_ERROR(EachRecord(api, service, {}, take_record));
  if (verifier == nullptr) begin();
  job->verdicts.push_back({{service, tenant}, 1, verifier->Finish()});
  return absl::OkStatus();
}

absl::Status VerifyServer(Session& session, Job* job) {
  AVVIK_ASSIGN_OR_RETURN(const auto caller, session.AsAsked());
  for (const std::string& service : job->services) {
    const absl::Status status = VerifyService(session, caller->api(), service, job);
    if (!status.ok()) {
      job->not_verified.push_back(
          absl::Status(status.code(), service + ": " + std::string(status.message())));
    }
  }
  return absl::OkStatus();
}

// The chains of an export, read twice: checkpoints count from the beginning.
absl::Status VerifyFile(Session& session, const std::string& path, Job* job) {
  struct Chain {
    std::vector<audit::Checkpoint> checkpoints;
    int64_t first = std::numeric_limits<int64_t>::max();
    absl::Time newest = absl::InfinitePast();
    std::unique_ptr<audit::Verifier> verifier;
  };
  std::map<ChainKey, Chain> chains;
  const std::string& tenant = session.settings.tenant;
  const auto asked = [&](const auto& proto) {
    return job->Covers(proto.service()) && (tenant.empty() || proto.tenant() == tenant);
  };
  const auto look_at = [&](const audit::v1::Record& proto) -> absl::Status {
    if (!asked(proto)) return absl::OkStatus();
    AVVIK_ASSIGN_OR_RETURN(const audit::Sealed record, audit::FromProto(proto));
    Chain& chain = chains[{proto.service(), proto.tenant()}];
    chain.first = std::min(chain.first, record.sequence);
    chain.newest = std::max(chain.newest, record.record.at);
    return absl::OkStatus();
  };
  const auto keep = [&](const audit::v1::Checkpoint& proto) -> absl::Status {
    if (!asked(proto)) return absl::OkStatus();
    AVVIK_ASSIGN_OR_RETURN(audit::Checkpoint checkpoint, audit::FromProto(proto));
    chains[{proto.service(), proto.tenant()}].checkpoints.push_back(std::move(checkpoint));
    return absl::OkStatus();
  };
  AVVIK_RETURN_IF_ERROR(ReadExport(path, look_at, keep));
  for (auto& [key, chain] : chains) {
    if (chain.first == std::numeric_limits<int64_t>::max()) chain.first = 1;
    chain.verifier = std::make_unique<audit::Verifier>(
        audit::ChainName{key.first, key.second}, job->keys,
        WithWitnessed(*job, key, std::move(chain.checkpoints)), chain.newest, chain.first);
  }
  const auto verify = [&](const audit::v1::Record& proto) -> absl::Status {
    if (!asked(proto)) return absl::OkStatus();
    AVVIK_ASSIGN_OR_RETURN(audit::Sealed record, audit::FromProto(proto));
    chains.at({proto.service(), proto.tenant()}).verifier->Add(std::move(record));
    return absl::OkStatus();
  };
  const auto pass_over = [](const audit::v1::Checkpoint&) { return absl::OkStatus(); };
  AVVIK_RETURN_IF_ERROR(ReadExport(path, verify, pass_over));
  for (auto& [key, chain] : chains) {
    job->verdicts.push_back({{key.first, key.second}, chain.first, chain.verifier->Finish()});
  }
  return absl::OkStatus();
}

int64_t FindingsOf(const Job& job) {
  int64_t findings = 0;
  for (const ChainVerdict& chain : job.verdicts) findings += chain.verdict.total_findings;
  return findings;
}

void PrintJson(Output& out, const Job& job) {
  ordered_json json = {{"sound", FindingsOf(job) == 0 && job.not_verified.empty()}};
  json["chains"] = ordered_json::array();
  for (const ChainVerdict& chain : job.verdicts) {
    const audit::Verdict& verdict = chain.verdict;
    ordered_json entry = {{"service", chain.name.service},
                          {"tenant", chain.name.tenant},
                          {"records", verdict.records},
                          {"first_sequence", chain.first_sequence},
                          {"last_sequence", verdict.last_sequence},
                          {"checkpoints", verdict.checkpoints},
                          {"signed_sequence", verdict.signed_sequence},
                          {"total_findings", verdict.total_findings}};
    entry["findings"] = ordered_json::array();
    for (const audit::Finding& finding : verdict.findings) {
      entry["findings"].push_back({{"fault", audit::Name(finding.fault)},
                                   {"sequence", finding.sequence},
                                   {"last_sequence", finding.last_sequence},
                                   {"record_id", finding.id},
                                   {"text", finding.text}});
    }
    json["chains"].push_back(entry);
  }
  json["not_verified"] = ordered_json::array();
  for (const absl::Status& status : job.not_verified) {
    json["not_verified"].push_back(std::string(status.message()));
  }
  out.Json(json);
}

void PrintText(Output& out, const Job& job) {
  Table table({{"SERVICE"},
               {"TENANT"},
               {"RECORDS", Table::Align::kRight},
               {"FROM", Table::Align::kRight},
               {"TO", Table::Align::kRight},
               {"SIGNED TO", Table::Align::kRight},
               {"FINDINGS", Table::Align::kRight}});
  for (const ChainVerdict& chain : job.verdicts) {
    const audit::Verdict& verdict = chain.verdict;
    table.Add({chain.name.service, chain.name.tenant, std::to_string(verdict.records),
               verdict.records == 0 ? "" : std::to_string(chain.first_sequence),
               verdict.records == 0 ? "" : std::to_string(verdict.last_sequence),
               std::to_string(verdict.signed_sequence), std::to_string(verdict.total_findings)});
  }
  if (!table.empty()) out.Print(table);
  for (const ChainVerdict& chain : job.verdicts) {
    for (const audit::Finding& finding : chain.verdict.findings) {
      out.Line(Harmless(chain.name.service + " " + chain.name.tenant + " " +
                        std::to_string(finding.sequence) + " " +
                        std::string(audit::Name(finding.fault)) + ": " + finding.text +
                        (finding.id.empty() ? "" : " (" + finding.id + ")")));
    }
  }
  for (const absl::Status& status : job.not_verified) {
    out.Note("not verified: " + std::string(status.message()));
  }
  if (FindingsOf(job) == 0 && job.not_verified.empty()) {
    out.Line("the trace is as it was sealed");
  }
}

}  // namespace

ExitCode AuditVerify(Session& session, const AuditVerifyAsked& asked) {
  absl::StatusOr<Job> job = Prepare(session, asked);
  if (!job.ok()) return session.out.Fail(job.status(), kUsage);
  const absl::Status status = asked.file.empty() ? VerifyServer(session, &*job)
                                                 : VerifyFile(session, asked.file, &*job);
  session.out.Progress("");
  if (status::ReasonOf(status) == "USAGE") return session.out.Fail(status, kUsage);
  if (!status.ok()) return session.out.Fail(status);
  if (job->verdicts.empty() && !job->not_verified.empty()) {
    return session.out.Fail(job->not_verified.front());
  }
  if (job->verdicts.empty()) {
    return session.out.Fail(status::Error(absl::StatusCode::kFailedPrecondition,
                                          "there is no such trace to verify", "NO_TRACE"));
  }
  if (session.out.json()) {
    PrintJson(session.out, *job);
  } else {
    PrintText(session.out, *job);
  }
  if (FindingsOf(*job) > 0) return kRefused;
  return job->not_verified.empty() ? kOk : ExitCodeOf(job->not_verified.front());
}

}  // namespace avvik::cli
