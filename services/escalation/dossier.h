// What is written to an authority in a stage of a duty: its versions, who looked at them, what was told. Pure:
// values in, values out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/escalation/v1/dossier.pb.h"
#include "common/regimes/regime.h"
#include "services/escalation/duty.h"

namespace avvik::escalation {

// A field that is filled in.
struct FilledField {
  v1::FieldValue value;  // Never empty.
  v1::ValueOrigin origin = v1::VALUE_ORIGIN_UNSPECIFIED;
};

// What is filled in, by field; a field that is empty is not there.
using FieldValues = std::map<std::string, FilledField>;

// Whether nothing is filled in: a text of blanks and a list without a choice are nothing either.
bool IsEmpty(const v1::FieldValue& value);
bool Same(const v1::FieldValue& a, const v1::FieldValue& b);
bool Same(const FieldValues& a, const FieldValues& b);

// One version, as it was written.
struct DossierVersion {
  std::string id;  // UUID.
  int version = 0;  // Counted from 1.
  std::string person;  // Who wrote it, by pseudonym; empty for a machine.
  absl::Time time;
  // Unset where it was not read, and where it was erased.
  std::optional<FieldValues> values;
};

// What became of a version. Stored by number.
enum class DossierStepKind { kReviewAsked = 1, kApproved = 2, kReturned = 3, kSent = 4 };

struct DossierStep {
  std::string id;  // UUID.
  DossierStepKind kind = DossierStepKind::kReviewAsked;
  int version = 0;
  std::string person;  // By pseudonym; empty for a machine.
  absl::Time time;
  std::string statement;  // Why it was given back, or approved in spite of problems.
};

// A file of the authority, or what was sent to it.
struct Receipt {
  std::string id;  // UUID.
  v1::ReceiptKind kind = v1::RECEIPT_KIND_UNSPECIFIED;
  std::string filename;
  std::string media_type;
  std::int64_t size = 0;
  std::string sha256;
  std::string person;
  absl::Time time;
};

// Most files of a stage, and the longest of them in bytes.
inline constexpr std::size_t kMostReceipts = 20;
inline constexpr std::int64_t kMostReceiptBytes = 5 << 20;
// Most versions of a dossier.
inline constexpr int kMostVersions = 10000;

// All that was written in a stage.
struct StageDossier {
  std::string stage;
  std::vector<DossierVersion> versions;  // By version.
  std::vector<DossierStep> steps;        // In the order taken.
  std::map<int, std::set<std::string>> ticks;  // By version.
  std::vector<Receipt> receipts;         // Oldest first.

  // Null when there is none.
  const DossierVersion* Find(int version) const;
  const DossierVersion* newest() const { return versions.empty() ? nullptr : &versions.back(); }
  // The last step of this kind that a version took; null when it took none.
  const DossierStep* LastStep(int version, DossierStepKind kind) const;
};

// Where a version stands; a draft when it is 0.
v1::DossierState StateOf(const StageDossier& dossier, int version);

// The version that is meant by `asked`: itself, or with 0 the newest that is approved, or else the newest; null when there
// is none.
const DossierVersion* ToldVersion(const StageDossier& dossier, int asked);

// What a stage asks for.
struct DossierRules {
  const regimes::RegimeVersion& version;
  const StageRule& stage;
};

// What is wrong with what is filled in, by the order of the fields: identity numbers and classified markings in texts,
// options that the list does not have, and what is required and empty.
std::vector<v1::DossierProblem> ProblemsIn(const DossierRules& rules, const FieldValues& values);

// Whether what is to be done with a dossier of a duty may be done at all. Errors: CaseErased, ContentElsewhere.
absl::Status CheckOpen(const Duty& duty, const DossierRules& rules);

// What somebody does by one call, and when.
struct Deed {
  std::string person;  // By pseudonym; empty for a machine.
  absl::Time time;
};

// The next version, when these values are written on the newest one, or where there is none on what the data fill in; unset
// when all is as it was. A value that is what the data fill in comes from them, whoever sent it. Errors: as CheckOpen;
// DutyIsRuledOut, StageHasNoFields, TooManyVersions; INVALID_ARGUMENT naming `values[1].field` and the like. The id
// is for the caller to set.
absl::StatusOr<std::optional<DossierVersion>> WriteDossier(
    const Duty& duty, const DossierRules& rules, const StageDossier& dossier,
    const FieldValues& filled, std::span<const v1::FieldEntry* const> entries, const Deed& deed);

// Asks that the newest version is looked at. Errors: as CheckOpen; DossierIsEmpty, DossierIsNotDraft.
absl::StatusOr<DossierStep> AskForReview(const Duty& duty, const DossierRules& rules,
                                         const StageDossier& dossier, const Deed& deed);

// Approves the newest version. Errors: as CheckOpen; FourEyes for machines and for who wrote it, DossierIsNotInReview,
// DossierIsIncomplete, DossierHasFindings when something blocks and no reason is given why it may stand. A reason is
// kept when something blocks, and only then.
absl::StatusOr<DossierStep> ApproveDossier(const Duty& duty, const DossierRules& rules,
                                           const StageDossier& dossier,
                                           const std::string& override_reason, const Deed& deed);

// Gives the newest version back. Errors: as CheckOpen; DossierIsNotInReview.
absl::StatusOr<DossierStep> ReturnDossier(const Duty& duty, const DossierRules& rules,
                                          const StageDossier& dossier, const std::string& reason,
                                          const Deed& deed);

// Whether a version may leave: nothing blocks, or it was approved in spite of it. Errors: DossierHasFindings.
absl::Status MayLeave(const DossierRules& rules, const StageDossier& dossier,
                      const DossierVersion& version);

// Whether the target of a stage has passed, or it was told after it.
bool IsLate(const DutyStage& stage, absl::Time now);

// Why a stage is late, as it stands in the field for that; empty when it says nothing.
std::string LateReasonsIn(const StageRule& stage, const FieldValues& values);

// The version of the whole, as the API shows it.
std::string EtagOf(const StageDossier& dossier);

}  // namespace avvik::escalation
