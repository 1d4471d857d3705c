#include "services/triage/classification.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "common/datafile/datafile.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::triage {
namespace {

using status::FieldViolation;

// What conditions are tried against.
struct Found {
  type::v1::Category category;
  bool system_named;
  const v1::Classification& classification;
};

int HighestLevel(const v1::Classification& classification) {
  int highest = 0;
  for (const auto& impact : classification.impacts()) highest = std::max(highest, impact.level());
  return highest;
}

template <typename Values, typename Value>
bool EmptyOrContains(const Values& values, Value value) {
  return values.empty() || std::find(values.begin(), values.end(), value) != values.end();
}

bool Agrees(type::v1::Answer wanted, type::v1::Answer found) {
  return wanted == type::v1::ANSWER_UNSPECIFIED || wanted == found;
}

bool Holds(const v1::ClassificationCondition& when, const Found& found) {
  const v1::Classification& c = found.classification;
  return EmptyOrContains(when.categories(), found.category) &&
         EmptyOrContains(when.kinds(), c.kind()) && Agrees(when.personal_data(), c.personal_data()) &&
         Agrees(when.national_security(), c.national_security()) &&
         Agrees(when.ongoing(), c.ongoing()) &&
         (when.affected_persons_at_least() == 0 ||
          (c.has_affected_persons() && c.affected_persons() >= when.affected_persons_at_least())) &&
         HighestLevel(c) >= when.level_at_least() && (!when.system_named() || found.system_named);
}

int KlassaLevel(const organisation::v1::Klassa& klassa, type::v1::SecurityProperty property) {
  switch (property) {
    case type::v1::SECURITY_PROPERTY_CONFIDENTIALITY:
      return klassa.confidentiality();
    case type::v1::SECURITY_PROPERTY_ACCURACY:
      return klassa.accuracy();
    case type::v1::SECURITY_PROPERTY_AVAILABILITY:
      return klassa.availability();
    case type::v1::SECURITY_PROPERTY_TRACEABILITY:
      return klassa.traceability();
    default:
      return 0;
  }
}

int LevelOf(const v1::CategoryImpact& impact, const organisation::v1::System* system) {
  const int klassa = system == nullptr ? 0 : KlassaLevel(system->klassa(), impact.property());
  if (klassa == 0) return impact.level();
  switch (impact.klassa()) {
    case v1::KLASSA_USE_FOLLOW:
      return klassa;
    case v1::KLASSA_USE_RAISE:
      return std::max(impact.level(), klassa);
    case v1::KLASSA_USE_CAP:
      return std::min(impact.level(), klassa);
    default:
      return impact.level();
  }
}

void RaiseTo(const type::v1::Impact& least, v1::Classification* classification) {
  for (auto& impact : *classification->mutable_impacts()) {
    if (impact.property() != least.property()) continue;
    impact.set_level(std::max(impact.level(), least.level()));
    return;
  }
  *classification->add_impacts() = least;
}

// `confidentiality` for SECURITY_PROPERTY_CONFIDENTIALITY.
std::string NameOf(type::v1::SecurityProperty property) {
  std::string name =
      type::v1::SecurityProperty_Name(property).substr(sizeof "SECURITY_PROPERTY_" - 1);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

int Moved(const v1::SeverityAdjustment& adjustment, int severity) {
  switch (adjustment.move_case()) {
    case v1::SeverityAdjustment::kAtLeast:
      return std::max<int>(severity, adjustment.at_least());
    case v1::SeverityAdjustment::kAtMost:
      return std::min<int>(severity, adjustment.at_most());
    case v1::SeverityAdjustment::kSteps:
      return std::clamp<int>(severity + adjustment.steps(), type::v1::SEVERITY_LOW,
                             type::v1::SEVERITY_CRITICAL);
    default:
      return severity;
  }
}

}  // namespace

absl::StatusOr<ClassificationRules> ClassificationRules::Load(const std::string& path) {
  v1::ClassificationRules proto;
  AVVIK_RETURN_IF_ERROR(
      datafile::Load(path, &proto, [&proto] { return Create(proto).status(); }));
  return Create(std::move(proto));
}

absl::StatusOr<ClassificationRules> ClassificationRules::Create(v1::ClassificationRules proto) {
  ClassificationRules rules(std::move(proto));
  const v1::ClassificationRules& p = rules.proto_;
  std::vector<FieldViolation> violations;
  std::set<int> categories;
  for (int i = 0; i < p.categories_size(); ++i) {
    const v1::CategoryRule& rule = p.categories(i);
    const std::string field = "categories[" + std::to_string(i) + "]";
    if (!categories.insert(rule.category()).second) {
      violations.push_back({field + ".category", "is listed twice"});
    }
    if (!rules.KnowsRsit(rule.rsit())) {
      violations.push_back({field + ".rsit", "is not among the classes and types of rsit"});
    }
    std::set<int> properties;
    for (const auto& impact : rule.impacts()) {
      if (!properties.insert(impact.property()).second) {
        violations.push_back({field + ".impacts", "name a property twice"});
      }
    }
  }
  const auto* all = type::v1::Category_descriptor();
  for (int i = 0; i < all->value_count(); ++i) {
    if (!categories.contains(all->value(i)->number())) {
      violations.push_back({"categories", "has no rule for " + all->value(i)->name()});
    }
  }
  std::set<std::string> adjustments;
  for (int i = 0; i < p.adjustments_size(); ++i) {
    if (!adjustments.insert(p.adjustments(i).id()).second) {
      violations.push_back({"adjustments[" + std::to_string(i) + "].id", "is listed twice"});
    }
  }
  std::set<int> levels;
  for (const auto& level : p.severity().levels()) levels.insert(level.level());
  if (levels != std::set<int>{0, 1, 2, 3, 4} || p.severity().levels_size() != 5) {
    violations.push_back({"severity.levels", "must name each level from 0 to 4 once"});
  }
  for (int i = 0; i < p.severity().adjustments_size(); ++i) {
    if (p.severity().adjustments(i).move_case() == v1::SeverityAdjustment::MOVE_NOT_SET) {
      violations.push_back({"severity.adjustments[" + std::to_string(i) + "]",
                            "must have one of at_least, at_most and steps"});
    }
  }
  if (!violations.empty()) return status::InvalidFields(violations);
  return rules;
}

bool ClassificationRules::KnowsRsit(const std::string& rsit) const {
  const size_t slash = rsit.find('/');
  if (slash == std::string::npos) return false;
  for (const v1::RsitClass& entry : proto_.rsit()) {
    if (entry.id() != rsit.substr(0, slash)) continue;
    const auto& types = entry.types();
    return std::find(types.begin(), types.end(), rsit.substr(slash + 1)) != types.end();
  }
  return false;
}

v1::Classification ClassificationRules::First(const ReportedFacts& facts,
                                              const organisation::v1::System* system) const {
  v1::Classification found;
  found.set_personal_data(facts.personal_data);
  if (facts.affected_persons.has_value()) found.set_affected_persons(*facts.affected_persons);
  found.set_national_security(facts.national_security);
  found.set_ongoing(facts.ongoing);
  for (const v1::CategoryRule& rule : proto_.categories()) {
    if (rule.category() != facts.category) continue;
    found.set_kind(rule.kind());
    found.set_rsit(rule.rsit());
    found.set_information_system(rule.information_system());
    for (const v1::CategoryImpact& impact : rule.impacts()) {
      auto* hit = found.add_impacts();
      hit->set_property(impact.property());
      hit->set_level(LevelOf(impact, system));
    }
  }
  for (const v1::ClassificationAdjustment& adjustment : proto_.adjustments()) {
    if (!Holds(adjustment.when(), {facts.category, system != nullptr, found})) continue;
    if (adjustment.kind() != type::v1::KIND_UNSPECIFIED) found.set_kind(adjustment.kind());
    if (adjustment.information_system() != type::v1::ANSWER_UNSPECIFIED) {
      found.set_information_system(adjustment.information_system());
    }
    for (const auto& least : adjustment.impacts_at_least()) RaiseTo(least, &found);
  }
  for (auto& impact : *found.mutable_impacts()) {
    impact.set_level(std::min(impact.level(), proto_.highest_level()));
  }
  DeriveSeverity(facts.category, system != nullptr, &found);
  return found;
}

absl::StatusOr<v1::Classification> ClassificationRules::ByPerson(
    v1::Classification classification, type::v1::Category category, bool system_named) const {
  std::vector<FieldViolation> violations;
  if (classification.kind() == type::v1::KIND_UNSPECIFIED) {
    violations.push_back({"classification.kind", "must be one of the kinds"});
  }
  if (!classification.rsit().empty() && !KnowsRsit(classification.rsit())) {
    violations.push_back({"classification.rsit",
                          "is not a class and type of the Reference Security Incident Taxonomy, "
                          "such as information-content-security/data-leak"});
  }
  std::set<int> properties;
  for (int i = 0; i < classification.impacts_size(); ++i) {
    const auto& impact = classification.impacts(i);
    const std::string field = "classification.impacts[" + std::to_string(i) + "]";
    if (impact.property() == type::v1::SECURITY_PROPERTY_UNSPECIFIED) {
      violations.push_back({field + ".property", "must be one of the properties"});
    } else if (!properties.insert(impact.property()).second) {
      violations.push_back({field + ".property", "is named twice"});
    }
    // KLASSA's level 4 is Sweden's security: that is handled elsewhere, and the case must say so.
    if (impact.level() == 4 && classification.national_security() != type::v1::ANSWER_YES) {
      violations.push_back({field + ".level", "4 is a matter of national security; say so"});
    }
  }
  if (!violations.empty()) return status::InvalidFields(violations);
  classification.set_confirmed(true);
  DeriveSeverity(category, system_named, &classification);
  return classification;
}

void ClassificationRules::DeriveSeverity(type::v1::Category category, bool system_named,
                                         v1::Classification* classification) const {
  const int highest = HighestLevel(*classification);
  int severity = type::v1::SEVERITY_LOW;
  for (const auto& level : proto_.severity().levels()) {
    if (level.level() == highest) severity = level.severity();
  }
  classification->clear_severity_reasons();
  for (const auto& impact : classification->impacts()) {
    if (impact.level() == highest) {
      classification->add_severity_reasons("impact:" + NameOf(impact.property()) + "=" +
                                           std::to_string(highest));
    }
  }
  if (classification->impacts().empty()) classification->add_severity_reasons("impact:none");
  for (const v1::SeverityAdjustment& adjustment : proto_.severity().adjustments()) {
    if (!Holds(adjustment.when(), {category, system_named, *classification})) continue;
    const int moved = Moved(adjustment, severity);
    if (moved == severity) continue;
    severity = moved;
    classification->add_severity_reasons(adjustment.reason());
  }
  classification->set_severity(static_cast<type::v1::Severity>(severity));
}

}  // namespace avvik::triage
