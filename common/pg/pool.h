// A bounded set of connections, and transactions on them.
#pragma once

#include <condition_variable>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/pg/connection.h"
#include "common/status/macros.h"

namespace avvik::pg {

// A transaction under way. Statements in it see what came before; nothing is visible outside until it
// is committed. Not thread-safe.
class Transaction {
 public:
  absl::StatusOr<Rows> Execute(const Statement& statement, std::initializer_list<Param> params = {}) {
    return connection_.Execute(statement, params);
  }
  absl::StatusOr<Rows> ExecuteWith(const Statement& statement, std::span<const Param> params) {
    return connection_.ExecuteWith(statement, params);
  }
  // Made by RunInTransaction and Reading only.
  explicit Transaction(Connection& connection) : connection_(connection) {}

 private:
  Connection& connection_;
};

// Runs `work` in one transaction on `connection`, which has entered its scope: commits when it
// answers OK, otherwise rolls back. UNAVAILABLE with reason `COMMIT_IN_DOUBT` when the connection
// was lost during the commit: the caller must be able to repeat.
absl::Status RunInTransaction(Connection& connection,
                              const std::function<absl::Status(Transaction&)>& work);

// Thread-safe.
class Pool {
 public:
  // Opens nothing yet. At most `size` connections at a time.
  Pool(Settings settings, int size);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // A connection on loan; goes back, or is thrown away when broken, with the lease.
  class Lease {
   public:
    Lease(Pool* pool, std::unique_ptr<Connection> connection)
        : pool_(pool), connection_(std::move(connection)) {}
    Lease(Lease&&) = default;
    ~Lease() {
      if (connection_ != nullptr) pool_->Return(std::move(connection_));
    }
    Connection& operator*() { return *connection_; }
    Connection* operator->() { return connection_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  // Waits for a free connection until `deadline` and lets it enter `scope`: RESOURCE_EXHAUSTED when
  // none came free, UNAVAILABLE when the server cannot be reached.
  absl::StatusOr<Lease> Acquire(const Scope& scope, absl::Time deadline);

  // Runs one statement by itself in `scope`, waiting at most 5 seconds for a connection.
  absl::StatusOr<Rows> Query(const Scope& scope, const Statement& statement,
                             std::initializer_list<Param> params = {});

  const Settings& settings() const { return settings_; }

 private:
  absl::StatusOr<Lease> AcquireAny(const Scope& scope, absl::Time deadline);
  void Return(std::unique_ptr<Connection> connection);

  const Settings settings_;
  const int size_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> idle_;
  int open_ = 0;  // Idle and on loan.
};

// Runs `work` in one transaction on a connection of the pool that is in `scope`, and again, up to
// three times in all, after a serialization failure or a deadlock; `work` must therefore only touch
// the transaction. Waits for a connection until `deadline`.
absl::Status RunInTransaction(Pool& pool, const Scope& scope, absl::Time deadline,
                              const std::function<absl::Status(Transaction&)>& work);

// The same for work that gives a value: `work` is callable as StatusOr<T>(Transaction&).
template <typename Work>
auto InTransaction(Pool& pool, const Scope& scope, absl::Time deadline, Work&& work)
    -> std::invoke_result_t<Work, Transaction&> {
  using Result = std::invoke_result_t<Work, Transaction&>;
  if constexpr (std::is_same_v<Result, absl::Status>) {
    return RunInTransaction(pool, scope, deadline, work);
  } else {
    Result result = absl::InternalError("the transaction did not run");
    AVVIK_RETURN_IF_ERROR(RunInTransaction(pool, scope, deadline, [&](Transaction& transaction) {
      result = work(transaction);
      return result.status();
    }));
    return result;
  }
}

// The same for work that only reads, without a transaction around it: each statement sees what is committed when it
// begins, as it would in one, and two of the server's answers are not waited for. Tried once.
template <typename Work>
auto Reading(Pool& pool, const Scope& scope, absl::Time deadline, Work&& work)
    -> std::invoke_result_t<Work, Transaction&> {
  AVVIK_ASSIGN_OR_RETURN(Pool::Lease lease, pool.Acquire(scope, deadline));
  Transaction statements(*lease);
  return work(statements);
}

}  // namespace avvik::pg
