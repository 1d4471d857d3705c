// What Prometheus is told of requests.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "common/telemetry/registry.h"

namespace avvik::gateway {

// Thread-safe.
class RequestMetrics {
 public:
  explicit RequestMetrics(telemetry::Registry& registry)
      : registry_(registry),
        connections_(registry.Gauge("avvik_http_connections", "Connections that are open.")),
        streams_(registry.Gauge("avvik_http_streams", "Streams of live events that are open.")) {}

  // Counts an answer. `route` is one of a few names: a path template, or what stands for a group of
  // paths; never a path as sent.
  void Count(const std::string& method, const std::string& route, int status);

  // Notes how long an answer took, for a stream until its first byte.
  void Observe(const std::string& method, const std::string& route, absl::Duration duration);

  // Everything in Prometheus' text format.
  std::string Text(int open_connections, int open_streams);

 private:
  using Key = std::pair<std::string, std::string>;

  telemetry::Registry& registry_;
  const telemetry::Gauge connections_;
  const telemetry::Gauge streams_;
  std::mutex mutex_;
  std::map<std::pair<Key, int>, telemetry::Counter> counters_;
  std::map<Key, telemetry::Histogram> histograms_;
};

}  // namespace avvik::gateway
