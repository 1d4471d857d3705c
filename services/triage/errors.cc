#include "services/triage/errors.h"

#include "common/status/error.h"

namespace avvik::triage::error {

using status::Error;

absl::Status CaseNotFound(const std::string& reference) {
  return Error(absl::StatusCode::kNotFound, "there is no case " + reference, "CASE_NOT_FOUND",
               {{"case", reference}});
}

absl::Status CaseOutOfReach(const std::string& permission) {
  return Error(absl::StatusCode::kPermissionDenied,
               "your permission " + permission + " does not reach this case", "CASE_OUT_OF_REACH",
               {{"permission", permission}});
}

absl::Status CaseChanged(const std::string& current_etag) {
  return Error(absl::StatusCode::kAborted, "the case has changed since; read it again",
               "CASE_CHANGED", {{"etag", current_etag}});
}

absl::Status NotInThisState(const std::string& verb, const std::string& state) {
  return Error(absl::StatusCode::kFailedPrecondition,
               "a case that is " + state + " cannot be changed by " + verb, "CASE_STATE",
               {{"command", verb}, {"state", state}});
}

absl::Status CaseErased(const std::string& number) {
  return Error(absl::StatusCode::kFailedPrecondition,
               "case " + number + " was erased; nothing of it can be changed", "CASE_ERASED",
               {{"case", number}});
}

absl::Status CaseHeld(const std::string& number, const std::string& reference) {
  return Error(absl::StatusCode::kFailedPrecondition,
               "case " + number + " is held by " + reference + " and may not be erased",
               "CASE_HELD", {{"case", number}, {"reference", reference}});
}

absl::Status UnknownOwner(const std::string& login) {
  return status::InvalidField("owner", "is not a person of the organisation: " + login);
}

absl::Status OwnerMayNotHandle(const std::string& login) {
  return status::InvalidField("owner", "may not handle this case: " + login);
}

absl::Status CannotTakeOver(const std::string& login) {
  return status::InvalidField("to", "may not handle cases: " + login);
}

absl::Status CannotBeNamed(const std::string& field, const std::string& login) {
  return status::InvalidField(
      field, "is not a person of the organisation with a role that reads cases: " + login);
}

absl::Status PartyUnclear() {
  return status::InvalidFields(
      {{"login", "must be given, or `role`, and not both"},
       {"role", "must be given, or `login`, and be a function that people hold"}});
}

absl::Status NotNamed() {
  return Error(absl::StatusCode::kFailedPrecondition, "nobody such was given access to the case",
               "NOT_NAMED");
}

absl::Status NobodyToOwn() {
  return Error(absl::StatusCode::kFailedPrecondition,
               "the organisation's rules find nobody to own the case", "NOBODY_TO_OWN");
}

absl::Status NoOrganisation(const std::string& tenant) {
  return Error(absl::StatusCode::kUnavailable,
               "no organisation has been applied for " + tenant +
                   "; an administrator does that with `avvik organisation apply`",
               "NO_ORGANISATION", {{"tenant", tenant}});
}

absl::Status OtherTenant(const std::string& tenant) {
  return Error(absl::StatusCode::kPermissionDenied,
               "the organisation is of the tenant " + tenant + ", not of the caller's",
               "OTHER_TENANT", {{"tenant", tenant}});
}

absl::Status OrganisationChanged(int64_t version,
                                 const std::vector<organisation::Change>& changes) {
  // Whoever changes a whole organisation at once reads it again anyway.
  constexpr size_t kMost = 20;
  std::string subjects;
  for (size_t i = 0; i < changes.size() && i < kMost; ++i) {
    subjects += (subjects.empty() ? "" : ", ") + changes[i].subject;
  }
  if (changes.size() > kMost) subjects += " and " + std::to_string(changes.size() - kMost) + " more";
  return Error(absl::StatusCode::kAborted,
               "the organisation has changed since: " + subjects + "; read it again",
               "ORGANISATION_CHANGED", {{"etag", std::to_string(version)}, {"changes", subjects}});
}

absl::Status NoSuchEtag() {
  return status::InvalidField("etag", "must be the etag of the organisation as it was read");
}

absl::Status VersionNotFound(int64_t version) {
  return Error(absl::StatusCode::kNotFound,
               "the organisation has no version " + std::to_string(version), "VERSION_NOT_FOUND",
               {{"version", std::to_string(version)}});
}

absl::Status ReportUnknown(const std::string& report_id) {
  return Error(absl::StatusCode::kNotFound, "intake does not know the report " + report_id,
               "REPORT_UNKNOWN", {{"report", report_id}});
}

absl::Status TitleNotAsked(const std::string& report_id) {
  return Error(absl::StatusCode::kUnavailable,
               "the title of report " + report_id + " was not asked for", "TITLE_NOT_ASKED",
               {{"report", report_id}});
}

absl::Status TitlesUnavailable(const absl::Status& cause) {
  return Error(absl::StatusCode::kUnavailable,
               "intake does not give titles: " + std::string(cause.message()),
               "TITLES_UNAVAILABLE");
}

absl::Status BatchOutOfTime() {
  return status::Error(absl::StatusCode::kDeadlineExceeded,
                       "there was no time left for this case; ask for it again",
                       "BATCH_OUT_OF_TIME");
}

absl::Status CaseGrouped(const std::string& number) {
  return Error(absl::StatusCode::kFailedPrecondition,
               "case " + number + " is in a group already; let it out first", "CASE_GROUPED",
               {{"number", number}});
}

absl::Status CaseHasMembers(const std::string& number) {
  return Error(absl::StatusCode::kFailedPrecondition,
               "case " + number + " has members, so it cannot become one", "CASE_HAS_MEMBERS",
               {{"number", number}});
}

absl::Status CaseNotInGroup(const std::string& number, const std::string& leader) {
  return Error(absl::StatusCode::kFailedPrecondition,
               "case " + number + " is not grouped into " + leader, "CASE_NOT_IN_GROUP",
               {{"number", number}, {"leader", leader}});
}

absl::Status ReportNotLinked(const std::string& reference, const std::string& number) {
  return Error(absl::StatusCode::kNotFound,
               "report " + reference + " is not linked to case " + number, "REPORT_NOT_LINKED",
               {{"report", reference}, {"number", number}});
}

absl::Status ReportLinkedElsewhere(const std::string& reference) {
  return Error(absl::StatusCode::kFailedPrecondition,
               "report " + reference + " is linked to another case; unlink it there first",
               "REPORT_LINKED_ELSEWHERE", {{"report", reference}});
}

absl::Status MeasureNotFound(const std::string& id) {
  return Error(absl::StatusCode::kNotFound, "there is no measure " + id, "MEASURE_NOT_FOUND",
               {{"measure", id}});
}

absl::Status MeasureChanged(const std::string& current_etag) {
  return Error(absl::StatusCode::kAborted, "the measure has changed since; read it again",
               "MEASURE_CHANGED", {{"etag", current_etag}});
}

absl::Status MeasureNotInThisState(const std::string& command, const std::string& state) {
  return Error(absl::StatusCode::kFailedPrecondition,
               "a measure in state " + state + " does not take " + command, "MEASURE_STATE",
               {{"command", command}, {"state", state}});
}

absl::Status MeasureOwnerUnclear() {
  return status::InvalidField(
      "plan.owner", "give either a person or, in `owner_role`, a function held for a unit");
}

absl::Status UnknownMeasureOwner(const std::string& login) {
  return status::InvalidField("plan.owner", "is not a person of the organisation: " + login);
}

absl::Status UnknownMeasureOwnerUnit(const std::string& unit) {
  return status::InvalidField("plan.owner_unit", "is not a unit of the organisation: " + unit);
}

absl::Status NobodyHoldsFunction() {
  return status::InvalidField("plan.owner_role", "is held by nobody, there or above");
}

absl::Status MeasureOwnerMayNotHandle(const std::string& number) {
  return status::InvalidField("plan.owner",
                              "may not handle case " + number + "; give them access first");
}

absl::Status CaseIsRegistered(const std::string& number) {
  return Error(absl::StatusCode::kFailedPrecondition,
               "the case has the registration number " + number + " and keeps it",
               "CASE_REGISTERED", {{"registration_number", number}});
}

absl::Status RegistrationNumberTaken(const std::string& number) {
  return Error(absl::StatusCode::kAlreadyExists,
               "another case has the registration number " + number, "REGISTRATION_NUMBER_TAKEN",
               {{"registration_number", number}});
}

absl::Status RecordChanged(const std::string& current_etag) {
  return Error(absl::StatusCode::kAborted, "the record has changed since; read it again",
               "RECORD_CHANGED", {{"etag", current_etag}});
}

absl::Status MarkingNotFound(const std::string& marking_id) {
  return Error(absl::StatusCode::kNotFound,
               "the case has no marking " + marking_id + " that stands", "MARKING_NOT_FOUND",
               {{"marking_id", marking_id}});
}

}  // namespace avvik::triage::error
