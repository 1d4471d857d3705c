// Takes files from quarantine to the scanner, and clears away those that never came in whole.
#pragma once

#include <functional>

#include "common/clock/clock.h"
#include "common/malware/scanner.h"
#include "common/process/loop.h"
#include "common/telemetry/registry.h"
#include "services/intake/attachment_store.h"

namespace avvik::intake {

// Thread-safe. Several may work on the same store.
class Quarantine final : public process::Runnable {
 public:
  // All of them must outlive it. `told` is called when there is something to tell the other services.
  Quarantine(AttachmentStore& store, malware::Scanner& scanner, const Clock& clock,
             telemetry::Registry& telemetry, std::function<void()> told);
  ~Quarantine() override { Stop(); }

  absl::Status Start() override { return loop_.Start(); }
  void Stop() override { loop_.Stop(); }
  // Says that a file came in.
  void Wake() { loop_.Wake(); }

  // Scans one file that is due, if there is one: true when there was. An error is of the surroundings.
  absl::StatusOr<bool> RunOnce();

  // How long a file waits after it could not be scanned for the `scans`th time: from two seconds, doubling, to
  // five minutes.
  static absl::Duration PauseAfter(int scans);

 private:
  absl::Duration Step();
  absl::StatusOr<Verdict> Scan(const Attachment& attachment);

  AttachmentStore& store_;
  malware::Scanner& scanner_;
  const Clock& clock_;
  const std::function<void()> told_;
  telemetry::Counter clean_;
  telemetry::Counter refused_;
  telemetry::Counter failed_;
  telemetry::Gauge waiting_;
  process::Loop loop_;
};

}  // namespace avvik::intake
