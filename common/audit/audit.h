// The trace: who did and who read what, when, and why it was denied (Örebro's fourth property,
// spårbarhet). Changes are recorded in the transaction of the change; reads and denials, which change
// nothing, by a recorder that writes them in batches. What is written is sealed soon after (sealer.h).
#pragma once

#include <condition_variable>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/audit/record.h"
#include "common/pg/migrations.h"
#include "common/pg/pool.h"
#include "common/process/loop.h"

namespace avvik::audit {

// Writes a record with the change it tells of.
absl::Status Append(pg::Transaction& transaction, const Record& record);

// What Append inserts, for a statement that writes records with other rows in one go: the records'
// columns as arrays: id, tenant, at, actor, machine, method, permission, subject, outcome, reason,
// trace_parent, on_behalf_of, client, detail.
std::vector<pg::Param> Columns(std::span<const Record> records);

// Writes records of reads and denials soon after they are handed over: at the latest after 50 ms, and
// before Stop returns. Thread-safe.
class Recorder final : public process::Runnable {
 public:
  explicit Recorder(pg::Pool& pool);
  ~Recorder() override { Stop(); }

  absl::Status Start() override { return loop_.Start(); }
  void Stop() override;

  // Takes a record. Waits while `kMost` records are waiting already: a read is not answered before
  // there is room to trace it.
  void Add(Record record);

  // Writes what is waiting; returns how many. On an error they wait on.
  absl::StatusOr<size_t> RunOnce();

 private:
  static constexpr size_t kMost = 10'000;

  pg::Pool& pool_;
  std::mutex mutex_;
  std::condition_variable room_;
  std::vector<Record> waiting_;
  bool stopped_ = false;
  process::Loop loop_;
};

// The table, for a service to join to its own.
std::span<const pg::Migration> Migrations();

}  // namespace avvik::audit
