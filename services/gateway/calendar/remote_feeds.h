// Asks escalation what an address of a calendar gives, under the gateway's own name.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "avvik/escalation/v1/calendar.pb.h"
#include "common/rpc/peer.h"

namespace avvik::gateway {

// Thread-safe; blocks.
class RemoteFeeds {
 public:
  explicit RemoteFeeds(rpc::Peer& escalation) : escalation_(escalation) {}

  // Errors as of Calendar.ReadCalendarFeed, and UNAVAILABLE.
  absl::StatusOr<escalation::v1::ReadCalendarFeedResponse> Read(const std::string& tenant,
                                                                const std::string& secret,
                                                                const std::string& trace_parent);

 private:
  rpc::Peer& escalation_;
};

}  // namespace avvik::gateway
