#include "services/intake/visibility.h"

#include <utility>

#include "services/intake/sealed_report.h"

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

View ViewOf(const rpc::Call& call, const Report& report) {
  const std::string& login = call.caller().login;
  return !login.empty() && report.reporter.login == login ? View::kReporter : View::kHandler;
}

void SetSubject(rpc::Call& call, const Report& report) {
  call.set_subject("reports/" + report.id);
  call.set_actor(ActorOn(report, call.caller().login));
}

}  // namespace avvik::intake
