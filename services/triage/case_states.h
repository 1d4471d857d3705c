// The state machine of a case: one table. `docs/case_states.md` is drawn from it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "avvik/triage/v1/case.pb.h"

namespace avvik::triage {

// What can be done to a case: by people, and the last two by the reporter through intake. Linking is taking
// in a report or another case of the same thing.
enum class Command {
  kClassify,
  kAssign,
  kAcknowledge,
  kNote,
  kClose,
  kReopen,
  kLink,
  kSupplementReport,
  kWithdrawReport,
};

// A move: what a command does to a case in a state.
struct Move {
  v1::CaseState from;
  Command command;
  v1::CaseState to;
};

// Every move there is; what is not in it is not allowed.
std::span<const Move> Moves();

// The state after a command. FAILED_PRECONDITION (reason `CASE_STATE`) when the state does not
// allow it.
absl::StatusOr<v1::CaseState> After(v1::CaseState from, Command command);

// Names of the commands a state allows people who handle the case, as the API's verbs.
std::vector<std::string> AllowedCommands(v1::CaseState state);

// The name of a state, such as `assigned`.
std::string NameOf(v1::CaseState state);

// The verb of a command, such as `acknowledge`.
std::string VerbOf(Command command);

// `docs/case_states.md`.
std::string CaseStatesDocument();

}  // namespace avvik::triage
