#include "services/intake/visibility.h"

#include <utility>

namespace avvik::intake {

std::vector<std::string> UnitsOf(const rpc::Call& call) {
  std::vector<std::string> units;
  if (call.organisation() == nullptr) return units;
  for (const std::string& unit : call.grant().units) {
    for (std::string& below : call.organisation()->Subtree(unit)) {
      units.push_back(std::move(below));
    }
  }
  return units;
}

Visibility VisibilityOf(const rpc::Call& call) {
  return {.everything = call.grant().reach == organisation::v1::REACH_ALL,
          .units = UnitsOf(call),
          .login = call.caller().login};
}

}  // namespace avvik::intake
