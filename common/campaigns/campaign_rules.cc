#include "common/campaigns/campaign_rules.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/datafile/datafile.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::campaigns {
namespace {

constexpr absl::Duration kShortestWindow = absl::Minutes(1);
constexpr absl::Duration kLongestWindow = absl::Hours(24 * 366);

absl::Duration WindowOf(const intake::v1::CampaignRule& rule) {
  return absl::Seconds(rule.window().seconds()) + absl::Nanoseconds(rule.window().nanos());
}

absl::Status Check(const intake::v1::CampaignRules& proto) {
  std::vector<status::FieldViolation> violations;
  std::map<int, int> seen;
  for (int i = 0; i < proto.rules_size(); ++i) {
    const intake::v1::CampaignRule& rule = proto.rules(i);
    const std::string path = "rules[" + std::to_string(i) + "]";
    if (const auto [first, fresh] = seen.emplace(rule.category(), i); !fresh) {
      violations.push_back({path + ".category", "has a rule already, in rules[" +
                                                    std::to_string(first->second) + "]"});
    }
    const absl::Duration window = WindowOf(rule);
    if (window < kShortestWindow || window > kLongestWindow) {
      violations.push_back({path + ".window", "must be between a minute and a year"});
    }
  }
  if (violations.empty()) return absl::OkStatus();
  return status::InvalidFields(violations);
}

}  // namespace

absl::StatusOr<CampaignRules> CampaignRules::Load(const std::string& path) {
  intake::v1::CampaignRules proto;
  AVVIK_RETURN_IF_ERROR(datafile::Load(path, &proto, [&proto] { return Check(proto); }));
  return Create(proto);
}

absl::StatusOr<CampaignRules> CampaignRules::Create(const intake::v1::CampaignRules& proto) {
  AVVIK_RETURN_IF_ERROR(Check(proto));
  std::map<type::v1::Category, Rule> rules;
  for (const intake::v1::CampaignRule& rule : proto.rules()) {
    rules[rule.category()] = {.window = WindowOf(rule),
                              .similarity = rule.similarity(),
                              .same_system = rule.same_system()};
  }
  return CampaignRules(proto, std::move(rules), Fingerprinter(std::vector<std::string>(
                                             proto.ignored_words().begin(),
                                             proto.ignored_words().end())));
}

absl::Time CampaignRules::OldestLastReport(type::v1::Category category, absl::Time now) const {
  return now - rules_.at(category).window;
}

std::optional<int> CampaignRules::SameThing(const Subject& report, const Subject& other) const {
  const auto rule = rules_.find(report.category);
  if (rule == rules_.end() || report.category != other.category) return std::nullopt;
  if (other.reported < report.reported - rule->second.window) return std::nullopt;
  if (report.personal_data == type::v1::ANSWER_YES &&
      other.personal_data != type::v1::ANSWER_YES) {
    return std::nullopt;
  }
  if (!report.system.empty() && !other.system.empty()) {
    if (report.system != other.system) return std::nullopt;
    if (rule->second.same_system) return 100;
  }
  int similarity = Similarity(report.fingerprint, other.fingerprint);
  for (const Fingerprint& fingerprint : report.other_fingerprints) {
    similarity = std::max(similarity, Similarity(fingerprint, other.fingerprint));
  }
  if (similarity < rule->second.similarity) return std::nullopt;
  return similarity;
}

intake::v1::Fingerprint ToProto(const Fingerprint& fingerprint) {
  intake::v1::Fingerprint proto;
  proto.mutable_title()->Add(fingerprint.title.begin(), fingerprint.title.end());
  proto.mutable_text()->Add(fingerprint.text.begin(), fingerprint.text.end());
  return proto;
}

Fingerprint FromProto(const intake::v1::Fingerprint& proto) {
  return {.title = {proto.title().begin(), proto.title().end()},
          .text = {proto.text().begin(), proto.text().end()}};
}

}  // namespace avvik::campaigns
