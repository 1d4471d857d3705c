// What a report is recognised by when others tell of the same thing. Made from the report as it was
// submitted, before it is written and outside the transaction; only the event carries it.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/campaigns/campaign_rules.h"
#include "common/secrecy/vault.h"
#include "services/intake/report.h"

namespace avvik::intake {

// Thread-safe.
class ReportFingerprints {
 public:
  // The tenant's own key, and behind it those that others were recognised by before it was replaced. Called for every
  // report that may be recognised, so it must be quick.
  using KeySource =
      std::function<absl::StatusOr<std::vector<campaigns::Key>>(const std::string& tenant)>;

  // `rules` must outlive this.
  ReportFingerprints(const campaigns::CampaignRules& rules, KeySource key)
      : rules_(rules), key_(std::move(key)) {}

  // One by each key. None for what is never recognised: texts too short, categories without a rule, imported reports,
  // matters of national security. Also when no key is to be had: the report then gets a case of its own.
  std::vector<campaigns::Fingerprint> Of(const Report& report) const;

 private:
  const campaigns::CampaignRules& rules_;
  const KeySource key_;
};

// Keys derived from each tenant's own in the vault, which must outlive what it gives.
ReportFingerprints::KeySource KeysOf(secrecy::Vault& vault);

}  // namespace avvik::intake
