// The hash chain that makes the trace tamper-evident. Pure: values in, values out. docs/audit.md describes
// the encoding to the byte for whoever verifies without this program; the two must agree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "common/audit/record.h"

namespace avvik::audit {

// Bytes of a hash (SHA-256).
inline constexpr size_t kHashBytes = 32;

// Each service has one chain for each tenant.
struct ChainName {
  std::string service;
  std::string tenant;
};

// A record with its place in the chain.
struct Sealed {
  Record record;
  int64_t sequence = 0;  // 1, 2, 3, … without a gap.
  std::string hash;      // Raw bytes.
};

// A signed statement of how far a chain reached.
struct Checkpoint {
  std::string tenant;
  int64_t sequence = 0;  // Of the last record it vouches for.
  std::string hash;      // That record's, raw bytes.
  int64_t records = 0;   // How many records follow the checkpoint before.
  absl::Time at;
  std::string key_id;     // See keys.h.
  std::string signature;  // Ed25519 (RFC 8032), raw bytes.
};

// What the first record's hash follows.
std::string ChainStart(const ChainName& name);

// A record as it is hashed.
std::string CanonicalBytes(int64_t sequence, const Record& record);

// The hash of a record behind the one whose hash is `previous`.
std::string Link(std::string_view previous, int64_t sequence, const Record& record);

// A checkpoint as it is signed.
std::string SignedBytes(const ChainName& name, const Checkpoint& checkpoint);

// Lower-case hexadecimal, and back; nothing when it is none.
std::string Hex(std::string_view bytes);
std::optional<std::string> FromHex(std::string_view hex);

}  // namespace avvik::audit
