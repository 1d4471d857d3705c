#include "services/gateway/request_metrics.h"

namespace avvik::gateway {

void RequestMetrics::Count(const std::string& method, const std::string& route, int status) {
  std::unique_lock lock(mutex_);
  auto found = counters_.find({{method, route}, status});
  if (found == counters_.end()) {
    found =
        counters_
            .emplace(std::make_pair(Key{method, route}, status),
                     registry_.Counter(
                         "avvik_http_requests_total", "Answers, by route and code.",
                         {{"method", method}, {"route", route}, {"code", std::to_string(status)}}))
            .first;
  }
  const telemetry::Counter counter = found->second;
  lock.unlock();
  counter.Add();
}

void RequestMetrics::Observe(const std::string& method, const std::string& route,
                             absl::Duration duration) {
  std::unique_lock lock(mutex_);
  auto found = histograms_.find({method, route});
  if (found == histograms_.end()) {
    found = histograms_
                .emplace(Key{method, route},
                         registry_.Histogram("avvik_http_request_seconds",
                                             "Time until the answer, by route.",
                                             {{"method", method}, {"route", route}}))
                .first;
  }
  const telemetry::Histogram histogram = found->second;
  lock.unlock();
  histogram.Observe(duration);
}

std::string RequestMetrics::Text(int open_connections, int open_streams) {
  connections_.Set(open_connections);
  streams_.Set(open_streams);
  return registry_.Text();
}

}  // namespace avvik::gateway
