// Follows the organisations that triage owns.
#pragma once

#include "common/organisation/directory.h"
#include "common/rpc/peer.h"

namespace avvik::host {

// Thread-safe.
class OrganisationSource final : public organisation::Source {
 public:
  explicit OrganisationSource(rpc::Peer& triage) : triage_(triage) {}

  absl::StatusOr<std::vector<std::string>> Tenants() override;
  absl::StatusOr<std::optional<organisation::Snapshot>> Fetch(const std::string& tenant,
                                                              int64_t known_version) override;

 private:
  rpc::Peer& triage_;
};

}  // namespace avvik::host
