// A report as it is kept: what was told sealed with the report's key, what must be compared as a keyed
// hash, and nothing of either in the clear.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/secrecy/vault.h"
#include "services/intake/report.h"

namespace avvik::intake {

// The parts of a report that are sealed each by itself.
inline constexpr char kTitle[] = "title";
inline constexpr char kDescription[] = "description";
inline constexpr char kReporterIdentity[] = "reporter";
inline constexpr char kWithdrawReason[] = "withdraw-reason";
inline constexpr char kSupplement[] = "supplement";
inline constexpr char kMessage[] = "message";

// What a sealed part belongs to; `id` is the report's, the supplement's or the message's.
std::string SealContext(std::string_view part, const std::string& id);

struct SealedReport {
  std::string wrapped_key;
  // Hashes; the first is kept, and an earlier report has one of them.
  std::vector<std::string> pseudonyms;    // Of the reporter.
  std::vector<std::string> request_keys;  // Of reporter and request id.
  std::vector<std::string> digests;       // Of the content, keyed: that of a short text could be guessed.
  std::string title;
  std::string description;
  std::string reporter;
};

// Seals a new report with a key of its own. UNAVAILABLE when the tenant's key cannot be had.
absl::StatusOr<SealedReport> SealReport(secrecy::Vault& vault, const Report& report);

// The sealed columns of a row; empty where there is nothing.
struct SealedColumns {
  std::string wrapped_key;  // Empty when the report was erased.
  std::string title;
  std::string description;
  std::string reporter;
  std::string withdraw_reason;
};

// Puts what is sealed into a report that has its id and tenant. DATA_LOSS when something was altered.
absl::Status OpenReport(secrecy::Vault& vault, const SealedColumns& sealed, Report* report);

// Who made a report, from its sealed column. DATA_LOSS when that was altered.
absl::StatusOr<Reporter> OpenReporter(const secrecy::DataKey& key, const std::string& sealed,
                                      const std::string& report_id);

// What tells a repeat of a request by the same person: the first is kept, and an earlier request has one of them.
absl::StatusOr<std::vector<std::string>> RequestKeys(secrecy::Vault& vault,
                                                     const std::string& tenant,
                                                     const std::string& login,
                                                     const std::string& request_id);

// Who did something with a report, for the trace: the pseudonym instead of the login when the reporter
// of a confidential report did it. RevealReporter says who that is.
std::string ActorOn(const Report& report, const std::string& login);

}  // namespace avvik::intake
