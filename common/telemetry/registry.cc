#include "common/telemetry/registry.h"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <exception>
#include <string_view>
#include <utility>

#include "common/config/loopback.h"

namespace avvik::telemetry {
namespace {

const prometheus::Histogram::BucketBoundaries& Buckets() {
  static const prometheus::Histogram::BucketBoundaries buckets = {
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  return buckets;
}

}  // namespace

struct Registry::Impl {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
};

struct Exposer::Impl {
  prometheus::Exposer exposer;
};

void Counter::Add(double by) const { counter_->Increment(by); }
void Gauge::Set(double value) const { gauge_->Set(value); }
void Gauge::Add(double by) const { gauge_->Increment(by); }
void Histogram::Observe(absl::Duration duration) const {
  histogram_->Observe(absl::ToDoubleSeconds(duration));
}

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

telemetry::Counter Registry::Counter(const std::string& name, const std::string& help,
                                     const Labels& labels) {
  return telemetry::Counter(
      &prometheus::BuildCounter().Name(name).Help(help).Register(*impl_->registry).Add(labels));
}

telemetry::Gauge Registry::Gauge(const std::string& name, const std::string& help,
                                 const Labels& labels) {
  return telemetry::Gauge(
      &prometheus::BuildGauge().Name(name).Help(help).Register(*impl_->registry).Add(labels));
}

telemetry::Histogram Registry::Histogram(const std::string& name, const std::string& help,
                                         const Labels& labels) {
  return telemetry::Histogram(&prometheus::BuildHistogram()
                                   .Name(name)
                                   .Help(help)
                                   .Register(*impl_->registry)
                                   .Add(labels, Buckets()));
}

std::string Registry::Text() const {
  return prometheus::TextSerializer().Serialize(impl_->registry->Collect());
}

Exposer::Exposer(Registry& registry, std::string address)
    : registry_(registry), address_(std::move(address)) {}

Exposer::~Exposer() = default;

absl::Status Exposer::Check(const std::string& address) {
  const std::string_view host = config::HostOf(address);
  const std::string_view port = std::string_view(address).substr(host.empty() ? 0 : host.size() + 1);
  if (address.empty()) return absl::OkStatus();
  if (port.empty() || port.find_first_not_of("0123456789") != std::string_view::npos ||
      !config::IsLoopback(host)) {
    return absl::InvalidArgumentError(
        "--metrics-listen must be a port of this machine's loopback, such as 127.0.0.1:8091, not " +
        address + ": figures go in plain; a proxy or a collector on the machine hands them on by TLS");
  }
  return absl::OkStatus();
}

absl::Status Exposer::Start() {
  if (address_.empty()) return absl::OkStatus();
  if (absl::Status checked = Check(address_); !checked.ok()) return checked;
  try {
    impl_.reset(new Impl{prometheus::Exposer(address_, /*num_threads=*/1)});
    impl_->exposer.RegisterCollectable(registry_.impl_->registry);
  } catch (const std::exception& error) {
    return absl::UnavailableError("cannot serve metrics at " + address_ + ": " + error.what());
  }
  return absl::OkStatus();
}

void Exposer::Stop() { impl_.reset(); }

}  // namespace avvik::telemetry
