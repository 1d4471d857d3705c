// Where new ids come from: UUIDv7 (RFC 9562), ordered by time, so that newer rows land at the end of an
// index.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "common/clock/clock.h"

namespace avvik {

// Thread-safe.
class IdSource {
 public:
  virtual ~IdSource() = default;

  // A new id in the canonical form of 36 lower-case characters. Later calls on one source sort later.
  virtual std::string Next() = 0;
};

class Uuid7Source final : public IdSource {
 public:
  explicit Uuid7Source(const Clock& clock) : clock_(clock) {}
  std::string Next() override;

 private:
  const Clock& clock_;
  std::mutex mutex_;
  int64_t last_ms_ = 0;
  uint32_t counter_ = 0;  // The 12 bits of rand_a, counted up within a millisecond.
};

// Whether `text` is a UUID in canonical form, of any version.
bool IsUuid(std::string_view text);

}  // namespace avvik
