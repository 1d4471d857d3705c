// Counters, gauges and histograms for Prometheus. Names end in their unit (`_total`, `_seconds`) and
// begin with `avvik_`. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/process/runnable.h"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace avvik::telemetry {

using Labels = std::map<std::string, std::string>;

// Handles are small values; they are good as long as the registry.
class Counter {
 public:
  explicit Counter(prometheus::Counter* counter) : counter_(counter) {}
  void Add(double by = 1) const;

 private:
  prometheus::Counter* counter_;
};

class Gauge {
 public:
  explicit Gauge(prometheus::Gauge* gauge) : gauge_(gauge) {}
  void Set(double value) const;
  void Add(double by) const;

 private:
  prometheus::Gauge* gauge_;
};

class Histogram {
 public:
  explicit Histogram(prometheus::Histogram* histogram) : histogram_(histogram) {}
  void Observe(absl::Duration duration) const;

 private:
  prometheus::Histogram* histogram_;
};

class Registry {
 public:
  Registry();
  ~Registry();

  // Asking again with the same name and labels gives the same one.
  telemetry::Counter Counter(const std::string& name, const std::string& help, const Labels& labels = {});
  telemetry::Gauge Gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  // Buckets from 0.5 ms to 10 s.
  telemetry::Histogram Histogram(const std::string& name, const std::string& help,
                                 const Labels& labels = {});

  // Everything in Prometheus' text format.
  std::string Text() const;

 private:
  friend class Exposer;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Serves the registry at http://<address>/metrics; does nothing with an empty address.
class Exposer final : public process::Runnable {
 public:
  Exposer(Registry& registry, std::string address);

  // INVALID_ARGUMENT for an address that is not loopback's, `127.0.0.1:8091` say: there is no TLS. Empty is none.
  static absl::Status Check(const std::string& address);

  ~Exposer() override;
  absl::Status Start() override;
  void Stop() override;

 private:
  struct Impl;
  Registry& registry_;
  const std::string address_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace avvik::telemetry
