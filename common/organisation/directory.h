// The organisations a service knows: the newest snapshot of each tenant, brought from where they
// are owned and kept, so that the service starts and decides while the owner is away.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/organisation/organisation.h"

namespace avvik::organisation {

// An organisation and its version.
struct Snapshot {
  v1::Organisation organisation;
  int64_t version = 0;
};

// Where organisations come from. Implementations are thread-safe.
class Source {
 public:
  virtual ~Source() = default;

  // The tenant's organisation when its version is above `known_version`, else nothing. UNAVAILABLE
  // or DEADLINE_EXCEEDED when the owner cannot be reached.
  virtual absl::StatusOr<std::optional<Snapshot>> Fetch(const std::string& tenant,
                                                        int64_t known_version) = 0;
  // Every tenant there is. Errors as from Fetch.
  virtual absl::StatusOr<std::vector<std::string>> Tenants() = 0;
};

// Where a service keeps its snapshots over a restart. Implementations are thread-safe.
class Keeper {
 public:
  virtual ~Keeper() = default;

  // Writes the tenant's snapshot in place of the one before. Repeating it changes nothing.
  virtual absl::Status Keep(const Snapshot& snapshot) = 0;
  // What was kept, one per tenant.
  virtual absl::StatusOr<std::vector<Snapshot>> Load() = 0;
};

// Thread-safe.
class Directory {
 public:
  // A null `source` fetches nothing (the owner of the organisations itself); a null `keeper` keeps
  // nothing. What is pointed to must outlive the directory.
  Directory(const Clock& clock, Source* source, Keeper* keeper);

  // Brings back what was kept. A snapshot that is no longer acceptable is left out, to be fetched
  // anew; the others are there, and its error is returned.
  absl::Status Restore();

  // The newest known; null when the tenant is not known. Never waits for anything.
  std::shared_ptr<const Organisation> Find(std::string_view tenant) const;

  // One that is at least of `version`, fetched when needed. UNAVAILABLE, reason
  // `ORGANISATION_BEHIND`, when the source has none so new; errors of source and keeper.
  absl::StatusOr<std::shared_ptr<const Organisation>> AtLeast(const std::string& tenant,
                                                              int64_t version);

  // The tenants known.
  std::vector<std::string> Tenants() const;

  // Makes the organisation the current one of its tenant, unless that is as new. It is kept first:
  // a service never goes back behind what it has acted on. INVALID_ARGUMENT when it does not hold
  // together; errors of the keeper.
  absl::Status Put(v1::Organisation organisation, int64_t version);

  // Fetches and puts the tenant's organisation. INTERNAL when the source answers with another
  // tenant's.
  absl::Status RefreshNow(const std::string& tenant);

  // RefreshNow, unless the last refresh of the tenant, good or bad, began within `age` or another
  // thread is at it: then OK, having done nothing.
  absl::Status RefreshIfOlderThan(const std::string& tenant, absl::Duration age);

  // RefreshNow for every tenant of the source. Goes on after an error; returns the first.
  absl::Status RefreshAll();

 private:
  struct Attempt {
    absl::Time begun = absl::InfinitePast();
    bool running = false;
  };

  const Clock& clock_;
  Source* const source_;
  Keeper* const keeper_;

  std::mutex put_mutex_;  // One change at a time, from the check of the version to its publication.

  mutable std::shared_mutex current_mutex_;
  std::map<std::string, std::shared_ptr<const Organisation>, std::less<>> current_;

  std::mutex attempts_mutex_;
  std::map<std::string, Attempt> attempts_;
};

}  // namespace avvik::organisation
