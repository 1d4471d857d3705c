#include "common/audit/chain.h"

#include <sodium.h>

#include <initializer_list>

namespace avvik::audit {
namespace {

constexpr char kChainTag[] = "avvik-audit-chain-1";
constexpr char kRecordTag[] = "avvik-audit-record-1";
constexpr char kCheckpointTag[] = "avvik-audit-checkpoint-1";

std::string TimeText(absl::Time at) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", at, absl::UTCTimeZone());
}

// Each text as `<length in bytes>:<text>,`, so that no two lists of texts give the same bytes.
std::string Netstrings(std::initializer_list<std::string_view> texts) {
  size_t size = 0;
  for (const std::string_view text : texts) size += text.size() + 8;
  std::string bytes;
  bytes.reserve(size);
  for (const std::string_view text : texts) {
    bytes += std::to_string(text.size());
    bytes.push_back(':');
    bytes += text;
    bytes.push_back(',');
  }
  return bytes;
}

std::string Sha256(std::string_view first, std::string_view second) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (const std::string_view part : {first, second}) {
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                              part.size());
  }
  std::string hash(kHashBytes, '\0');
  crypto_hash_sha256_final(&state, reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

}  // namespace

std::string_view Name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAllowed:
      return "allowed";
    case Outcome::kDenied:
      return "denied";
    case Outcome::kFailed:
      return "failed";
  }
  return "failed";
}

std::optional<Outcome> ParseOutcome(std::string_view name) {
  for (const Outcome outcome : {Outcome::kAllowed, Outcome::kDenied, Outcome::kFailed}) {
    if (Name(outcome) == name) return outcome;
  }
  return std::nullopt;
}

std::string ChainStart(const ChainName& name) {
  return Sha256(Netstrings({kChainTag, name.service, name.tenant}), "");
}

std::string CanonicalBytes(int64_t sequence, const Record& record) {
  return Netstrings({kRecordTag, std::to_string(sequence), record.id, record.tenant,
                     TimeText(record.at), record.actor, record.machine ? "true" : "false",
                     record.on_behalf_of, record.client, record.method, record.permission,
                     record.subject, Name(record.outcome), record.reason, record.detail,
                     record.trace_parent});
}

std::string Link(std::string_view previous, int64_t sequence, const Record& record) {
  return Sha256(previous, CanonicalBytes(sequence, record));
}

std::string SignedBytes(const ChainName& name, const Checkpoint& checkpoint) {
  return Netstrings({kCheckpointTag, name.service, name.tenant, std::to_string(checkpoint.sequence),
                     Hex(checkpoint.hash), std::to_string(checkpoint.records),
                     TimeText(checkpoint.at), checkpoint.key_id});
}

std::string Hex(std::string_view bytes) {
  std::string hex(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                 bytes.size());
  hex.pop_back();
  return hex;
}

std::optional<std::string> FromHex(std::string_view hex) {
  std::string bytes(hex.size() / 2, '\0');
  size_t length = 0;
  const char* end = nullptr;
  if (sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), hex.data(),
                     hex.size(), nullptr, &length, &end) != 0 ||
      end != hex.data() + hex.size() || length != bytes.size()) {
    return std::nullopt;
  }
  return bytes;
}

}  // namespace avvik::audit
