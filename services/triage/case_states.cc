#include "services/triage/case_states.h"

#include <cctype>

#include "services/triage/errors.h"

namespace avvik::triage {
namespace {

using v1::CASE_STATE_ACKNOWLEDGED;
using v1::CASE_STATE_ASSIGNED;
using v1::CASE_STATE_CLOSED;
using v1::CASE_STATE_OPEN;

constexpr Move kMoves[] = {
    {CASE_STATE_OPEN, Command::kClassify, CASE_STATE_OPEN},
    {CASE_STATE_OPEN, Command::kAssign, CASE_STATE_ASSIGNED},
    {CASE_STATE_OPEN, Command::kNote, CASE_STATE_OPEN},
    {CASE_STATE_ASSIGNED, Command::kClassify, CASE_STATE_ASSIGNED},
    {CASE_STATE_ASSIGNED, Command::kAssign, CASE_STATE_ASSIGNED},
    {CASE_STATE_ASSIGNED, Command::kAcknowledge, CASE_STATE_ACKNOWLEDGED},
    {CASE_STATE_ASSIGNED, Command::kNote, CASE_STATE_ASSIGNED},
    {CASE_STATE_ASSIGNED, Command::kClose, CASE_STATE_CLOSED},
    {CASE_STATE_ACKNOWLEDGED, Command::kClassify, CASE_STATE_ACKNOWLEDGED},
    {CASE_STATE_ACKNOWLEDGED, Command::kAssign, CASE_STATE_ASSIGNED},
    {CASE_STATE_ACKNOWLEDGED, Command::kNote, CASE_STATE_ACKNOWLEDGED},
    {CASE_STATE_ACKNOWLEDGED, Command::kClose, CASE_STATE_CLOSED},
    {CASE_STATE_CLOSED, Command::kNote, CASE_STATE_CLOSED},
    {CASE_STATE_CLOSED, Command::kReopen, CASE_STATE_ASSIGNED},
    {CASE_STATE_OPEN, Command::kLink, CASE_STATE_OPEN},
    {CASE_STATE_ASSIGNED, Command::kLink, CASE_STATE_ASSIGNED},
    {CASE_STATE_ACKNOWLEDGED, Command::kLink, CASE_STATE_ACKNOWLEDGED},
    {CASE_STATE_OPEN, Command::kSupplementReport, CASE_STATE_OPEN},
    {CASE_STATE_ASSIGNED, Command::kSupplementReport, CASE_STATE_ASSIGNED},
    {CASE_STATE_ACKNOWLEDGED, Command::kSupplementReport, CASE_STATE_ACKNOWLEDGED},
    {CASE_STATE_CLOSED, Command::kSupplementReport, CASE_STATE_CLOSED},
    {CASE_STATE_OPEN, Command::kWithdrawReport, CASE_STATE_OPEN},
    {CASE_STATE_ASSIGNED, Command::kWithdrawReport, CASE_STATE_ASSIGNED},
    {CASE_STATE_ACKNOWLEDGED, Command::kWithdrawReport, CASE_STATE_ACKNOWLEDGED},
    {CASE_STATE_CLOSED, Command::kWithdrawReport, CASE_STATE_CLOSED},
};

bool IsOfTheReporter(Command command) {
  return command == Command::kSupplementReport || command == Command::kWithdrawReport;
}

}  // namespace

std::string NameOf(v1::CaseState state) {
  std::string name = v1::CaseState_Name(state).substr(sizeof "CASE_STATE_" - 1);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

std::span<const Move> Moves() { return kMoves; }

absl::StatusOr<v1::CaseState> After(v1::CaseState from, Command command) {
  for (const Move& move : kMoves) {
    if (move.from == from && move.command == command) return move.to;
  }
  return error::NotInThisState(VerbOf(command), NameOf(from));
}

std::vector<std::string> AllowedCommands(v1::CaseState state) {
  std::vector<std::string> verbs;
  for (const Move& move : kMoves) {
    if (move.from == state && !IsOfTheReporter(move.command)) {
      verbs.push_back(VerbOf(move.command));
    }
  }
  return verbs;
}

std::string VerbOf(Command command) {
  switch (command) {
    case Command::kClassify:
      return "classify";
    case Command::kAssign:
      return "assign";
    case Command::kAcknowledge:
      return "acknowledge";
    case Command::kNote:
      return "note";
    case Command::kClose:
      return "close";
    case Command::kReopen:
      return "reopen";
    case Command::kLink:
      return "link";
    case Command::kSupplementReport:
      return "supplement-report";
    case Command::kWithdrawReport:
      return "withdraw-report";
  }
  return "";
}

std::string CaseStatesDocument() {
  std::string text =
      "# The states of a case\n\n"
      "Drawn from the table in `services/triage/case_states.cc`; `avvik-case-states` prints it "
      "anew.\n"
      "Commands that leave the state as it is stand in the table only; `supplement-report` and\n"
      "`withdraw-report` are the reporter's, the others those of people who handle the case.\n\n"
      "```mermaid\nstateDiagram-v2\n  [*] --> open\n";
  for (const Move& move : kMoves) {
    if (move.from == move.to) continue;
    text +=
        "  " + NameOf(move.from) + " --> " + NameOf(move.to) + ": " + VerbOf(move.command) + "\n";
  }
  text += "```\n\n| from | command | to |\n| --- | --- | --- |\n";
  for (const Move& move : kMoves) {
    text +=
        "| " + NameOf(move.from) + " | " + VerbOf(move.command) + " | " + NameOf(move.to) + " |\n";
  }
  text +=
      "\nA case is opened by a report and assigned at once when the organisation's rules find an "
      "owner.\n"
      "What is not in the table is refused.\n";
  return text;
}

}  // namespace avvik::triage
