// Everything that can go wrong in triage, each once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/organisation/diff.h"

namespace avvik::triage::error {

// NOT_FOUND: there is no such case, or the caller may not know of it.
absl::Status CaseNotFound(const std::string& reference);
// PERMISSION_DENIED: the caller may read the case, but not do this with it.
absl::Status CaseOutOfReach(const std::string& permission);
// ABORTED: the case has changed since.
absl::Status CaseChanged(const std::string& current_etag);
// FAILED_PRECONDITION: the state machine does not allow the command.
absl::Status NotInThisState(const std::string& verb, const std::string& state);
// FAILED_PRECONDITION: the case was erased.
absl::Status CaseErased(const std::string& number);
// FAILED_PRECONDITION: a legal hold keeps the case from being erased.
absl::Status CaseHeld(const std::string& number, const std::string& reference);
// INVALID_ARGUMENT naming `owner`: not a person of the organisation.
absl::Status UnknownOwner(const std::string& login);
// INVALID_ARGUMENT naming `owner`: a person who may not handle the case.
absl::Status OwnerMayNotHandle(const std::string& login);
// INVALID_ARGUMENT naming `to`: a person who may not handle cases.
absl::Status CannotTakeOver(const std::string& login);
// INVALID_ARGUMENT naming `field`: not a person of the organisation, or one who may read no cases.
absl::Status CannotBeNamed(const std::string& field, const std::string& login);
// INVALID_ARGUMENT naming `login` or `role`: neither or both are given, or it is no function.
absl::Status PartyUnclear();
// FAILED_PRECONDITION: there is no such access to take back.
absl::Status NotNamed();
// FAILED_PRECONDITION: nobody holds a function that could own the case.
absl::Status NobodyToOwn();
// UNAVAILABLE: no organisation was ever applied for the tenant.
absl::Status NoOrganisation(const std::string& tenant);
// PERMISSION_DENIED: the organisation is another tenant's.
absl::Status OtherTenant(const std::string& tenant);
// ABORTED: another version of the organisation is in force than the one decided on; says what is different.
absl::Status OrganisationChanged(int64_t version, const std::vector<organisation::Change>& changes);
// INVALID_ARGUMENT naming `etag`: it is none of the organisation's.
absl::Status NoSuchEtag();
// NOT_FOUND: the organisation never had this version.
absl::Status VersionNotFound(int64_t version);
// NOT_FOUND: intake does not know the report that it told of.
absl::Status ReportUnknown(const std::string& report_id);
// UNAVAILABLE: the title of the report was not asked for; the event is to be prepared again.
absl::Status TitleNotAsked(const std::string& report_id);
// UNAVAILABLE: intake does not give titles.
absl::Status TitlesUnavailable(const absl::Status& cause);

// DEADLINE_EXCEEDED: the time of a call about many cases ran out before this one.
absl::Status BatchOutOfTime();

// FAILED_PRECONDITION: the case is in a group already.
absl::Status CaseGrouped(const std::string& number);
// FAILED_PRECONDITION: the case has members, so it cannot become one.
absl::Status CaseHasMembers(const std::string& number);
// FAILED_PRECONDITION: the case is not in that group.
absl::Status CaseNotInGroup(const std::string& number, const std::string& leader);
// NOT_FOUND: the report is not one of those linked to the case.
absl::Status ReportNotLinked(const std::string& reference, const std::string& number);
// FAILED_PRECONDITION: the report is linked to another case and has to be unlinked there first.
absl::Status ReportLinkedElsewhere(const std::string& reference);

// NOT_FOUND: there is no such measure, or the caller may not know of it.
absl::Status MeasureNotFound(const std::string& id);
// ABORTED: the measure has changed since.
absl::Status MeasureChanged(const std::string& current_etag);
// FAILED_PRECONDITION: the measure's state does not allow the command.
absl::Status MeasureNotInThisState(const std::string& command, const std::string& state);
// INVALID_ARGUMENT naming `plan.owner`: neither or both of person and function are given, or it is no function.
absl::Status MeasureOwnerUnclear();
// INVALID_ARGUMENT naming `plan.owner`: not a person of the organisation.
absl::Status UnknownMeasureOwner(const std::string& login);
// INVALID_ARGUMENT naming `plan.owner_unit`: not a unit of the organisation.
absl::Status UnknownMeasureOwnerUnit(const std::string& unit);
// INVALID_ARGUMENT naming `plan.owner_role`: nobody holds the function.
absl::Status NobodyHoldsFunction();
// INVALID_ARGUMENT naming `plan.owner`: may not handle the measure's case.
absl::Status MeasureOwnerMayNotHandle(const std::string& number);
// FAILED_PRECONDITION: the case has another registration number.
absl::Status CaseIsRegistered(const std::string& number);
// ALREADY_EXISTS: another case has the registration number.
absl::Status RegistrationNumberTaken(const std::string& number);
// ABORTED: the record has changed since.
absl::Status RecordChanged(const std::string& current_etag);
// NOT_FOUND: the case has no such marking of secrecy that stands.
absl::Status MarkingNotFound(const std::string& marking_id);

}  // namespace avvik::triage::error
