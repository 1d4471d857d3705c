#include "common/regimes/fill.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace avvik::regimes {
namespace {

using Source = Fill::Source;

constexpr std::pair<std::string_view, Source> kWords[] = {
    {"entity.name", Source::kEntityName},
    {"entity.number", Source::kEntityNumber},
    {"municipality.name", Source::kMunicipalityName},
    {"contact", Source::kContact},
    {"contact.name", Source::kContactName},
    {"contact.email", Source::kContactEmail},
    {"contact.phone", Source::kContactPhone},
    {"contact.address", Source::kContactAddress},
    {"case.number", Source::kCaseNumber},
    {"case.occurred", Source::kCaseOccurred},
    {"case.reported", Source::kCaseReported},
    {"case.aware", Source::kCaseAware},
    {"case.closed", Source::kCaseClosed},
    {"case.ongoing", Source::kCaseOngoing},
    {"case.kind", Source::kCaseKind},
    {"case.affected-persons", Source::kCaseAffectedPersons},
    {"case.personal-data", Source::kCasePersonalData},
    {"late-reasons", Source::kLateReasons},
};
constexpr std::string_view kAnswer = "answer:";
constexpr std::string_view kStage = "stage:";

bool IsText(v1::FieldKind kind) {
  return kind == v1::FIELD_KIND_TEXT || kind == v1::FIELD_KIND_LONG_TEXT;
}

bool IsChoice(v1::FieldKind kind) {
  return kind == v1::FIELD_KIND_CHOICE || kind == v1::FIELD_KIND_CHOICES;
}

// The kind of field that a word fills, beside texts.
v1::FieldKind KindOf(Source source) {
  switch (source) {
    case Source::kCaseOccurred:
    case Source::kCaseReported:
    case Source::kCaseAware:
    case Source::kCaseClosed:
      return v1::FIELD_KIND_TIME;
    case Source::kCaseOngoing:
    case Source::kCasePersonalData:
      return v1::FIELD_KIND_YES_NO;
    case Source::kCaseAffectedPersons:
      return v1::FIELD_KIND_NUMBER;
    default:
      return v1::FIELD_KIND_TEXT;
  }
}

std::string DoesNotFit(const v1::StageField& field) {
  return fmt::format("'{}' does not fit a field of this kind", field.fill());
}

std::string AnswerFault(const RegimeVersion& version, const v1::StageField& field,
                        const std::string& id, const QuestionBook& questions) {
  const v1::Question* question = questions.Find(id);
  if (question == nullptr) return fmt::format("'{}' is not a question", id);
  if (IsText(field.kind())) return "";
  switch (question->kind()) {
    case v1::ANSWER_KIND_YES_NO:
      return field.kind() == v1::FIELD_KIND_YES_NO ? "" : DoesNotFit(field);
    case v1::ANSWER_KIND_NUMBER:
      return field.kind() == v1::FIELD_KIND_NUMBER ? "" : DoesNotFit(field);
    case v1::ANSWER_KIND_CHOICE: {
      if (!IsChoice(field.kind())) return DoesNotFit(field);
      const v1::OptionList* list = version.OptionsOf(field);
      const bool shared =
          list != nullptr && std::any_of(list->options().begin(), list->options().end(),
                                         [&](const v1::FieldOption& option) {
                                           return HasOption(*question, option.id());
                                         });
      return shared ? "" : fmt::format("question '{}' and the list have no option in common", id);
    }
    default:
      return DoesNotFit(field);
  }
}

std::string StageFault(const RegimeVersion& version, const StageRule& stage,
                       const v1::StageField& field, const Fill& fill) {
  const StageRule* before = fill.stage == stage.id ? nullptr : version.FindStage(fill.stage);
  if (before == nullptr) return fmt::format("'{}' is not a stage before this one", fill.stage);
  const v1::StageField* carried = before->FindField(fill.field);
  if (carried == nullptr) {
    return fmt::format("stage '{}' has no field '{}'", fill.stage, fill.field);
  }
  const bool same = carried->kind() == field.kind() && carried->options() == field.options();
  const bool longer =
      carried->kind() == v1::FIELD_KIND_TEXT && field.kind() == v1::FIELD_KIND_LONG_TEXT;
  return same || longer ? "" : DoesNotFit(field);
}

}  // namespace

std::optional<Fill> ParseFill(std::string_view text) {
  for (const auto& [word, source] : kWords) {
    if (word == text) return Fill{.source = source, .question = {}, .stage = {}, .field = {}};
  }
  Fill fill;
  if (text.starts_with(kAnswer)) {
    fill.source = Source::kAnswer;
    fill.question = text.substr(kAnswer.size());
    if (fill.question.empty()) return std::nullopt;
    return fill;
  }
  if (!text.starts_with(kStage)) return std::nullopt;
  text.remove_prefix(kStage.size());
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size()) return std::nullopt;
  fill.source = Source::kStage;
  fill.stage = text.substr(0, dot);
  fill.field = text.substr(dot + 1);
  return fill;
}

std::string FillFault(const RegimeVersion& version, const StageRule& stage,
                      const v1::StageField& field, const QuestionBook& questions) {
  if (field.fill().empty()) return "";
  const std::optional<Fill> fill = ParseFill(field.fill());
  if (!fill) return fmt::format("'{}' is nothing that a field is filled in with", field.fill());
  if (fill->source == Source::kAnswer) {
    return AnswerFault(version, field, fill->question, questions);
  }
  if (fill->source == Source::kStage) return StageFault(version, stage, field, *fill);
  return IsText(field.kind()) || KindOf(fill->source) == field.kind() ? "" : DoesNotFit(field);
}

}  // namespace avvik::regimes
