// Hears the services whose events the figures are counted from.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/events/consumer.h"
#include "common/events/event_log.h"
#include "common/pg/connection.h"
#include "common/process/runnable.h"

namespace avvik::metrics {

// A service heard, and where its log is read.
struct Source {
  std::string name;
  events::EventLogReader* log;
};

// Applies what the sources tell to the figures in use.
class Hearing final : public process::Runnable {
 public:
  // `database` is on the schema in use. What is pointed to must outlive the hearing.
  Hearing(const pg::Settings& database, const events::StreamAccess& streams,
          const std::vector<Source>& sources, events::EventHandler& handler, const Clock& clock,
          telemetry::Registry& telemetry);
  ~Hearing() override { Stop(); }

  absl::Status Start() override;
  void Stop() override;

  // For looking at and replaying what was parked.
  const std::map<std::string, events::EventHandler*>& handlers() const { return handlers_; }

 private:
  std::map<std::string, events::EventHandler*> handlers_;
  std::vector<std::unique_ptr<events::Consumer>> consumers_;
};

}  // namespace avvik::metrics
