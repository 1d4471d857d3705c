#include "tests/support/pg_fixture.h"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>

namespace avvik::testing {
namespace {

// Other test programs may make it at the same moment.
constexpr char kMakeRole[] = R"sql(
    DO $$
    BEGIN
      IF to_regrole('avvik_test') IS NULL THEN CREATE ROLE avvik_test LOGIN; END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$)sql";

std::string Required(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') {
    std::cerr << name << " is not set: run this test through tests/harness/with_backends\n";
    std::exit(2);
  }
  return value;
}

void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << status << "\n";
  std::exit(2);
}

std::unique_ptr<pg::Connection> Open(const std::string& conninfo) {
  auto connection = pg::Connection::Open({.conninfo = conninfo, .application = "avvik-test"});
  Must(connection.status());
  return *std::move(connection);
}

}  // namespace

TestDatabase::TestDatabase(std::span<const pg::Migration> migrations) {
  static int count = 0;
  const std::string server = Required("AVVIK_TEST_PG");
  name_ = "test_" + std::to_string(getpid()) + "_" + std::to_string(++count);
  const auto connection = Open(server);
  Must(connection->ExecuteScript(kMakeRole));
  Must(connection->ExecuteScript("CREATE DATABASE " + name_ + " OWNER avvik_test"));
  admin_ = server + " dbname=" + name_;
  settings_ = {.conninfo = admin_ + " user=avvik_test", .application = "avvik-test"};
  Must(pg::Migrate(settings_, migrations));
  pool_ = std::make_unique<pg::Pool>(settings_, 4);
}

TestDatabase::~TestDatabase() {
  pool_.reset();
  (void)Open(Required("AVVIK_TEST_PG"))
      ->ExecuteScript("DROP DATABASE " + name_ + " WITH (FORCE)");
}

void TestDatabase::Clear() {
  Run(R"sql(
      DO $$
      DECLARE tables text;
      BEGIN
        -- The trace refuses to be emptied.
        PERFORM set_config('session_replication_role', 'replica', true);
        SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') INTO tables
          FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
           AND tablename <> 'schema_migration';
        EXECUTE 'TRUNCATE ' || tables || ' RESTART IDENTITY';
      END $$)sql");
}

void TestDatabase::Run(const std::string& sql) { Must(Open(admin_)->ExecuteScript(sql)); }

std::string TestDatabase::Value(const std::string& sql) {
  const std::string wrapped = "SELECT (" + sql + ")::text AS value";
  const pg::Statement statement{"test_value", wrapped.c_str()};
  auto rows = Open(admin_)->Execute(statement);
  Must(rows.status());
  return (*rows)[0].Text("value");
}

redis::Server TestRedis(const std::string& user) {
  // As every service does: hiredis writes to connections whose other end is gone.
  std::signal(SIGPIPE, SIG_IGN);
  redis::Server server{.address = Required("AVVIK_TEST_REDIS"), .user = "avvik-" + user};
  std::ifstream file(Required("AVVIK_TEST_SECRETS") + "/redis-" + user + ".secret");
  std::getline(file, server.password);
  return server;
}

std::string TestClamd() {
  return "unix:" + Required("AVVIK_TEST_CLAMD");
}

// Put together here, so that this file is not malware itself.
std::string TestMalware() {
  return std::string("AVVIK-HARMLESS-TEST-FILE-") + "THAT-COUNTS-AS-MALWARE";
}

}  // namespace avvik::testing
