// Who is told what, and when: the events of the other services in, notices to make out. No store,
// no clock.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "avvik/escalation/v1/escalation_events.pb.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "services/delivery/known_case.h"
#include "services/delivery/notice.h"

namespace avvik::delivery {

// Something to be told to one person.
struct Telling {
  TemplateId template_id = TemplateId::kReportReceived;
  std::string cause;      // See NoticeDraft.
  std::string person_id;  // Empty: the reporter.

  bool operator==(const Telling&) const = default;
};

// What happened to a case, as far as it matters here.
enum class CaseChange { kReopened, kClosed, kHandedOver, kOther };

// What an event of a case gives to tell:
// - the owner, when the case has come to somebody, by opening, assignment or reopening;
// - those drawn in who were not before, once for each case;
// - the reporter, when the case was closed.
// `before` is the case as it was known; null for a new one.
std::vector<Telling> TellingsOfCase(const std::string& event_id, CaseChange change,
                                    const triage::v1::CaseFacts& facts, const KnownCase* before);

// What a step of the ladder gives to tell those whom it calls.
std::vector<Telling> TellingsOfStep(const std::string& event_id,
                                    const escalation::v1::LadderStepTaken& taken);

}  // namespace avvik::delivery
