// What metrics does with what it hears: every event that tells of a figure replaces that figure.
#pragma once

#include <functional>
#include <utility>

#include "common/events/consumer.h"
#include "services/metrics/figure_store.h"

namespace avvik::metrics {

// For the events of every source. Thread-safe.
class FigureEventHandler final : public events::EventHandler {
 public:
  // `committed` is called after each batch.
  FigureEventHandler(FigureStore& store, std::function<void()> committed)
      : store_(store), committed_(std::move(committed)) {}

  // INVALID_ARGUMENT as FigureOf has it; errors of FigureStore::Put.
  absl::Status Apply(pg::Transaction& transaction, const events::v1::StoredEvent& event) override;
  void Committed() override { committed_(); }

 private:
  FigureStore& store_;
  const std::function<void()> committed_;
};

}  // namespace avvik::metrics
