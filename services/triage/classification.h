// What a deviation is held to be: by rule at first, by a person later. The rules are data
// (`deploy/classification.yaml`); the order in which they apply is stated in classification_rules.proto.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "avvik/organisation/v1/organisation.pb.h"
#include "avvik/triage/v1/case.pb.h"
#include "avvik/triage/v1/classification_rules.pb.h"
#include "avvik/type/v1/classification.pb.h"

namespace avvik::triage {

// What a report says that matters to its classification.
struct ReportedFacts {
  type::v1::Category category = type::v1::CATEGORY_UNSPECIFIED;
  type::v1::Answer personal_data = type::v1::ANSWER_UNSPECIFIED;
  std::optional<int64_t> affected_persons;
  type::v1::Answer national_security = type::v1::ANSWER_UNSPECIFIED;
  type::v1::Answer ongoing = type::v1::ANSWER_UNSPECIFIED;
};

// Immutable, so thread-safe.
class ClassificationRules {
 public:
  // INVALID_ARGUMENT with file, line and reason.
  static absl::StatusOr<ClassificationRules> Load(const std::string& path);
  // INVALID_ARGUMENT when the rules do not hold together: a category twice or missing, a property of a
  // category or the id of an adjustment twice, a level without a severity, a severity adjustment that moves
  // nothing, an RSIT class that is not listed.
  static absl::StatusOr<ClassificationRules> Create(v1::ClassificationRules proto);

  // The first classification of a report. `system` is null when none is named or known.
  v1::Classification First(const ReportedFacts& facts,
                           const organisation::v1::System* system) const;

  // A person's classification, checked and with the severity that follows from it. `system_named`: whether
  // the case names a system that the organisation knows. INVALID_ARGUMENT names the field below
  // `classification` that is wrong: a property twice, an RSIT class that is not listed, level 4 without
  // national security.
  absl::StatusOr<v1::Classification> ByPerson(v1::Classification classification,
                                              type::v1::Category category,
                                              bool system_named) const;

  const v1::ClassificationRules& proto() const { return proto_; }

 private:
  explicit ClassificationRules(v1::ClassificationRules proto) : proto_(std::move(proto)) {}

  bool KnowsRsit(const std::string& rsit) const;
  void DeriveSeverity(type::v1::Category category, bool system_named,
                      v1::Classification* classification) const;

  v1::ClassificationRules proto_;
};

}  // namespace avvik::triage
