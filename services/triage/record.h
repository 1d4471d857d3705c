// A case as a public record: its registration number, what everybody may read of it, markings of secrecy, and which of
// its documents are public ones. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/triage/v1/record.pb.h"
#include "common/organisation/organisation.h"
#include "services/triage/case.h"

namespace avvik::triage {

// That a marking was assessed because somebody asked.
struct SecrecyAssessment {
  std::string id;
  absl::Time time;
  std::string assessed_by;  // Login.
  v1::SecrecyOutcome outcome = v1::SECRECY_OUTCOME_UNSPECIFIED;

  friend bool operator==(const SecrecyAssessment&, const SecrecyAssessment&) = default;
};

struct SecrecyMarking {
  std::string id;
  std::string ground;     // A paragraph.
  std::string marked_by;  // Login.
  absl::Time marked;
  std::vector<SecrecyAssessment> assessments;  // The oldest first.

  // Until everything was given out.
  bool Stands() const;
  friend bool operator==(const SecrecyMarking&, const SecrecyMarking&) = default;
};

struct CaseRecord {
  std::string case_id;
  std::string registration_number;  // Empty until it has one.
  std::optional<absl::Time> registered;
  std::string registered_by;  // Login.
  std::string public_title;   // Empty: what kind of deviation it is.
  std::string correspondent;
  std::vector<SecrecyMarking> markings;  // The oldest first.
  int64_t version = 0;                   // Of a case that has no record yet.

  friend bool operator==(const CaseRecord&, const CaseRecord&) = default;
};

// Where a number is to be taken from.
struct SeriesNumber {
  std::string series;
  std::string prefix;
  int year = 0;
};

// A record after a change; with `next`, the number is still to be taken from there.
struct RecordChange {
  CaseRecord changed;
  std::optional<SeriesNumber> next;
};

// What authorities were told because of a case, as escalation last told.
struct Dossiers {
  int64_t count = 0;
  std::optional<absl::Time> last;
};

// The series for a case of a unit: that of the authority whose documents it makes, which in Sweden is the nearest committee
// or company, in Denmark the nearest company or the municipality. Its prefix is the id of that unit, in upper case.
SeriesNumber SeriesFor(const organisation::Organisation& organisation, const std::string& unit,
                       absl::Time now);

// Such as `SOCIALNAMNDEN 2026/123`.
std::string RegistrationNumber(const SeriesNumber& series, int64_t count);

// In short what a case concerns when nobody wrote anything: its kind in plain words.
std::string PlainTitle(type::v1::Kind kind, std::string_view language);

// Gives the number named, or the next of the series. INVALID_ARGUMENT naming
// `registration_number`; FAILED_PRECONDITION (CASE_REGISTERED). The same number again changes nothing.
absl::StatusOr<RecordChange> Register(CaseRecord record, const std::string& number,
                                      const Case& subject,
                                      const organisation::Organisation& organisation,
                                      const std::string& by, absl::Time now);

// INVALID_ARGUMENT naming the field that holds what must not be public (outgoing::Check).
absl::StatusOr<RecordChange> Describe(CaseRecord record, const std::string& public_title,
                                      const std::string& correspondent);

// INVALID_ARGUMENT naming `ground` when it is no paragraph. A ground that is marked and stands changes nothing.
absl::StatusOr<RecordChange> Mark(CaseRecord record, std::string id, const std::string& ground,
                                  const std::string& by, absl::Time now);

// NOT_FOUND (MARKING_NOT_FOUND) for a marking that is not there or stands no more; INVALID_ARGUMENT naming
// `outcome`.
absl::StatusOr<RecordChange> Assess(CaseRecord record, const std::string& marking_id,
                                    SecrecyAssessment assessment);

// The documents of a case, and which are public (TF 2:4-2:14), in the order of their kinds; those there are none
// of are left out.
std::vector<v1::PublicDocument> DocumentsOf(const Case& subject, const Dossiers& dossiers);

// What the register shows of a registered case. From whom is told only where somebody wrote it; of a restricted case
// neither that nor what it concerns (OSL 5:2, second paragraph).
v1::RegisterEntry EntryOf(const CaseRecord& record, absl::Time received, type::v1::Kind kind,
                          type::v1::Sphere sphere, std::string_view language);

// The version as the API shows it.
std::string EtagOf(const CaseRecord& record);

}  // namespace avvik::triage
