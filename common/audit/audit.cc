#include "common/audit/audit.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/time/clock.h"
#include "common/log/log.h"
#include "common/status/macros.h"

namespace avvik::audit {
namespace {

constexpr pg::Statement kInsert{"audit_insert", R"sql(
    INSERT INTO audit_record (id, tenant, at, actor, machine, method, permission, subject, outcome,
                              reason, trace_parent, on_behalf_of, client, detail)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::boolean[],
                         $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
                         $12::text[], $13::text[], $14::text[]))sql"};

absl::Status Insert(pg::Transaction& transaction, std::span<const Record> records) {
  return transaction.ExecuteWith(kInsert, Columns(records)).status();
}

}  // namespace

std::vector<pg::Param> Columns(std::span<const Record> records) {
  std::vector<std::vector<pg::Param>> columns(14);
  for (const Record& record : records) {
    int column = 0;
    for (pg::Param value : {pg::Param(record.id), pg::Param(record.tenant), pg::Param(record.at),
                            pg::Param(record.actor), pg::Param(record.machine),
                            pg::Param(record.method), pg::Param(record.permission),
                            pg::Param(record.subject), pg::Param(Name(record.outcome)),
                            pg::Param(record.reason), pg::Param(record.trace_parent),
                            pg::Param(record.on_behalf_of), pg::Param(record.client),
                            pg::Param(record.detail)}) {
      columns[column++].push_back(std::move(value));
    }
  }
  std::vector<pg::Param> arrays;
  for (const auto& column : columns) arrays.push_back(pg::Array(column));
  return arrays;
}

absl::Status Append(pg::Transaction& transaction, const Record& record) {
  return Insert(transaction, std::span(&record, 1));
}

Recorder::Recorder(pg::Pool& pool)
    : pool_(pool), loop_("audit", [this] {
        const absl::StatusOr<size_t> written = RunOnce();
        if (!written.ok()) {
          log::Error("audit_waiting", {{"error", written.status()}});
          return absl::Milliseconds(500);
        }
        return absl::Milliseconds(50);
      }) {}

void Recorder::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  room_.notify_all();
  loop_.Stop();
  if (const auto written = RunOnce(); !written.ok()) {
    log::Error("audit_lost", {{"error", written.status()}});
  }
}

void Recorder::Add(Record record) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return waiting_.size() < kMost || stopped_; });
  waiting_.push_back(std::move(record));
}

absl::StatusOr<size_t> Recorder::RunOnce() {
  std::vector<Record> batch;
  {
    std::lock_guard lock(mutex_);
    batch.swap(waiting_);
  }
  if (batch.empty()) return size_t{0};
  absl::Status status = pg::RunInTransaction(
      pool_, pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
      [&](pg::Transaction& transaction) { return Insert(transaction, batch); });
  if (!status.ok()) {
    std::lock_guard lock(mutex_);
    waiting_.insert(waiting_.begin(), std::make_move_iterator(batch.begin()),
                    std::make_move_iterator(batch.end()));
    return status;
  }
  room_.notify_all();
  return batch.size();
}

}  // namespace avvik::audit
