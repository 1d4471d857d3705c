// Who decides by a call.
#pragma once

#include <string>

#include "common/organisation/organisation.h"
#include "common/rpc/environment.h"

namespace avvik::escalation {

// The pseudonym of the person who calls; empty for a machine.
inline std::string PersonOf(const rpc::Call& call) {
  if (call.caller().machine) return "";
  return organisation::PersonId(call.tenant(), call.caller().login);
}

}  // namespace avvik::escalation
