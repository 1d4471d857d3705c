// Turns the data of a regime into what the engine works with, and checks what the schema alone
// cannot say. Pure.
#pragma once

#include "absl/status/statusor.h"
#include "avvik/escalation/v1/regime.pb.h"
#include "common/regimes/question_book.h"
#include "common/regimes/regime.h"

namespace avvik::regimes {

// Checks that the days are days, that versions follow each other without overlap or gap, that
// somebody is named to be told on every day, that ids are unique, that stages referred to exist and
// none waits for itself, that fields choose from lists that are there, and that conditions are well
// formed with known facts and questions. Error: INVALID_ARGUMENT with every violation, its field as in `versions[1].stages[0].clock.from`.
absl::StatusOr<Regime> ReadRegime(const v1::Regime& message, const QuestionBook& questions);

}  // namespace avvik::regimes
