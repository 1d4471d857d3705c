// What belongs together: reports linked to a case that another report opened, and cases grouped into
// another. Values in, decision out; no clock, no store.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/campaigns/campaign_rules.h"
#include "services/triage/case.h"

namespace avvik::triage {

// A case that reports may join.
struct JoinableCase {
  std::string case_id;
  campaigns::Subject subject;
};

// The case that a report belongs to, and how alike they are in per cent.
struct Joined {
  std::string case_id;
  int similarity = 0;
  bool by_other_key = false;  // The case is known by a key that goes out of use, and is to be known by the report's.
};

// Whether a report may join a case by rule: its category has a rule, and it is neither imported nor a
// matter of national security.
bool MayJoin(const ReportTold& report, const campaigns::CampaignRules& rules);

// How a report looks to the rules.
campaigns::Subject SubjectOf(const ReportTold& report);

// The case most alike; of those equally alike the one that comes first. Nothing when none is of the
// same thing.
std::optional<Joined> CaseToJoin(const campaigns::Subject& report,
                                 std::span<const JoinableCase> cases,
                                 const campaigns::CampaignRules& rules);

// A report beside the one that opened its case.
struct LinkedReport {
  std::string report_id;
  std::string number;
  absl::Time linked;
  int similarity = 0;
  bool withdrawn = false;
};

// The case with one report more. FAILED_PRECONDITION (CASE_STATE) when it is closed.
absl::StatusOr<CaseChange> LinkReport(Case subject, const std::string& report_id,
                                      const std::string& number, absl::Time now);

// The case with one report less; in every state.
CaseChange UnlinkReport(Case subject, const std::string& report_id, const std::string& number,
                        absl::Time now);

// `member` grouped into `leader`. Only what says so changes, so that Ungroup gives back what was.
// FAILED_PRECONDITION: CASE_STATE when the leader is closed, CASE_GROUPED when one of them is in
// another group, CASE_HAS_MEMBERS when the member has members. INVALID_ARGUMENT when both are the same.
absl::StatusOr<CaseChange> Group(Case member, Case leader, absl::Time now);

// `member` out of `leader`'s group. FAILED_PRECONDITION (CASE_GROUPED) when it is not in it.
absl::StatusOr<CaseChange> Ungroup(Case member, Case leader, absl::Time now);

}  // namespace avvik::triage
