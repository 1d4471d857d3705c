// The services that metrics hears, and the way to their logs.
#pragma once

#include <vector>

#include "common/host/event_services.h"
#include "common/host/host.h"
#include "common/rpc/peer.h"
#include "services/metrics/hearing.h"
#include "services/metrics/metrics_config.h"

namespace avvik::metrics {

// The host must outlive it.
class Neighbours {
 public:
  Neighbours(const MetricsConfig& config, host::Host& host)
      : intake_("intake", config.intake, host.transport(), host.tokens()),
        escalation_("escalation", config.escalation, host.transport(), host.tokens()),
        delivery_("delivery", config.delivery, host.transport(), host.tokens()),
        cases_(host.triage()) {}
  Neighbours(const Neighbours&) = delete;
  Neighbours& operator=(const Neighbours&) = delete;

  // Good as long as this.
  const std::vector<Source>& sources() const { return sources_; }

 private:
  rpc::Peer intake_;
  rpc::Peer escalation_;
  rpc::Peer delivery_;
  host::RemoteEventLog reports_{intake_};
  host::RemoteEventLog cases_;
  host::RemoteEventLog duties_{escalation_};
  host::RemoteEventLog notices_{delivery_};
  const std::vector<Source> sources_ = {{"intake", &reports_},
                                        {"triage", &cases_},
                                        {"escalation", &duties_},
                                        {"delivery", &notices_}};
};

}  // namespace avvik::metrics
