// The rules by which reports of the same thing are recognised: `deploy/campaigns.yaml`, whose schema
// (campaign_rules.proto) says how. Pure; the engine knows no category, window or word.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/intake/v1/campaign_rules.pb.h"
#include "avvik/intake/v1/intake_events.pb.h"
#include "avvik/type/v1/classification.pb.h"
#include "common/campaigns/fingerprint.h"

namespace avvik::campaigns {

// A report, or a case as a new report sees it.
struct Subject {
  type::v1::Category category = type::v1::CATEGORY_UNSPECIFIED;
  std::string system;  // May be empty.
  Fingerprint fingerprint;
  // Of a report: what it looks like by the other keys there are.
  std::vector<Fingerprint> other_fingerprints;
  type::v1::Answer personal_data = type::v1::ANSWER_UNSPECIFIED;
  // Of a report: when it was made. Of a case: when its last report was.
  absl::Time reported;
};

// Immutable, so thread-safe.
class CampaignRules {
 public:
  // INVALID_ARGUMENT with file, line and reason.
  static absl::StatusOr<CampaignRules> Load(const std::string& path);
  // INVALID_ARGUMENT when a category has two rules or a window is not between a minute and a year.
  static absl::StatusOr<CampaignRules> Create(const intake::v1::CampaignRules& proto);

  const intake::v1::CampaignRules& proto() const { return proto_; }
  const Fingerprinter& fingerprinter() const { return fingerprinter_; }

  // Whether reports of the category can be of the same thing.
  bool Knows(type::v1::Category category) const { return rules_.contains(category); }

  // The oldest last report that a case may have to take a report of now. Needs Knows(category).
  absl::Time OldestLastReport(type::v1::Category category, absl::Time now) const;

  // How alike they are, in per cent, when `report` is of the same thing as `other`; nothing when it
  // is not. 100 when both name the same system and that is enough.
  std::optional<int> SameThing(const Subject& report, const Subject& other) const;

 private:
  struct Rule {
    absl::Duration window;
    int similarity = 100;
    bool same_system = false;
  };

  CampaignRules(intake::v1::CampaignRules proto, std::map<type::v1::Category, Rule> rules,
                Fingerprinter fingerprinter)
      : proto_(std::move(proto)),
        rules_(std::move(rules)),
        fingerprinter_(std::move(fingerprinter)) {}

  intake::v1::CampaignRules proto_;
  std::map<type::v1::Category, Rule> rules_;
  Fingerprinter fingerprinter_;
};

intake::v1::Fingerprint ToProto(const Fingerprint& fingerprint);
Fingerprint FromProto(const intake::v1::Fingerprint& proto);

}  // namespace avvik::campaigns
