#include "services/triage/visibility.h"

#include <utility>

namespace avvik::triage {

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

}  // namespace avvik::triage
