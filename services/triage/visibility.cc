#include "services/triage/visibility.h"

#include <utility>

#include "services/triage/errors.h"

namespace avvik::triage {
namespace {

constexpr char kReadCases[] = "cases.read";

}  // namespace

Visibility VisibilityOf(const rpc::Call& call, const organisation::Grant& grant) {
  Visibility visibility;
  visibility.everything = grant.reach == organisation::v1::REACH_ALL;
  visibility.login = call.caller().login;
  if (call.organisation() == nullptr) return visibility;
  for (const std::string& unit : grant.units) {
    for (std::string& below : call.organisation()->Subtree(unit)) {
      visibility.units.push_back(std::move(below));
    }
  }
  return visibility;
}

Visibility VisibilityOf(const rpc::Call& call) { return VisibilityOf(call, call.grant()); }

absl::Status OutOfReachOr(const rpc::Environment& environment, const rpc::Call& call,
                          CaseStore& cases, const std::string& reference,
                          const absl::Status& not_found) {
  const organisation::Grant read = environment.GrantFor(call, kReadCases);
  const bool readable =
      read.allowed() && cases.Get(call.tenant(), reference, VisibilityOf(call, read)).ok();
  return readable ? error::CaseOutOfReach(call.method().permission) : not_found;
}

}  // namespace avvik::triage
