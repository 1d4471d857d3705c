// For tests of what a service seals: replaces all keys in a database, and looks whether everything was sealed anew.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/clock/clock.h"
#include "common/ids/id_source.h"
#include "common/secrecy/renewal.h"
#include "common/secrecy/test_vault.h"
#include "gtest/gtest.h"

namespace avvik::secrecy {

// Everything sealed that `keys` tell of, and the wrapped keys, by where it is.
inline std::map<std::string, std::string> SealedNow(pg::Pool& pool, const std::vector<SealedWith>& keys) {
  std::map<std::string, std::string> sealed;
  const auto query = [&](const pg::Statement& statement, const std::string& param) {
    return *pool.Query(pg::Scope::Everything(), statement, {param});
  };
  for (const SealedWith& kind : keys) {
    const pg::Rows page = query(kind.page, "00000000-0000-0000-0000-000000000000");
    for (const pg::Row key : page) {
      sealed[kind.name + " " + key.Text("id")] = key.Bytes("wrapped");
      for (const SealedTexts& texts : kind.texts) {
        const pg::Rows places = query(texts.list, key.Text("id"));
        for (const pg::Row place : places) {
          const pg::Rows text = query(texts.read, place.Text("place"));
          sealed[std::string(texts.read.name) + " " + place.Text("place")] = text[0].Bytes("sealed");
        }
      }
    }
  }
  return sealed;
}

// Asks for it as an operator does, runs it to the end without waiting, and calls `meanwhile` after each step. Afterwards
// nothing is as it was, and all is in the other format, what came meanwhile, too. Answers how many keys and texts there are.
inline size_t RenewAll(TestVault& vault, pg::Pool& pool, const std::vector<SealedWith>& keys,
                       const std::function<void()>& meanwhile, const std::vector<Hashed>& hashes = {}) {
  SystemClock clock;
  Uuid7Source ids(clock);
  telemetry::Registry telemetry;
  const auto before = SealedNow(pool, keys);
  vault.Direct("@seal-with aes-256-gcm\n@renew-before " +
               absl::FormatTime(absl::RFC3339_full, clock.Now(), absl::UTCTimeZone()) + "\n");
  Renewal renewal({.service = "avvik-test",
                   .pool = pool,
                   .vault = *vault,
                   .ids = ids,
                   .clock = clock,
                   .telemetry = telemetry,
                   .keys = keys,
                   .hashes = hashes,
                   .recognised = absl::ZeroDuration(),
                   .grace = absl::ZeroDuration()});
  int rounds = 0;
  while (true) {
    const auto more = renewal.RunOnce();
    EXPECT_TRUE(more.ok()) << more.status();
    if (!more.ok() || !*more || ++rounds > 1'000) break;
    meanwhile();
  }
  const auto after = SealedNow(pool, keys);
  EXPECT_LE(before.size(), after.size());
  for (const auto& [place, sealed] : after) {
    const auto was = before.find(place);
    EXPECT_TRUE(was == before.end() || was->second != sealed) << place;
    EXPECT_EQ(FormatOf(sealed), Format::kAes256Gcm) << place;
  }
  const auto stored = vault.store().All();
  for (const WrappedTenantKey& key : *stored) EXPECT_EQ(key.generation, 2) << key.tenant;
  return after.size();
}

}  // namespace avvik::secrecy
