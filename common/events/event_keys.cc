#include "common/events/event_keys.h"

#include <sodium.h>

#include <algorithm>
#include <cstdlib>

namespace avvik::events {
namespace {

constexpr size_t kProofBytes = 32;
// What the proof is of, so that a key put to another use proves nothing here.
constexpr std::string_view kContext = "avvik event in a stream, 1";

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void Add(crypto_generichash_state* state, std::string_view text) {
  crypto_generichash_update(state, Bytes(text), text.size());
}

void Add(crypto_generichash_state* state, uint64_t number) {
  unsigned char bytes[8];
  for (unsigned char& byte : bytes) {
    byte = static_cast<unsigned char>(number & 0xff);
    number >>= 8;
  }
  crypto_generichash_update(state, bytes, sizeof bytes);
}

std::string ProofBy(const std::array<unsigned char, 32>& key, std::string_view source,
                    int64_t position, std::string_view event) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, key.data(), key.size(), kProofBytes);
  Add(&state, kContext);
  // With its length before it: where the name ends cannot be moved.
  Add(&state, static_cast<uint64_t>(source.size()));
  Add(&state, source);
  Add(&state, static_cast<uint64_t>(position));
  Add(&state, event);
  std::string proof(kProofBytes, '\0');
  crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(proof.data()), proof.size());
  return proof;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const EventKeys>> EventKeys::FromText(std::string_view text) {
  static const bool ready = sodium_init() >= 0;
  if (!ready) std::abort();
  auto keys = std::make_shared<EventKeys>();
  // Never moved, so that no copy is left behind.
  keys->keys_.reserve(kMost);
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (keys->keys_.size() == kMost) {
      return absl::InvalidArgumentError("more than " + std::to_string(kMost) + " keys for events");
    }
    Key& key = keys->keys_.emplace_back();
    size_t size = 0;
    const char* stop = nullptr;
    const bool read = sodium_hex2bin(key.data(), key.size(), text.data() + begin, end - begin,
                                     nullptr, &size, &stop) == 0;
    if (!read || size != key.size() || stop != text.data() + end) {
      return absl::InvalidArgumentError(
          "a key for events is 64 hexadecimal digits, as `openssl rand -hex 32` makes them");
    }
    begin = end + 1;
  }
  if (keys->keys_.empty()) return absl::InvalidArgumentError("there is no key for events");
  return std::shared_ptr<const EventKeys>(std::move(keys));
}

EventKeys::~EventKeys() { sodium_memzero(keys_.data(), keys_.size() * sizeof(Key)); }

std::string EventKeys::Proof(std::string_view source, int64_t position,
                             std::string_view event) const {
  return ProofBy(keys_.front(), source, position, event);
}

bool EventKeys::Prove(std::string_view proof, std::string_view source, int64_t position,
                      std::string_view event) const {
  if (proof.size() != kProofBytes) return false;
  return std::any_of(keys_.begin(), keys_.end(), [&](const Key& key) {
    const std::string right = ProofBy(key, source, position, event);
    return sodium_memcmp(right.data(), proof.data(), kProofBytes) == 0;
  });
}

}  // namespace avvik::events
