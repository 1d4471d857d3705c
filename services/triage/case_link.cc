#include "services/triage/case_link.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/triage/case_states.h"
#include "services/triage/errors.h"

namespace avvik::triage {
namespace {

CaseChange Changed(Case subject, Happening happening, absl::Time now) {
  ++subject.version;
  subject.updated = now;
  return {.changed = std::move(subject), .happening = happening};
}

// Whether it is by another key than the report's first that they are so much alike.
bool IsAlikeByOtherKey(const campaigns::Subject& report, const campaigns::Subject& other,
                       int similarity) {
  return campaigns::Similarity(report.fingerprint, other.fingerprint) < similarity &&
         std::any_of(report.other_fingerprints.begin(), report.other_fingerprints.end(),
                     [&](const campaigns::Fingerprint& fingerprint) {
                       return campaigns::Similarity(fingerprint, other.fingerprint) == similarity;
                     });
}

CaseChange WithReport(CaseChange change, const std::string& report_id, const std::string& number) {
  change.report_id = report_id;
  change.report_number = number;
  return change;
}

}  // namespace

bool MayJoin(const ReportTold& report, const campaigns::CampaignRules& rules) {
  return rules.Knows(report.facts.category) && !report.imported &&
         report.facts.national_security != type::v1::ANSWER_YES;
}

campaigns::Subject SubjectOf(const ReportTold& report) {
  return {.category = report.facts.category,
          .system = report.system,
          .fingerprint = report.fingerprint,
          .other_fingerprints = report.other_fingerprints,
          .personal_data = report.facts.personal_data,
          .reported = report.reported};
}

std::optional<Joined> CaseToJoin(const campaigns::Subject& report,
                                 std::span<const JoinableCase> cases,
                                 const campaigns::CampaignRules& rules) {
  std::optional<Joined> best;
  for (const JoinableCase& candidate : cases) {
    const std::optional<int> similarity = rules.SameThing(report, candidate.subject);
    if (similarity.has_value() && (!best.has_value() || *similarity > best->similarity)) {
      best = Joined{.case_id = candidate.case_id,
                    .similarity = *similarity,
                    .by_other_key = IsAlikeByOtherKey(report, candidate.subject, *similarity)};
    }
  }
  return best;
}

absl::StatusOr<CaseChange> LinkReport(Case subject, const std::string& report_id,
                                      const std::string& number, absl::Time now) {
  AVVIK_ASSIGN_OR_RETURN(subject.state, After(subject.state, Command::kLink));
  ++subject.report_count;
  return WithReport(Changed(std::move(subject), Happening::kReportLinked, now), report_id, number);
}

CaseChange UnlinkReport(Case subject, const std::string& report_id, const std::string& number,
                        absl::Time now) {
  --subject.report_count;
  return WithReport(Changed(std::move(subject), Happening::kReportUnlinked, now), report_id,
                    number);
}

absl::StatusOr<CaseChange> Group(Case member, Case leader, absl::Time now) {
  if (member.id == leader.id) {
    return status::InvalidField("member_case_ids", "names the case itself");
  }
  AVVIK_RETURN_IF_ERROR(After(leader.state, Command::kLink).status());
  if (!leader.group_id.empty()) return error::CaseGrouped(leader.number);
  if (!member.group_id.empty()) return error::CaseGrouped(member.number);
  if (member.member_count > 0) return error::CaseHasMembers(member.number);
  member.group_id = leader.id;
  ++leader.member_count;
  CaseChange change = Changed(std::move(member), Happening::kGrouped, now);
  change.leader = std::make_shared<const Case>(std::move(leader));
  return change;
}

absl::StatusOr<CaseChange> Ungroup(Case member, Case leader, absl::Time now) {
  if (member.group_id != leader.id) return error::CaseNotInGroup(member.number, leader.number);
  member.group_id.clear();
  --leader.member_count;
  CaseChange change = Changed(std::move(member), Happening::kUngrouped, now);
  change.leader = std::make_shared<const Case>(std::move(leader));
  return change;
}

}  // namespace avvik::triage
