// What a field of a stage is filled in with: the closed vocabulary of `StageField.fill`. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/regimes/question_book.h"
#include "common/regimes/regime.h"

namespace avvik::regimes {

struct Fill {
  enum class Source {
    kEntityName,
    kEntityNumber,
    kMunicipalityName,
    kContact,
    kContactName,
    kContactEmail,
    kContactPhone,
    kContactAddress,
    kCaseNumber,
    kCaseOccurred,
    kCaseReported,
    kCaseAware,
    kCaseClosed,
    kCaseOngoing,
    kCaseKind,
    kCaseAffectedPersons,
    kCasePersonalData,
    kLateReasons,
    kAnswer,
    kStage,
  };
  Source source = Source::kEntityName;
  std::string question;  // With kAnswer.
  std::string stage;     // With kStage, and the field of it.
  std::string field;
};

// Reads a fill; unset when it is none of the vocabulary.
std::optional<Fill> ParseFill(std::string_view text);

// What is wrong with the fill of a field of `stage`, the last stage of `version` so far; empty when nothing is, or when
// it has none. What it gives must fit the kind of the field; texts take everything. Of several options that were
// chosen, a field that takes one is filled in with none.
std::string FillFault(const RegimeVersion& version, const StageRule& stage,
                      const v1::StageField& field, const QuestionBook& questions);

}  // namespace avvik::regimes
