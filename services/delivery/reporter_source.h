// Who made a report and how to reach them. Only intake knows; delivery asks when there is something
// to tell, and keeps no more than the address on the notice.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/peer.h"
#include "common/secrecy/vault.h"

namespace avvik::delivery {

struct Reporter {
  std::string person_id;  // Pseudonym; empty when nobody is known.
  std::vector<std::string> other_person_ids = {};  // By which they stand on other notices.
  std::string email;     // Empty when nobody is to be answered.
  std::string language;  // Empty: the organisation's first.
  std::string number;    // Human number of the report.
  std::string unit;      // May be empty.
  bool confidential = false;
  bool imported = false;  // Brought from an older register.
};

// The pseudonyms of a confidential reporter: keyed hashes, because whoever knows the logins could find
// them by organisation::PersonId. The first is written; they stand on a notice by one of them.
absl::StatusOr<std::vector<std::string>> ConfidentialPersonIds(secrecy::Vault& vault,
                                                               const std::string& tenant,
                                                               const std::string& login);

// By id of the report; a report that intake does not have is left out.
using Reporters = std::map<std::string, Reporter>;

// Thread-safe.
class ReporterSource {
 public:
  virtual ~ReporterSource() = default;
  // UNAVAILABLE when intake does not answer as it should.
  virtual absl::StatusOr<Reporters> Fetch(const std::string& tenant,
                                          const std::set<std::string>& report_ids) = 0;
};

// Asks intake by Intake.BatchGetReports.
class IntakeReporterSource final : public ReporterSource {
 public:
  // Both must outlive it.
  IntakeReporterSource(rpc::Peer& intake, secrecy::Vault& vault) : intake_(intake), vault_(vault) {}
  absl::StatusOr<Reporters> Fetch(const std::string& tenant,
                                  const std::set<std::string>& report_ids) override;

 private:
  rpc::Peer& intake_;
  secrecy::Vault& vault_;
};

// The reporters of a batch of events, fetched before its transaction. Thread-safe: events may be
// replayed while a batch is under way; who then misses a reporter is told to prepare again.
class PreparedReporters {
 public:
  explicit PreparedReporters(ReporterSource& source) : source_(source) {}

  // Fetches the reporters of these reports, by tenant, in place of those before.
  absl::Status Prepare(const std::map<std::string, std::set<std::string>>& reports_by_tenant);

  // Nothing when intake does not have the report. UNAVAILABLE when it was not asked for.
  absl::StatusOr<std::optional<Reporter>> Find(const std::string& tenant,
                                               const std::string& report_id) const;

 private:
  using Key = std::pair<std::string, std::string>;

  ReporterSource& source_;
  mutable std::mutex mutex_;
  std::map<Key, std::optional<Reporter>> reporters_;
};

}  // namespace avvik::delivery
