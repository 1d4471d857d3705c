// What people answer to the questions of the rules. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/escalation/v1/assessment.pb.h"
#include "common/organisation/organisation.h"
#include "common/regimes/question_book.h"
#include "google/protobuf/repeated_field.h"
#include "services/escalation/case_facts.h"

namespace avvik::escalation {

using Answers = std::map<std::string, CaseAnswer>;  // By question.

// Who answers, and when.
struct Answering {
  const regimes::QuestionBook& questions;
  const organisation::Organisation& organisation;
  std::string person;  // Pseudonym; empty for a machine.
  absl::Time now;
};

// The answers after these were given: an answer replaces the one before, and one that says nothing
// takes it back. What is answered as before keeps who answered and when. INVALID_ARGUMENT naming
// each field that is wrong, as in `answers[1].choices[0]`.
absl::StatusOr<Answers> TakeAnswers(
    const Answers& before,
    const google::protobuf::RepeatedPtrField<v1::QuestionAnswer>& given, const Answering& answering);

// The answers as they are kept and shown, in the order of the questions; those to questions that are
// no longer asked come last.
std::vector<v1::Answered> ToProto(const Answers& answers, const regimes::QuestionBook& questions);
Answers AnswersFromProto(const google::protobuf::RepeatedPtrField<v1::Answered>& kept);

}  // namespace avvik::escalation
