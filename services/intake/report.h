// The domain of intake: what a report is, and what may happen to it. Values in, decision out; no clock,
// no store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/intake/v1/report.pb.h"
#include "avvik/type/v1/classification.pb.h"
#include "common/campaigns/fingerprint.h"
#include "common/organisation/organisation.h"

namespace avvik::intake {

// Longest a clock of a caller may run ahead of ours.
inline constexpr absl::Duration kClockSkew = absl::Minutes(5);

// What a reporter told.
struct Content {
  std::string title;
  std::string description;
  type::v1::Category category = type::v1::CATEGORY_UNSPECIFIED;
  std::string unit;    // Empty when not known.
  std::string system;  // Empty when none.
  std::optional<absl::Time> occurred;
  std::optional<absl::Time> discovered;
  type::v1::Answer personal_data = type::v1::ANSWER_UNSPECIFIED;
  std::optional<int64_t> affected_persons;
  type::v1::Answer national_security = type::v1::ANSWER_UNSPECIFIED;
  type::v1::Answer ongoing = type::v1::ANSWER_UNSPECIFIED;
  v1::Confidentiality confidentiality = v1::CONFIDENTIALITY_NAMED;
  std::string language;  // Empty: the organisation's first.
};

// Where an imported report came from.
struct Origin {
  std::string register_name;
  std::string key;
  std::optional<absl::Time> reported;
};

struct Reporter {
  std::string login;
  std::string name;
  std::string email;  // Empty when nobody is to be answered.
};

// A report as somebody wants to submit it.
struct Draft {
  std::string request_id;
  std::string digest;  // Of the content as sent; empty when none of it is kept.
  Content content;
  std::optional<Origin> origin;
  Reporter reporter;
};

struct Supplement {
  std::string id;
  std::string text;
  absl::Time created;
};

struct Report {
  std::string id;
  std::string tenant;
  std::string number;
  std::string request_id;
  std::string digest;
  Content content;
  std::optional<Origin> origin;
  Reporter reporter;
  std::string pseudonym;  // Of the reporter.
  v1::ReportState state = v1::REPORT_STATE_SUBMITTED;
  absl::Time submitted;
  absl::Time reported;  // When the municipality was first told.
  std::string withdraw_reason;
  std::vector<Supplement> supplements;
  std::optional<absl::Time> erased;  // Then neither content nor reporter is known.
  int64_t version = 1;
  // What it is recognised by; told once and not kept.
  std::vector<campaigns::Fingerprint> fingerprints;
};

// Checks a draft against the organisation and the time, and gives it the form in which it is kept: a
// matter of national security loses its content. INVALID_ARGUMENT names every field that is wrong;
// a unit or system that is not in the organisation is among them.
absl::StatusOr<Draft> Admit(Draft draft, const organisation::Organisation& organisation,
                            absl::Time now);

// Whether what is wrong with a draft may be that the organisation has changed since: an unknown unit or
// system, a role not held, or no organisation at all.
bool MayBeNews(const absl::Status& status);

// The report that a draft becomes, without its number.
Report Submit(Draft draft, const std::string& tenant, std::string id, absl::Time now);

// The human number: `AVV-2026-000123`. `count` starts at 1 each year.
std::string NumberOf(int year, int64_t count);

// The report with an addition. FAILED_PRECONDITION when it was withdrawn or erased, or is of a matter
// of national security.
absl::StatusOr<Report> Supplemented(Report report, Supplement supplement);

// The report taken back. FAILED_PRECONDITION when it was withdrawn before or erased; ABORTED when `etag` is given
// and not of this version.
absl::StatusOr<Report> Withdrawn(Report report, const std::string& reason, const std::string& etag);

// The report without anything that was told, nor by whom. Nothing when it was erased before.
std::optional<Report> Erased(Report report, absl::Time now);

// The version as the API shows it.
std::string EtagOf(const Report& report);

}  // namespace avvik::intake
