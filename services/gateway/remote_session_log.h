// Records deeds with sessions at triage, under the gateway's own name.
#pragma once

#include "absl/status/status.h"
#include "common/rpc/peer.h"
#include "services/gateway/sign_in/session_log.h"

namespace avvik::gateway {

// Thread-safe; blocks.
class RemoteSessionLog {
 public:
  explicit RemoteSessionLog(rpc::Peer& triage) : triage_(triage) {}

  absl::Status Record(const SessionDeed& deed);

 private:
  rpc::Peer& triage_;
};

}  // namespace avvik::gateway
