#include "services/metrics/event_handlers.h"

#include "common/status/macros.h"

namespace avvik::metrics {

absl::Status FigureEventHandler::Apply(pg::Transaction& transaction,
                                       const events::v1::StoredEvent& event) {
  AVVIK_ASSIGN_OR_RETURN(const std::optional<Figure> figure, FigureOf(event.event()));
  if (!figure.has_value()) return absl::OkStatus();
  return store_.Put(transaction, *figure);
}

}  // namespace avvik::metrics
