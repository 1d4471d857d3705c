#include "services/triage/case_commands.h"

#include <utility>

#include "common/status/macros.h"
#include "services/triage/errors.h"
#include "services/triage/out_of_reach.h"
#include "services/triage/triage_events.h"

namespace avvik::triage {
namespace {

constexpr char kHandleCases[] = "cases.handle";

}  // namespace

bool CaseCommands::MayHandle(const rpc::Call& call, const std::string& login,
                             const Case& subject) const {
  return environment_.JudgeFor(call, login, kHandleCases, MatterOf(subject)).allowed();
}

Note CaseCommands::NoteBy(const rpc::Call& call, const std::string& text) const {
  return {.id = ids_.Next(),
          .text = text,
          .author = {.login = call.caller().login},
          .created = call.now()};
}

absl::StatusOr<Decision> CaseCommands::Assign(const rpc::Call& call, const std::string& owner,
                                              const std::string& etag) const {
  const auto organisation = call.organisation();
  if (organisation == nullptr) return error::NoOrganisation(call.tenant());
  return [this, &call, organisation, owner, etag](Case subject) -> absl::StatusOr<CaseChange> {
    AVVIK_RETURN_IF_ERROR(CheckEtag(subject, etag));
    const RoutedFacts facts = RoutedFactsOf(subject);
    Route route = RouteCase(facts, *organisation);
    if (!owner.empty()) {
      if (organisation->FindPerson(owner) == nullptr) return error::UnknownOwner(owner);
      route.owner = PartOf(owner, facts, *organisation);
    }
    if (route.owner.login.empty()) return error::NobodyToOwn();
    AVVIK_ASSIGN_OR_RETURN(CaseChange assigned,
                           triage::Assign(std::move(subject), route.owner, route.drawn_in,
                                          organisation->version(), call.now()));
    if (!MayHandle(call, route.owner.login, assigned.changed)) {
      return error::OwnerMayNotHandle(route.owner.login);
    }
    return assigned;
  };
}

Decision CaseCommands::Acknowledge(const rpc::Call& call, const std::string& etag) const {
  return [&call, etag](Case subject) -> absl::StatusOr<CaseChange> {
    AVVIK_RETURN_IF_ERROR(CheckEtag(subject, etag));
    return triage::Acknowledge(std::move(subject), call.now());
  };
}

Decision CaseCommands::Close(const rpc::Call& call, Ending ending, const std::string& etag) const {
  return [&call, ending = std::move(ending), etag](Case subject) -> absl::StatusOr<CaseChange> {
    AVVIK_RETURN_IF_ERROR(CheckEtag(subject, etag));
    return triage::Close(std::move(subject), ending, call.now());
  };
}

Decision CaseCommands::AddNote(const rpc::Call& call, const std::string& text) const {
  return [this, &call, text](Case subject) {
    return triage::AddNote(std::move(subject), NoteBy(call, text));
  };
}

absl::StatusOr<Case> CaseCommands::Change(rpc::Call& call, const std::string& case_id,
                                          const std::string& request_id, const Decision& decide) {
  call.set_subject("cases/" + case_id);
  return Change(call, case_id, request_id, decide, call.Trace("cases/" + case_id));
}

absl::StatusOr<Case> CaseCommands::ChangeOneOfMany(rpc::Call& call, const std::string& case_id,
                                                   const std::string& request_id,
                                                   const Decision& decide) {
  audit::Record trace = call.Trace("cases/" + case_id);
  trace.id = ids_.Next();
  return Change(call, case_id, request_id, decide, std::move(trace));
}

absl::StatusOr<Case> CaseCommands::Change(rpc::Call& call, const std::string& case_id,
                                          const std::string& request_id, const Decision& decide,
                                          audit::Record trace) {
  // For whom a stand-in acts is known when the case is.
  const auto traced = [&](Case subject) -> absl::StatusOr<CaseChange> {
    call.ActingOn(MatterOf(subject));
    trace.on_behalf_of = call.on_behalf_of();
    return decide(std::move(subject));
  };
  absl::StatusOr<Case> changed =
      cases_.Change(call.tenant(), case_id, call.visibility(), request_id, trace, traced);
  if (absl::IsNotFound(changed.status())) {
    return OutOfReachOr(environment_, call, cases_, case_id, changed.status());
  }
  return changed;
}

}  // namespace avvik::triage
