// The keys of one issuer, fetched from it and kept fresh.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/http_client/client.h"
#include "common/identity/jwt.h"
#include "common/process/loop.h"
#include "common/process/runnable.h"

namespace avvik::identity {

struct KeySetOptions {
  std::string issuer;
  // How often the keys are fetched anew.
  absl::Duration refresh_interval = absl::Minutes(5);
  // How long after a fetch an unknown key id may cause the next one; bounds what forged tokens can
  // make us ask for.
  absl::Duration min_refetch_interval = absl::Seconds(5);
  // First and longest pause after a failed fetch; it doubles in between.
  absl::Duration first_retry = absl::Milliseconds(200);
  absl::Duration last_retry = absl::Seconds(5);
  // Longest that a caller of Find waits for a fetch another caller is doing.
  absl::Duration max_wait = absl::Seconds(2);
};

// Keeps the last keys it got for as long as the provider is away, and drops those the provider no
// longer lists at the next fetch. Starts whether or not the provider answers. Thread-safe.
class KeySet final : public KeyFinder, public process::Runnable {
 public:
  KeySet(KeySetOptions options, http_client::Client& http, const Clock& clock);
  ~KeySet() override { Stop(); }

  // INVALID_ARGUMENT when the issuer's address cannot be used at all.
  absl::Status Start() override;
  void Stop() override;

  // A key that is not known causes a fetch, unless one was just made.
  absl::StatusOr<std::shared_ptr<const PublicKey>> Find(const std::string& id,
                                                        Algorithm algorithm) override;

  // Fetches the keys now. The error of the fetch; the keys held stay then.
  absl::Status RunOnce();

  // How long the background work waits before the next fetch.
  absl::Duration NextWait() const;

  // Whether keys were ever had; for readiness.
  bool HasKeys() const;

 private:
  using Keys = std::vector<std::shared_ptr<const PublicKey>>;

  std::shared_ptr<const PublicKey> Lookup(const std::string& id, Algorithm algorithm) const;
  // Fetches unless that was done just now; waits when another thread is at it.
  void FetchForUnknownKey();
  // Fetches and notes how it went; the caller has set `fetching_`.
  absl::Status FetchAsTheOne();
  absl::Status Fetch();

  const KeySetOptions options_;
  http_client::Client& http_;
  const Clock& clock_;

  mutable std::shared_mutex keys_mutex_;
  Keys keys_;

  mutable std::mutex fetch_mutex_;
  std::condition_variable fetched_;
  bool fetching_ = false;
  absl::Time last_fetch_ = absl::InfinitePast();
  int failures_ = 0;      // In a row.
  std::string jwks_uri_;  // Empty until discovery has succeeded. Used by the fetching thread only.

  process::Loop loop_;
};

}  // namespace avvik::identity
