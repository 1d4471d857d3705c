// Forgets challenges that have expired, and counts the receipts that each key keeps, so that one sees when an
// old key can go (`avvik_receipts`).
#pragma once

#include <set>
#include <string>

#include "common/clock/clock.h"
#include "common/process/loop.h"
#include "common/telemetry/registry.h"
#include "services/intake/receipt_keys.h"
#include "services/intake/receipt_store.h"

namespace avvik::intake {

class ReceiptSweeper final : public process::Runnable {
 public:
  // All of them must outlive it.
  ReceiptSweeper(ReceiptStore& store, const ReceiptKeys& keys, const Clock& clock,
                 telemetry::Registry& telemetry);

  absl::Status Start() override { return loop_.Start(); }
  void Stop() override { loop_.Stop(); }

  // One round, which the loop makes each minute.
  absl::Status Sweep();

 private:
  ReceiptStore& store_;
  const Clock& clock_;
  telemetry::Registry& telemetry_;
  const std::string newest_;
  std::set<std::string> keys_;  // Names of those that are there, and of those that keep receipts.
  process::Loop loop_;
};

}  // namespace avvik::intake
