#include "services/escalation/dossier.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/outgoing/outgoing_text.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/escalation/errors.h"

namespace avvik::escalation {
namespace {

using Value = v1::FieldValue;
using Violations = std::vector<status::FieldViolation>;

bool IsBlank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

// What of a value is set, by the kind of field that takes it.
Value::ValueCase CaseOf(v1::FieldKind kind) {
  switch (kind) {
    case v1::FIELD_KIND_YES_NO:
      return Value::kYesNo;
    case v1::FIELD_KIND_NUMBER:
      return Value::kNumber;
    case v1::FIELD_KIND_TIME:
      return Value::kTime;
    case v1::FIELD_KIND_CHOICE:
    case v1::FIELD_KIND_CHOICES:
      return Value::kChoices;
    default:
      return Value::kText;
  }
}

bool HasOption(const v1::OptionList* list, const std::string& option) {
  return list != nullptr && std::any_of(list->options().begin(), list->options().end(),
                                        [&](const auto& one) { return one.id() == option; });
}

// Why a value does not fit a field; empty when it does.
std::string MisfitOf(const DossierRules& rules, const v1::StageField& field, const Value& value) {
  if (value.value_case() != CaseOf(field.kind())) {
    return "must be given by the field's kind, " + v1::FieldKind_Name(field.kind()).substr(11);
  }
  if (field.kind() == v1::FIELD_KIND_TEXT &&
      value.text().find_first_of("\n\r") != std::string::npos) {
    return "must be one line";
  }
  if (value.value_case() != Value::kChoices) return "";
  std::set<std::string> seen;
  for (const std::string& option : value.choices().options()) {
    if (!HasOption(rules.version.OptionsOf(field), option)) {
      return fmt::format("'{}' is not an option", option);
    }
    if (!seen.insert(option).second) return fmt::format("'{}' is chosen twice", option);
  }
  if (field.kind() == v1::FIELD_KIND_CHOICE && value.choices().options_size() > 1) {
    return "takes one option";
  }
  return "";
}

// Puts what somebody gives into `values`, gathering what is wrong with it.
Violations Put(const DossierRules& rules, const FieldValues& filled,
               std::span<const v1::FieldEntry* const> entries, FieldValues& values) {
  Violations violations;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const v1::FieldEntry& entry = *entries[i];
    const std::string path = fmt::format("values[{}]", i);
    const v1::StageField* field = rules.stage.FindField(entry.field());
    if (field == nullptr) {
      violations.push_back({path + ".field", fmt::format("the stage has no field '{}'", entry.field())});
      continue;
    }
    if (!seen.insert(entry.field()).second) {
      violations.push_back({path + ".field", "is given twice"});
      continue;
    }
    if (IsEmpty(entry.value())) {
      values.erase(entry.field());
      continue;
    }
    if (std::string misfit = MisfitOf(rules, *field, entry.value()); !misfit.empty()) {
      violations.push_back({path + ".value", std::move(misfit)});
      continue;
    }
    const auto known = values.find(entry.field());
    if (known != values.end() && Same(known->second.value, entry.value())) continue;
    const auto from_data = filled.find(entry.field());
    const bool as_filled = from_data != filled.end() && Same(from_data->second.value, entry.value());
    values[entry.field()] = {entry.value(),
                             as_filled ? from_data->second.origin : v1::VALUE_ORIGIN_PERSON};
  }
  return violations;
}

v1::ProblemKind ProblemOf(outgoing::FindingKind kind) {
  switch (kind) {
    case outgoing::FindingKind::kSwedishIdentityNumber:
      return v1::PROBLEM_KIND_SWEDISH_IDENTITY_NUMBER;
    case outgoing::FindingKind::kDanishIdentityNumber:
      return v1::PROBLEM_KIND_DANISH_IDENTITY_NUMBER;
    case outgoing::FindingKind::kClassifiedMarking:
      break;
  }
  return v1::PROBLEM_KIND_CLASSIFIED_MARKING;
}

v1::DossierProblem Problem(v1::ProblemKind kind, const std::string& field) {
  v1::DossierProblem problem;
  problem.set_kind(kind);
  problem.set_field(field);
  return problem;
}

void AddProblems(const DossierRules& rules, const v1::StageField& field, const Value& value,
                 std::vector<v1::DossierProblem>& problems) {
  for (const outgoing::Finding& finding : outgoing::Check(value.text())) {
    v1::DossierProblem problem = Problem(ProblemOf(finding.kind), field.id());
    problem.set_offset(finding.offset);
    problem.set_length(finding.length);
    problem.set_blocks(true);
    problems.push_back(std::move(problem));
  }
  const bool unknown = std::any_of(
      value.choices().options().begin(), value.choices().options().end(),
      [&](const std::string& option) { return !HasOption(rules.version.OptionsOf(field), option); });
  if (unknown) problems.push_back(Problem(v1::PROBLEM_KIND_UNKNOWN_OPTION, field.id()));
}

bool Blocks(const std::vector<v1::DossierProblem>& problems) {
  return std::any_of(problems.begin(), problems.end(), [](const auto& one) { return one.blocks(); });
}

const FieldValues& ValuesOf(const DossierVersion& version) {
  static const auto* nothing = new FieldValues();
  return version.values ? *version.values : *nothing;
}

DossierStep Step(DossierStepKind kind, const StageDossier& dossier, const Deed& deed,
                 std::string statement = "") {
  return {.id = {},
          .kind = kind,
          .version = dossier.newest()->version,
          .person = deed.person,
          .time = deed.time,
          .statement = std::move(statement)};
}

absl::Status CheckInReview(const Duty& duty, const DossierRules& rules,
                           const StageDossier& dossier) {
  AVVIK_RETURN_IF_ERROR(CheckOpen(duty, rules));
  const DossierVersion* newest = dossier.newest();
  if (newest == nullptr ||
      StateOf(dossier, newest->version) != v1::DOSSIER_STATE_IN_REVIEW) {
    return error::DossierIsNotInReview();
  }
  return absl::OkStatus();
}

}  // namespace

bool IsEmpty(const Value& value) {
  switch (value.value_case()) {
    case Value::kText:
      return IsBlank(value.text());
    case Value::kYesNo:
      return value.yes_no() == type::v1::ANSWER_UNSPECIFIED;
    case Value::kChoices:
      return value.choices().options().empty();
    case Value::kNumber:
    case Value::kTime:
      return false;
    case Value::VALUE_NOT_SET:
      break;
  }
  return true;
}

bool Same(const Value& a, const Value& b) {
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

bool Same(const FieldValues& a, const FieldValues& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.origin == y.second.origin &&
           Same(x.second.value, y.second.value);
  });
}

const DossierVersion* StageDossier::Find(int version) const {
  for (const DossierVersion& one : versions) {
    if (one.version == version) return &one;
  }
  return nullptr;
}

const DossierStep* StageDossier::LastStep(int version, DossierStepKind kind) const {
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if (step->version == version && step->kind == kind) return &*step;
  }
  return nullptr;
}

v1::DossierState StateOf(const StageDossier& dossier, int version) {
  if (dossier.LastStep(version, DossierStepKind::kSent) != nullptr) return v1::DOSSIER_STATE_SENT;
  for (auto step = dossier.steps.rbegin(); step != dossier.steps.rend(); ++step) {
    if (step->version != version) continue;
    if (step->kind == DossierStepKind::kApproved) return v1::DOSSIER_STATE_APPROVED;
    return step->kind == DossierStepKind::kReviewAsked ? v1::DOSSIER_STATE_IN_REVIEW
                                                       : v1::DOSSIER_STATE_DRAFT;
  }
  return v1::DOSSIER_STATE_DRAFT;
}

const DossierVersion* ToldVersion(const StageDossier& dossier, int asked) {
  if (asked != 0) return dossier.Find(asked);
  for (auto version = dossier.versions.rbegin(); version != dossier.versions.rend(); ++version) {
    if (dossier.LastStep(version->version, DossierStepKind::kApproved) != nullptr) return &*version;
  }
  return dossier.newest();
}

std::vector<v1::DossierProblem> ProblemsIn(const DossierRules& rules, const FieldValues& values) {
  std::vector<v1::DossierProblem> problems;
  for (const v1::StageField& field : rules.stage.fields) {
    const auto filled = values.find(field.id());
    if (filled != values.end()) {
      AddProblems(rules, field, filled->second.value, problems);
    } else if (field.required()) {
      problems.push_back(Problem(v1::PROBLEM_KIND_MISSING, field.id()));
    }
  }
  return problems;
}

absl::Status CheckOpen(const Duty& duty, const DossierRules& rules) {
  if (rules.version.content_elsewhere) return error::ContentElsewhere(duty.regime);
  if (duty.erase_time) return error::CaseErased(duty.number);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<DossierVersion>> WriteDossier(
    const Duty& duty, const DossierRules& rules, const StageDossier& dossier,
    const FieldValues& filled, std::span<const v1::FieldEntry* const> entries, const Deed& deed) {
  AVVIK_RETURN_IF_ERROR(CheckOpen(duty, rules));
  if (duty.state == DutyState::DUTY_STATE_RULED_OUT) return error::DutyIsRuledOut();
  if (rules.stage.fields.empty()) return error::StageHasNoFields(rules.stage.id);
  const DossierVersion* newest = dossier.newest();
  FieldValues values = newest == nullptr ? filled : ValuesOf(*newest);
  if (const Violations violations = Put(rules, filled, entries, values); !violations.empty()) {
    return status::InvalidFields(violations);
  }
  if (newest != nullptr && Same(values, ValuesOf(*newest))) return std::nullopt;
  const int version = newest == nullptr ? 1 : newest->version + 1;
  if (version > kMostVersions) return error::TooManyVersions();
  return DossierVersion{.id = {},
                        .version = version,
                        .person = deed.person,
                        .time = deed.time,
                        .values = std::move(values)};
}

absl::StatusOr<DossierStep> AskForReview(const Duty& duty, const DossierRules& rules,
                                         const StageDossier& dossier, const Deed& deed) {
  AVVIK_RETURN_IF_ERROR(CheckOpen(duty, rules));
  if (duty.state == DutyState::DUTY_STATE_RULED_OUT) return error::DutyIsRuledOut();
  if (dossier.newest() == nullptr) return error::DossierIsEmpty();
  if (StateOf(dossier, dossier.newest()->version) != v1::DOSSIER_STATE_DRAFT) {
    return error::DossierIsNotDraft();
  }
  return Step(DossierStepKind::kReviewAsked, dossier, deed);
}

absl::StatusOr<DossierStep> ApproveDossier(const Duty& duty, const DossierRules& rules,
                                           const StageDossier& dossier,
                                           const std::string& override_reason, const Deed& deed) {
  AVVIK_RETURN_IF_ERROR(CheckInReview(duty, rules, dossier));
  const DossierVersion& newest = *dossier.newest();
  if (deed.person.empty() || deed.person == newest.person) return error::FourEyes();
  const std::vector<v1::DossierProblem> problems = ProblemsIn(rules, ValuesOf(newest));
  for (const v1::DossierProblem& problem : problems) {
    if (problem.kind() == v1::PROBLEM_KIND_MISSING) return error::DossierIsIncomplete(problem.field());
  }
  const bool blocks = Blocks(problems);
  if (blocks && IsBlank(override_reason)) return error::DossierHasFindings();
  return Step(DossierStepKind::kApproved, dossier, deed, blocks ? override_reason : "");
}

absl::StatusOr<DossierStep> ReturnDossier(const Duty& duty, const DossierRules& rules,
                                          const StageDossier& dossier, const std::string& reason,
                                          const Deed& deed) {
  AVVIK_RETURN_IF_ERROR(CheckInReview(duty, rules, dossier));
  return Step(DossierStepKind::kReturned, dossier, deed, reason);
}

absl::Status MayLeave(const DossierRules& rules, const StageDossier& dossier,
                      const DossierVersion& version) {
  if (dossier.LastStep(version.version, DossierStepKind::kApproved) != nullptr) {
    return absl::OkStatus();
  }
  return Blocks(ProblemsIn(rules, ValuesOf(version))) ? error::DossierHasFindings()
                                                      : absl::OkStatus();
}

bool IsLate(const DutyStage& stage, absl::Time now) {
  return stage.times.target && stage.submit_time.value_or(now) > *stage.times.target;
}

std::string LateReasonsIn(const StageRule& stage, const FieldValues& values) {
  for (const v1::StageField& field : stage.fields) {
    if (field.fill() != "late-reasons") continue;
    const auto filled = values.find(field.id());
    if (filled != values.end()) return filled->second.value.text();
  }
  return "";
}

std::string EtagOf(const StageDossier& dossier) {
  return fmt::format("{}.{}", dossier.versions.size(), dossier.steps.size());
}

}  // namespace avvik::escalation
