// Takes a new master key in use without a restart: looks at the keys now and then, and rewraps.
#pragma once

#include "common/process/loop.h"
#include "common/secrecy/vault.h"

namespace avvik::secrecy {

class Rotation final : public process::Runnable {
 public:
  // `vault` must outlive it.
  explicit Rotation(Vault& vault, absl::Duration every = absl::Seconds(10));

  absl::Status Start() override { return loop_.Start(); }
  void Stop() override { loop_.Stop(); }

 private:
  process::Loop loop_;
};

}  // namespace avvik::secrecy
