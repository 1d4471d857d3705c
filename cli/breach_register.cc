#include "cli/breach_register.h"

#include <algorithm>

#include "cli/csv.h"

namespace avvik::cli {
namespace {

using escalation::v1::Answered;
using escalation::v1::Breach;
using escalation::v1::Duty;

const char* const kTitles[] = {
    "number",  "aware",       "closed",  "unit",    "kind",     "category",      "impacts",
    "persons", "answers",     "cause",   "effects", "remedies", "decision",      "told",
    "not told because", "erased"};

void Append(const std::string& part, std::string& text) {
  if (part.empty()) return;
  text += (text.empty() ? "" : "; ") + part;
}

std::string TimeText(bool has, const google::protobuf::Timestamp& time) {
  return has ? CsvTime(time) : "";
}

std::string ValueOf(const Answered& answered) {
  const escalation::v1::QuestionAnswer& answer = answered.answer();
  std::string value;
  for (const std::string& choice : answer.choices()) value += (value.empty() ? "" : ", ") + choice;
  for (const auto& hit : answer.units()) value += (value.empty() ? "" : ", ") + hit.unit();
  if (answer.has_number()) value = std::to_string(answer.number());
  if (answer.has_minutes()) value = std::to_string(answer.minutes()) + " min";
  if (answer.yes_no() == type::v1::ANSWER_YES) value = "yes";
  if (answer.yes_no() == type::v1::ANSWER_NO) value = "no";
  return value;
}

// The answer to one question; empty without.
std::string AnswerTo(const char* question, const Breach& breach) {
  for (const Answered& answered : breach.answers()) {
    if (answered.answer().question() == question) return ValueOf(answered);
  }
  return "";
}

// Answers that have no column of their own.
std::string OtherAnswers(const Breach& breach) {
  std::string text;
  for (const Answered& answered : breach.answers()) {
    const std::string& question = answered.answer().question();
    if (question == "breach-cause" || question == "breach-effects" ||
        question == "breach-remedies") {
      continue;
    }
    Append(question + ": " + ValueOf(answered), text);
  }
  return text;
}

std::string Impacts(const Breach& breach) {
  std::string text;
  for (const type::v1::Impact& impact : breach.impacts()) {
    Append(type::v1::SecurityProperty_Name(impact.property()).substr(18) + " " +
               std::to_string(impact.level()),
           text);
  }
  return text;
}

std::string Decisions(const Breach& breach) {
  std::string text;
  for (const auto& result : breach.results()) {
    std::string decision = result.regime() + " " + result.entity() + ": " +
                           escalation::v1::AssessmentResult_Name(result.result()).substr(18);
    for (const Duty& duty : breach.duties()) {
      if (duty.duty_id() == result.duty_id() && !duty.duty_id().empty()) {
        decision += ", " + escalation::v1::DutyState_Name(duty.state()).substr(11);
      }
    }
    Append(decision, text);
  }
  return text;
}

std::string Told(const Breach& breach) {
  std::string text;
  for (const Duty& duty : breach.duties()) {
    for (const auto& stage : duty.stages()) {
      if (!stage.has_submit_time()) continue;
      Append(duty.regime() + " " + duty.entity() + " " + stage.stage() + " " +
                 TimeText(true, stage.submit_time()) +
                 (stage.external_id().empty() ? "" : " " + stage.external_id()) +
                 (stage.reason().empty() ? "" : " (" + stage.reason() + ")"),
             text);
    }
  }
  return text;
}

std::string NotToldBecause(const Breach& breach) {
  std::string text;
  for (const Duty& duty : breach.duties()) Append(duty.rule_out_reason(), text);
  if (text.empty()) {
    for (const auto& result : breach.results()) {
      if (result.result() != escalation::v1::ASSESSMENT_RESULT_NOT_REQUIRED) continue;
      for (const std::string& reason : result.reasons()) Append(reason, text);
    }
  }
  return text;
}

std::string Line(const Breach& breach) {
  const std::string cells[] = {
      breach.number(),
      TimeText(breach.has_aware_time(), breach.aware_time()),
      TimeText(breach.has_close_time(), breach.close_time()),
      breach.unit(),
      type::v1::Kind_Name(breach.kind()).substr(5),
      type::v1::Category_Name(breach.category()).substr(9),
      Impacts(breach),
      breach.has_affected_persons() ? std::to_string(breach.affected_persons()) : "",
      OtherAnswers(breach),
      AnswerTo("breach-cause", breach),
      AnswerTo("breach-effects", breach),
      AnswerTo("breach-remedies", breach),
      Decisions(breach),
      Told(breach),
      NotToldBecause(breach),
      TimeText(breach.has_erase_time(), breach.erase_time())};
  static_assert(std::size(cells) == std::size(kTitles));
  std::string line;
  for (const std::string& cell : cells) line += (line.empty() ? "" : ",") + CsvCell(cell);
  return line + "\r\n";
}

}  // namespace

std::string BreachRegister(const std::vector<Breach>& breaches) {
  std::string text;
  for (const char* title : kTitles) text += (text.empty() ? "" : ",") + CsvCell(title);
  text += "\r\n";
  for (const Breach& breach : breaches) text += Line(breach);
  return text;
}

}  // namespace avvik::cli
