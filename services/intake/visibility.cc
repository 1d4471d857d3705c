#include "services/intake/visibility.h"

namespace avvik::intake {

Visibility VisibilityOf(const rpc::Call& call) {
  return {.cases = call.visibility(), .login = call.caller().login};
}

Visibility ReportersOwn(const rpc::Call& call) {
  Visibility visibility = VisibilityOf(call);
  visibility.cases.keys.clear();
  return visibility;
}

}  // namespace avvik::intake
