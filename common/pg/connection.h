// One connection to PostgreSQL. Everything above works with Pool and Transaction; only what holds a
// session (an advisory lock) owns a connection of its own.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <unordered_set>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/pg/scope.h"
#include "common/pg/value.h"

struct pg_conn;

namespace avvik::pg {

// A statement with a name, `<service>_<verb>_<noun>`, unique in the process. The name stands in errors
// and in PostgreSQL's own views; both texts must live as long as the process.
struct Statement {
  const char* name;
  const char* sql;
};

// Where and how to connect.
struct Settings {
  std::string conninfo;                              // libpq's connection string.
  std::string application;                           // Shown in pg_stat_activity.
  absl::Duration statement_timeout = absl::Seconds(10);
  std::string search_path;                           // Empty: the role's own.
};

// Not thread-safe. Errors: UNAVAILABLE when the server cannot be reached or went away (the connection is
// then broken for good), ABORTED with reason `SERIALIZATION` for serialization failures and deadlocks,
// DEADLINE_EXCEEDED for a statement that took too long, ALREADY_EXISTS for a unique key,
// FAILED_PRECONDITION for other constraints, INVALID_ARGUMENT for data that does not fit, INTERNAL for
// the rest. Texts of errors name the statement and the SQLSTATE, never values.
class Connection {
 public:
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const Settings& settings);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Sees and writes the rows of `scope` from here on; before the first call, none. Not inside a
  // transaction. Costs a round trip when the scope is another than the last.
  absl::Status Enter(const Scope& scope);
  // Whether this is the scope entered last.
  bool IsIn(const Scope& scope) const { return scope_ == scope.setting(); }

  // Runs a statement, prepared on its first use.
  absl::StatusOr<Rows> Execute(const Statement& statement, std::initializer_list<Param> params = {});
  // The same with parameters counted at run time.
  absl::StatusOr<Rows> ExecuteWith(const Statement& statement, std::span<const Param> params);
  // Runs a script of several statements without parameters.
  absl::Status ExecuteScript(const std::string& sql);

  // Whether the connection is of no more use.
  bool broken() const { return broken_; }

 private:
  explicit Connection(pg_conn* connection) : connection_(connection) {}
  absl::StatusOr<Rows> Check(pg_result* result, const char* what);

  pg_conn* connection_;
  bool broken_ = false;
  std::string scope_;
  std::unordered_set<const char*> prepared_;
};

}  // namespace avvik::pg
