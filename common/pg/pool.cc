#include "common/pg/pool.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/time/clock.h"
#include "common/status/error.h"

namespace avvik::pg {
namespace {

constexpr Statement kBegin{"pg_begin", "BEGIN"};
constexpr Statement kCommit{"pg_commit", "COMMIT"};
constexpr Statement kRollback{"pg_rollback", "ROLLBACK"};

constexpr int kAttempts = 3;

}  // namespace

absl::Status RunInTransaction(Connection& connection,
                              const std::function<absl::Status(Transaction&)>& work) {
  AVVIK_RETURN_IF_ERROR(connection.Execute(kBegin).status());
  Transaction transaction(connection);
  if (absl::Status status = work(transaction); !status.ok()) {
    if (!connection.broken()) {
      // A connection that cannot roll back is marked broken by Execute itself.
      (void)connection.Execute(kRollback);
    }
    return status;
  }
  absl::Status committed = connection.Execute(kCommit).status();
  if (!committed.ok() && connection.broken()) {
    return status::Error(absl::StatusCode::kUnavailable,
                         "the database connection was lost during a commit", "COMMIT_IN_DOUBT");
  }
  return committed;
}

Pool::Pool(Settings settings, int size) : settings_(std::move(settings)), size_(size) {}

Pool::~Pool() = default;

absl::StatusOr<Pool::Lease> Pool::Acquire(const Scope& scope, absl::Time deadline) {
  AVVIK_ASSIGN_OR_RETURN(Lease lease, AcquireAny(scope, deadline));
  AVVIK_RETURN_IF_ERROR(lease->Enter(scope));
  return lease;
}

absl::StatusOr<Pool::Lease> Pool::AcquireAny(const Scope& scope, absl::Time deadline) {
  {
    std::unique_lock lock(mutex_);
    const bool free = returned_.wait_until(lock, absl::ToChronoTime(deadline), [this] {
      return !idle_.empty() || open_ < size_;
    });
    if (!free) {
      return status::Error(absl::StatusCode::kResourceExhausted,
                           "all database connections are in use", "POOL_EXHAUSTED");
    }
    if (!idle_.empty()) {
      // The one used last, unless another is in the scope already.
      auto chosen = std::find_if(idle_.rbegin(), idle_.rend(),
                                 [&](const auto& idle) { return idle->IsIn(scope); });
      if (chosen == idle_.rend()) chosen = idle_.rbegin();
      std::unique_ptr<Connection> connection = std::move(*chosen);
      idle_.erase(std::next(chosen).base());
      return Lease(this, std::move(connection));
    }
    ++open_;
  }
  auto connection = Connection::Open(settings_);
  if (!connection.ok()) {
    std::lock_guard lock(mutex_);
    --open_;
    returned_.notify_one();
    return connection.status();
  }
  return Lease(this, *std::move(connection));
}

void Pool::Return(std::unique_ptr<Connection> connection) {
  {
    std::lock_guard lock(mutex_);
    if (connection->broken()) {
      --open_;
    } else {
      idle_.push_back(std::move(connection));
    }
  }
  returned_.notify_one();
}

absl::StatusOr<Rows> Pool::Query(const Scope& scope, const Statement& statement,
                                 std::initializer_list<Param> params) {
  AVVIK_ASSIGN_OR_RETURN(Lease lease, Acquire(scope, absl::Now() + absl::Seconds(5)));
  return lease->Execute(statement, params);
}

absl::Status RunInTransaction(Pool& pool, const Scope& scope, absl::Time deadline,
                              const std::function<absl::Status(Transaction&)>& work) {
  absl::Status status;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    AVVIK_ASSIGN_OR_RETURN(Pool::Lease lease, pool.Acquire(scope, deadline));
    status = RunInTransaction(*lease, work);
    // Errors of the domain may be ABORTED too; only the database's own are worth another try.
    if (status::ReasonOf(status) != "SERIALIZATION") break;
  }
  return status;
}

}  // namespace avvik::pg
