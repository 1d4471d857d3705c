// What intake keeps of reports and events do not carry: titles, and the words that a search finds them by.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/peer.h"

namespace avvik::triage {

struct ReportText {
  std::string title;
  std::vector<std::string> words;  // Of everything that was told; none when it was erased.
};

class ReportTitles {
 public:
  virtual ~ReportTitles() = default;
  // Texts by report id; reports that do not exist are left out. INVALID_ARGUMENT for what is no
  // report's id; UNAVAILABLE when intake is away, or has anything else against the call.
  virtual absl::StatusOr<std::map<std::string, ReportText>> Fetch(
      const std::string& tenant, const std::vector<std::string>& report_ids) = 0;
};

// Asks intake. Thread-safe.
class RemoteReportTitles final : public ReportTitles {
 public:
  explicit RemoteReportTitles(rpc::Peer& intake) : intake_(intake) {}
  absl::StatusOr<std::map<std::string, ReportText>> Fetch(
      const std::string& tenant, const std::vector<std::string>& report_ids) override;

 private:
  rpc::Peer& intake_;
};

// The titles for a batch of events, fetched before its transaction. Thread-safe: events may be
// replayed while a batch is under way; whoever then misses a title is told to prepare again.
class PreparedTitles {
 public:
  explicit PreparedTitles(ReportTitles& source) : source_(source) {}

  // Fetches the titles of these reports, by tenant, beside those there are. Errors as from Fetch.
  absl::Status Prepare(const std::map<std::string, std::vector<std::string>>& reports_by_tenant);

  // NOT_FOUND when intake does not have the report; UNAVAILABLE when it was not asked for.
  absl::StatusOr<ReportText> Find(const std::string& tenant, const std::string& report_id) const;

  // Forgets them all.
  void Clear();

 private:
  ReportTitles& source_;
  mutable std::mutex mutex_;
  // By tenant and report; nothing for a report that intake does not have.
  std::map<std::pair<std::string, std::string>, std::optional<ReportText>> titles_;
};

}  // namespace avvik::triage
