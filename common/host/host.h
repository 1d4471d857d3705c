// What every service process consists of, made in the right order: database, identity, organisation,
// audit, event log, server. A service's main makes a Host, adds what is its own, and runs.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/events/consumer.h"
#include "common/events/publisher.h"
#include "common/host/settings.h"
#include "common/ids/id_source.h"
#include "common/organisation/directory.h"
#include "common/pg/migrations.h"
#include "common/pg/pool.h"
#include "common/rpc/environment.h"
#include "common/rpc/peer.h"
#include "common/rpc/server.h"
#include "common/telemetry/registry.h"

namespace avvik::host {

class Host {
 public:
  // `service` is the service's name, such as `intake`. Brings the database to `migrations` and loads
  // everything that can be wrong, so that a process that starts is well configured.
  static absl::StatusOr<std::unique_ptr<Host>> Make(const std::string& service,
                                                    const Settings& settings,
                                                    std::span<const pg::Migration> migrations);
  ~Host();

  const Clock& clock() const;
  IdSource& ids();
  pg::Pool& pool();
  // The database's settings, for a part that needs connections of its own.
  const pg::Settings& database() const;
  // How to reach the streams of all services.
  const events::StreamAccess& streams() const;
  organisation::Directory& directory();
  identity::TokenSource& tokens();
  telemetry::Registry& telemetry();
  // How to reach the other services.
  const rpc::Transport& transport() const;
  rpc::Environment& environment();
  // What the environment decides by.
  const organisation::RoleCatalogue& roles() const;
  events::Publisher& publisher();
  rpc::Peer& triage();

  // Hears `source`, whose log is read from `peer`; both and the handler must outlive the host's Run.
  void Hear(const std::string& source, rpc::Peer& peer, events::EventHandler& handler);
  // Offers a service over gRPC.
  void Offer(rpc::HostedService hosted);
  // Runs a part of the service's own between the event path and the server.
  void Add(process::Runnable& part);
  // Runs a part that is begun after the server and ended before it: one that lets go of calls that would
  // outlast the drain.
  void AddInFront(process::Runnable& part);

  // Starts everything, waits for a stop signal, stops everything. Returns the exit status.
  int Run();

 private:
  struct Parts;
  explicit Host(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

// Prints why the process cannot start; returns the exit status for main.
int FailStart(const absl::Status& status);

}  // namespace avvik::host
