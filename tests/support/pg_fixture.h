// A database of its own for each test program, on the private server that tests/harness/with_backends
// starts (AVVIK_TEST_PG). Dropped at the end.
#pragma once

#include <span>
#include <string>

#include "common/pg/migrations.h"
#include "common/pg/pool.h"

namespace avvik::testing {

class TestDatabase {
 public:
  // Creates a database and applies the migrations. Ends the program when that fails.
  explicit TestDatabase(std::span<const pg::Migration> migrations);
  ~TestDatabase();

  const pg::Settings& settings() const { return settings_; }
  // A pool of four connections.
  pg::Pool& pool() { return *pool_; }
  // Empties every table except the list of migrations.
  void Clear();
  // Runs statements, such as a correction that no RPC makes.
  void Run(const std::string& sql);
  // The single value of a query, as text.
  std::string Value(const std::string& sql);

 private:
  std::string name_;
  pg::Settings settings_;
  std::unique_ptr<pg::Pool> pool_;
};

// The unix socket of the private Redis server (AVVIK_TEST_REDIS). Ends the program when there is none.
std::string TestRedis();

}  // namespace avvik::testing
