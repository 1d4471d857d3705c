#include "common/secrecy/rotation.h"

#include "common/log/log.h"

namespace avvik::secrecy {

Rotation::Rotation(Vault& vault, absl::Duration every)
    : loop_("keys", [&vault, every] {
        if (const auto rewrapped = vault.Rotate(); !rewrapped.ok()) {
          log::Error("keys_not_rotated", {{"error", rewrapped.status()}});
        }
        return every;
      }) {}

}  // namespace avvik::secrecy
