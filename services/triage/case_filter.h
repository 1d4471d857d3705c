// What a request narrows a list of cases to. ListCases and CountCases have the same fields.
#pragma once

#include "common/rpc/environment.h"
#include "common/rpc/time.h"
#include "services/triage/case_search_store.h"
#include "services/triage/errors.h"

namespace avvik::triage {

// A login that stands for the caller.
inline constexpr char kMe[] = "me";

// What the caller may see of cases and of their reports.
inline Sight SightOf(const rpc::Environment& environment, const rpc::Call& call) {
  return {.cases = call.visibility(), .reports = environment.VisibilityFor(call, "reports.read")};
}

namespace internal {

// Narrows to whose the cases are; a login that was asked for as well must agree.
inline void NarrowToOwners(v1::Ownership ownership, const std::string& me, CaseFilter* filter) {
  if (ownership == v1::OWNERSHIP_OTHERS) {
    filter->not_owner = me;
    return;
  }
  if (ownership == v1::OWNERSHIP_UNSPECIFIED) return;
  const std::string wanted = ownership == v1::OWNERSHIP_ME ? me : "";
  filter->nothing |= filter->owner.value_or(wanted) != wanted;
  filter->owner = wanted;
}

template <typename Enum, typename Numbers>
std::vector<Enum> EnumsOf(const Numbers& numbers) {
  std::vector<Enum> values;
  for (const int number : numbers) values.push_back(static_cast<Enum>(number));
  return values;
}

}  // namespace internal

// UNAVAILABLE when a unit is asked for and there is no organisation.
template <typename Request>
absl::StatusOr<CaseFilter> FilterOf(const rpc::Call& call, const Request& request) {
  CaseFilter filter;
  filter.states = internal::EnumsOf<v1::CaseState>(request.states());
  if (!request.unit().empty()) {
    if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
    // A unit that is gone may still have cases.
    filter.units = call.organisation()->Subtree(request.unit());
    if (filter.units.empty()) filter.units = {request.unit()};
  }
  filter.system = request.system();
  const std::string& me = call.caller().login;
  if (!request.owner().empty()) filter.owner = request.owner() == kMe ? me : request.owner();
  internal::NarrowToOwners(request.ownership(), me, &filter);
  filter.minimum_severity = request.minimum_severity();
  filter.categories = internal::EnumsOf<type::v1::Category>(request.categories());
  filter.properties = internal::EnumsOf<type::v1::SecurityProperty>(request.properties());
  if (request.has_received_from_time()) {
    filter.received_from = rpc::FromProtoTime(request.received_from_time());
  }
  if (request.has_received_before_time()) {
    filter.received_before = rpc::FromProtoTime(request.received_before_time());
  }
  filter.spheres = internal::EnumsOf<type::v1::Sphere>(request.spheres());
  filter.overdue = request.overdue();
  filter.grouped = request.grouped();
  filter.held = request.held();
  filter.causes = internal::EnumsOf<v1::Cause>(request.causes());
  filter.group = request.group_case_id();
  filter.now = call.now();
  filter.words = AskedWords(request.query(), call.organisation().get());
  filter.nothing |= !request.query().empty() && filter.words.empty();
  return filter;
}

}  // namespace avvik::triage
