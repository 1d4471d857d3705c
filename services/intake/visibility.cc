#include "services/intake/visibility.h"

#include <utility>

namespace avvik::intake {

Visibility VisibilityOf(const rpc::Call& call) {
  Visibility visibility;
  visibility.everything = call.grant().reach == organisation::v1::REACH_ALL;
  visibility.login = call.caller().login;
  if (call.organisation() == nullptr) return visibility;
  for (const std::string& unit : call.grant().units) {
    for (std::string& below : call.organisation()->Subtree(unit)) {
      visibility.units.push_back(std::move(below));
    }
  }
  return visibility;
}

}  // namespace avvik::intake
