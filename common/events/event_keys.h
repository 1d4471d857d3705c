// Shows that an entry of a stream was written by a service: whoever may write to Redis but has no key
// can neither make an event up nor move one to another place.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace avvik::events {

// Immutable; thread-safe.
class EventKeys {
 public:
  static constexpr size_t kMost = 16;

  // `text` holds keys of 32 bytes in hexadecimal, one a line. What is written is proven by the first,
  // what is read by any of them: so a key is exchanged while events travel. INVALID_ARGUMENT for
  // anything else, with nothing of a key in it.
  static absl::StatusOr<std::shared_ptr<const EventKeys>> FromText(std::string_view text);
  ~EventKeys();

  // 32 bytes (keyed BLAKE2b) over the telling service, the position in its log and the exact bytes of
  // the event.
  std::string Proof(std::string_view source, int64_t position, std::string_view event) const;

  // Whether `proof` is the proof of these by one of the keys. Takes the same time for every wrong one.
  bool Prove(std::string_view proof, std::string_view source, int64_t position,
             std::string_view event) const;

 private:
  using Key = std::array<unsigned char, 32>;

  std::vector<Key> keys_;
};

}  // namespace avvik::events
