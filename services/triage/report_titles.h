// Titles of reports, which intake keeps and events do not carry.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/peer.h"

namespace avvik::triage {

class ReportTitles {
 public:
  virtual ~ReportTitles() = default;
  // Titles by report id; reports that do not exist are left out. UNAVAILABLE when intake is away.
  virtual absl::StatusOr<std::map<std::string, std::string>> Fetch(
      const std::string& tenant, const std::vector<std::string>& report_ids) = 0;
};

// Asks intake. Thread-safe.
class RemoteReportTitles final : public ReportTitles {
 public:
  explicit RemoteReportTitles(rpc::Peer& intake) : intake_(intake) {}
  absl::StatusOr<std::map<std::string, std::string>> Fetch(
      const std::string& tenant, const std::vector<std::string>& report_ids) override;

 private:
  rpc::Peer& intake_;
};

}  // namespace avvik::triage
