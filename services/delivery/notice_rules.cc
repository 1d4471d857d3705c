#include "services/delivery/notice_rules.h"

#include <algorithm>

#include "common/organisation/matter.h"

namespace avvik::delivery {

KnownCase KnownCaseOf(const triage::v1::CaseFacts& facts) {
  KnownCase known{.case_id = facts.case_id(),
                  .number = facts.number(),
                  .report_id = facts.report_id(),
                  .unit = facts.unit(),
                  .owner = facts.owner().person_id(),
                  .drawn_in = {},
                  .organisation_version = facts.organisation_version(),
                  .sphere = type::v1::SPHERE_OPEN,
                  .parties = {}};
  for (const auto* parties : {&facts.drawn_in(), &facts.named()}) {
    for (const triage::v1::PartyReference& party : *parties) {
      const std::string& person = party.person_id();
      const bool listed =
          std::find(known.drawn_in.begin(), known.drawn_in.end(), person) != known.drawn_in.end();
      if (!person.empty() && !listed) known.drawn_in.push_back(person);
    }
  }
  organisation::Matter matter = organisation::MatterOf(facts);
  known.sphere = matter.sphere;
  known.parties = std::move(matter.parties);
  return known;
}

std::vector<Telling> TellingsOfCase(const std::string& event_id, CaseChange change,
                                    const triage::v1::CaseFacts& facts, const KnownCase* before) {
  std::vector<Telling> tellings;
  // Many cases at once: whoever hands over and whoever takes over know of it.
  if (change == CaseChange::kHandedOver) return tellings;
  if (change == CaseChange::kClosed) {
    tellings.push_back({TemplateId::kReportClosed, event_id, ""});
    return tellings;
  }
  const KnownCase now = KnownCaseOf(facts);
  const bool came_to_owner =
      change == CaseChange::kReopened || before == nullptr || before->owner != now.owner;
  if (!now.owner.empty() && came_to_owner) {
    tellings.push_back({TemplateId::kCaseAssigned, event_id, now.owner});
  }
  for (const std::string& person : now.drawn_in) {
    const bool known =
        before != nullptr && std::find(before->drawn_in.begin(), before->drawn_in.end(), person) !=
                                 before->drawn_in.end();
    // Whoever owns the case is in it already.
    if (!known && person != now.owner) {
      tellings.push_back({TemplateId::kCaseDrawnIn, now.case_id, person});
    }
  }
  return tellings;
}

std::vector<Telling> TellingsOfStep(const std::string& event_id,
                                    const escalation::v1::LadderStepTaken& taken) {
  const TemplateId template_id = taken.kind() == escalation::v1::ALARM_KIND_OVERDUE
                                     ? TemplateId::kStageOverdue
                                     : TemplateId::kStageDueSoon;
  std::vector<Telling> tellings;
  for (const std::string& person : taken.person_ids()) {
    tellings.push_back({template_id, event_id, person});
  }
  return tellings;
}

}  // namespace avvik::delivery
