// A database of its own for each test program, on the private server that tests/harness/with_backends
// starts (AVVIK_TEST_PG). Dropped at the end.
#pragma once

#include <span>
#include <string>

#include "common/pg/migrations.h"
#include "common/pg/pool.h"
#include "common/redis/connection.h"

namespace avvik::testing {

class TestDatabase {
 public:
  // Creates a database, owned by a role without privileges as a service's is, and applies the
  // migrations as that role. Ends the program when that fails.
  explicit TestDatabase(std::span<const pg::Migration> migrations);
  ~TestDatabase();

  const pg::Settings& settings() const { return settings_; }
  // As the server's superuser.
  pg::Settings admin() const { return {.conninfo = admin_, .application = "avvik-test"}; }
  // A pool of four connections.
  pg::Pool& pool() { return *pool_; }
  // Empties every table except the list of migrations.
  void Clear();
  // Runs statements as the server's superuser, whom row-level security does not bind: such as a
  // correction that no RPC makes.
  void Run(const std::string& sql);
  // The single value of a query, as text; as the superuser too.
  std::string Value(const std::string& sql);

 private:
  std::string name_;
  std::string admin_;  // The superuser's way into this database.
  pg::Settings settings_;
  std::unique_ptr<pg::Pool> pool_;
};

// The private Redis server (AVVIK_TEST_REDIS, a unix socket), as one of its users: a service, such as `intake`, or
// whoever operates it, who may do everything (AVVIK_TEST_SECRETS). Ignores SIGPIPE from here on. Ends the
// program when there is none.
redis::Server TestRedis(const std::string& user = "operator");
// The address of a real clamd, which has signatures of our own.
std::string TestClamd();
// What counts as malware for it, and is harmless.
std::string TestMalware();

}  // namespace avvik::testing
