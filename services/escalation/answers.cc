#include "services/escalation/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "common/rpc/time.h"
#include "common/status/error.h"

namespace avvik::escalation {
namespace {

using Violations = std::vector<status::FieldViolation>;

// How far ahead of ours the clock of a caller may be.
constexpr absl::Duration kTolerance = absl::Minutes(5);

// The kinds that something is said of in an answer.
std::vector<v1::AnswerKind> KindsIn(const v1::QuestionAnswer& answer) {
  std::vector<v1::AnswerKind> kinds;
  if (answer.yes_no() != Answer::ANSWER_UNSPECIFIED) kinds.push_back(v1::ANSWER_KIND_YES_NO);
  if (answer.has_number()) kinds.push_back(v1::ANSWER_KIND_NUMBER);
  if (answer.has_minutes()) kinds.push_back(v1::ANSWER_KIND_DURATION);
  if (!answer.choices().empty()) kinds.push_back(v1::ANSWER_KIND_CHOICE);
  if (!answer.units().empty()) kinds.push_back(v1::ANSWER_KIND_UNITS);
  return kinds;
}

// Reads the answers of one call, gathering everything that is wrong with them.
class Reader {
 public:
  explicit Reader(const Answering& answering) : answering_(answering) {}

  void Read(const v1::QuestionAnswer& given, const std::string& path, Answers& answers) {
    const v1::Question* question = answering_.questions.Find(given.question());
    if (question == nullptr) {
      Wrong(path + ".question", fmt::format("'{}' is not a question", given.question()));
      return;
    }
    if (!seen_.insert(given.question()).second) {
      Wrong(path + ".question", "is answered twice");
      return;
    }
    const std::vector<v1::AnswerKind> kinds = KindsIn(given);
    if (kinds.empty()) {
      answers.erase(given.question());
      return;
    }
    if (kinds.size() > 1 || kinds.front() != question->kind()) {
      Wrong(path, fmt::format("must be answered by its kind, {}",
                              v1::AnswerKind_Name(question->kind()).substr(12)));
      return;
    }
    CaseAnswer answer = Value(*question, given, path);
    const auto known = answers.find(given.question());
    if (known != answers.end()) {
      answer.person = known->second.person;
      answer.time = known->second.time;
      if (answer == known->second) return;
    }
    answer.person = answering_.person;
    answer.time = answering_.now;
    answers[given.question()] = std::move(answer);
  }

  const Violations& violations() const { return violations_; }

 private:
  void Wrong(const std::string& field, const std::string& description) {
    violations_.push_back({field, description});
  }

  CaseAnswer Value(const v1::Question& question, const v1::QuestionAnswer& given,
                   const std::string& path) {
    CaseAnswer answer;
    answer.yes = given.yes_no() == Answer::ANSWER_YES;
    if (given.has_number()) answer.number = given.number();
    if (given.has_minutes()) answer.number = given.minutes();
    if (given.choices_size() > 1 && !question.several()) Wrong(path + ".choices", "may hold one");
    for (int i = 0; i < given.choices_size(); ++i) {
      if (!regimes::HasOption(question, given.choices(i))) {
        Wrong(fmt::format("{}.choices[{}]", path, i),
              fmt::format("'{}' is not an option of '{}'", given.choices(i), question.id()));
      }
      if (std::find(answer.choices.begin(), answer.choices.end(), given.choices(i)) ==
          answer.choices.end()) {
        answer.choices.push_back(given.choices(i));
      }
    }
    for (int i = 0; i < given.units_size(); ++i) {
      ReadUnit(given.units(i), fmt::format("{}.units[{}]", path, i), answer);
    }
    return answer;
  }

  void ReadUnit(const v1::UnitHit& hit, const std::string& path, CaseAnswer& answer) {
    if (answering_.organisation.FindUnit(hit.unit()) == nullptr) {
      Wrong(path + ".unit", fmt::format("'{}' is not a unit", hit.unit()));
    }
    AffectedUnit& affected = answer.units.emplace_back();
    affected.unit = hit.unit();
    if (!hit.has_aware_time()) return;
    affected.aware_time = rpc::FromProtoTime(hit.aware_time());
    if (*affected.aware_time > answering_.now + kTolerance) {
      Wrong(path + ".aware_time", "lies in the future");
    }
  }

  const Answering& answering_;
  std::set<std::string> seen_;
  Violations violations_;
};

v1::Answered ToProto(const std::string& question, const CaseAnswer& answer, v1::AnswerKind kind) {
  v1::Answered kept;
  v1::QuestionAnswer& proto = *kept.mutable_answer();
  proto.set_question(question);
  switch (kind) {
    case v1::ANSWER_KIND_YES_NO:
      proto.set_yes_no(answer.yes ? Answer::ANSWER_YES : Answer::ANSWER_NO);
      break;
    case v1::ANSWER_KIND_NUMBER:
      proto.set_number(answer.number.value_or(0));
      break;
    case v1::ANSWER_KIND_DURATION:
      proto.set_minutes(answer.number.value_or(0));
      break;
    default:
      break;
  }
  proto.mutable_choices()->Assign(answer.choices.begin(), answer.choices.end());
  for (const AffectedUnit& affected : answer.units) {
    v1::UnitHit* hit = proto.add_units();
    hit->set_unit(affected.unit);
    if (affected.aware_time) *hit->mutable_aware_time() = rpc::ToProtoTime(*affected.aware_time);
  }
  kept.set_person(answer.person);
  *kept.mutable_time() = rpc::ToProtoTime(answer.time);
  return kept;
}

}  // namespace

absl::StatusOr<Answers> TakeAnswers(
    const Answers& before,
    const google::protobuf::RepeatedPtrField<v1::QuestionAnswer>& given,
    const Answering& answering) {
  Answers answers = before;
  Reader reader(answering);
  for (int i = 0; i < given.size(); ++i) {
    reader.Read(given[i], fmt::format("answers[{}]", i), answers);
  }
  if (!reader.violations().empty()) return status::InvalidFields(reader.violations());
  return answers;
}

std::vector<v1::Answered> ToProto(const Answers& answers, const regimes::QuestionBook& questions) {
  std::vector<v1::Answered> all;
  for (const auto& [id, answer] : answers) {
    const v1::Question* question = questions.Find(id);
    all.push_back(
        ToProto(id, answer, question == nullptr ? v1::ANSWER_KIND_UNSPECIFIED : question->kind()));
  }
  std::stable_sort(all.begin(), all.end(), [&](const v1::Answered& a, const v1::Answered& b) {
    return questions.PlaceOf(a.answer().question()) < questions.PlaceOf(b.answer().question());
  });
  return all;
}

Answers AnswersFromProto(const google::protobuf::RepeatedPtrField<v1::Answered>& kept) {
  Answers answers;
  for (const v1::Answered& one : kept) {
    CaseAnswer& answer = answers[one.answer().question()];
    answer.yes = one.answer().yes_no() == Answer::ANSWER_YES;
    if (one.answer().has_number()) answer.number = one.answer().number();
    if (one.answer().has_minutes()) answer.number = one.answer().minutes();
    answer.choices.assign(one.answer().choices().begin(), one.answer().choices().end());
    for (const v1::UnitHit& hit : one.answer().units()) {
      AffectedUnit& affected = answer.units.emplace_back();
      affected.unit = hit.unit();
      if (hit.has_aware_time()) affected.aware_time = rpc::FromProtoTime(hit.aware_time());
    }
    answer.person = one.person();
    answer.time = rpc::FromProtoTime(one.time());
  }
  return answers;
}

}  // namespace avvik::escalation
