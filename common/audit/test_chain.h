// For tests: chains with something done to them.
#pragma once

#include <string>
#include <vector>

#include "common/audit/chain.h"
#include "common/audit/keys.h"
#include "common/ids/fake_id_source.h"

namespace avvik::audit {

inline constexpr char kTestKey[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";
inline constexpr char kTestPublicKey[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
    "-----END PUBLIC KEY-----\n";

inline const ChainName kTestChain{"triage", "kalix"};

inline Record TestRecord(unsigned n) {
  return {.id = FakeIdSource::Nth(n),
          .tenant = "kalix",
          .at = absl::FromUnixSeconds(1'795'000'000 + n),
          .actor = n % 2 == 0 ? "anna.berg" : "siv.åkesson",
          .method = "avvik.triage.v1.Triage/GetCase",
          .permission = "cases.read",
          .subject = "cases/" + std::to_string(n),
          .outcome = Outcome::kAllowed,
          .client = "2001:db8::1",
          .detail = ""};
}

// Records `first` to `last`, sealed behind `previous`.
inline void Seal(unsigned first, unsigned last, std::string previous, std::vector<Sealed>* chain) {
  for (unsigned n = first; n <= last; ++n) {
    previous = Link(previous, n, TestRecord(n));
    chain->push_back({TestRecord(n), n, previous});
  }
}

inline std::vector<Sealed> TestChain(unsigned records) {
  std::vector<Sealed> chain;
  Seal(1, records, ChainStart(kTestChain), &chain);
  return chain;
}

// The checkpoint at a record, following the one at `before`.
inline Checkpoint TestCheckpoint(const SigningKey& key, const Sealed& record, int64_t before) {
  Checkpoint checkpoint{.tenant = "kalix",
                        .sequence = record.sequence,
                        .hash = record.hash,
                        .records = record.sequence - before,
                        .at = record.record.at,
                        .key_id = key.id()};
  checkpoint.signature = key.Sign(SignedBytes(kTestChain, checkpoint));
  return checkpoint;
}

}  // namespace avvik::audit
