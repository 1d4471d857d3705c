#include "services/intake/receipt_sweeper.h"

#include <cstdint>
#include <map>

#include "common/log/log.h"
#include "common/status/macros.h"

namespace avvik::intake {

ReceiptSweeper::ReceiptSweeper(ReceiptStore& store, const ReceiptKeys& keys, const Clock& clock,
                               telemetry::Registry& telemetry)
    : store_(store), clock_(clock), telemetry_(telemetry), newest_(keys.Ids().front()),
      loop_("receipts", [this] {
        const absl::Status swept = Sweep();
        if (!swept.ok()) log::Warning("receipts_not_swept", {{"error", swept}});
        return absl::Minutes(1);
      }) {
  for (const std::string& id : keys.Ids()) keys_.insert(id);
}

absl::Status ReceiptSweeper::Sweep() {
  AVVIK_RETURN_IF_ERROR(store_.ForgetExpired(clock_.Now()));
  AVVIK_ASSIGN_OR_RETURN(auto counts, store_.CountReceipts());
  for (const auto& [id, count] : counts) keys_.insert(id);
  for (const std::string& id : keys_) {
    telemetry_
        .Gauge("avvik_receipts", "Receipts by the key that they are hashed with.",
               {{"key", id}, {"newest", id == newest_ ? "true" : "false"}})
        .Set(static_cast<double>(counts[id]));
  }
  return absl::OkStatus();
}

}  // namespace avvik::intake
