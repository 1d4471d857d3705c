// What the role a service runs as cannot do, tried as that role.
#include "common/pg/grants.h"

#include <unistd.h>

#include <cstdlib>

#include "common/pg/migrations.h"
#include "tests/support/status_matchers.h"

namespace avvik::pg {
namespace {

constexpr Migration kTables[] = {{"test/0001_tables.sql", R"sql(
    CREATE TABLE thing (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
    CREATE TABLE trail (id bigint PRIMARY KEY, what text NOT NULL, place bigint))sql"}};
constexpr Migration kMore[] = {{"test/0001_tables.sql", kTables[0].sql},
                               {"test/0002_more.sql", "CREATE TABLE another (id bigint)"}};
const AppendOnly kTrail[] = {{"trail", {"place", "not_there"}}, {"not_there", {}}};

class GrantsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = std::getenv("AVVIK_TEST_PG");
    const std::string name = "grants_" + std::to_string(getpid());
    // Names that need quoting are names too.
    Admin("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    Admin("DROP ROLE IF EXISTS \"grants runs\"; DROP ROLE IF EXISTS grants_owns;"
          "CREATE ROLE \"grants runs\" LOGIN; CREATE ROLE grants_owns LOGIN");
    Admin("CREATE DATABASE " + name + " OWNER grants_owns");
    owner_ = {.conninfo = server_ + " dbname=" + name + " user=grants_owns", .application = "test"};
    running_ = {.conninfo = server_ + " dbname=" + name + " user='grants runs'",
                .application = "test"};
    name_ = name;
    ASSERT_OK(Migrate(owner_, kTables));
    ASSERT_OK(Grant(owner_, running_, kTrail));
  }
  void TearDown() override {
    Admin("DROP DATABASE " + name_ + " WITH (FORCE)");
    Admin("DROP ROLE \"grants runs\"; DROP ROLE grants_owns");
  }

  void Admin(const std::string& sql) {
    auto connection = Connection::Open({.conninfo = server_, .application = "test"});
    ASSERT_OK(connection);
    ASSERT_OK((*connection)->ExecuteScript(sql));
  }
  static absl::Status As(const Settings& role, const std::string& sql) {
    auto connection = Connection::Open(role);
    return connection.ok() ? (*connection)->ExecuteScript(sql) : connection.status();
  }
  absl::Status Run(const std::string& sql) { return As(running_, sql); }

  std::string server_, name_;
  Settings owner_, running_;
};

TEST_F(GrantsTest, RowsAreReadAndWritten) {
  EXPECT_OK(Run("INSERT INTO thing (name) VALUES ('a'); UPDATE thing SET name = 'b';"
                "SELECT * FROM thing FOR UPDATE; DELETE FROM thing"));
  EXPECT_OK(Run("INSERT INTO trail VALUES (1, 'a'); SELECT * FROM trail;"
                "SELECT * FROM schema_migration"));
}

TEST_F(GrantsTest, TablesAreNeitherMadeNorAlteredNorEmptied) {
  for (const char* sql :
       {"CREATE TABLE mine (id bigint)", "CREATE SCHEMA mine", "CREATE TEMP TABLE mine (id bigint)",
        "ALTER TABLE thing ADD COLUMN more text", "DROP TABLE thing", "TRUNCATE thing",
        "ALTER TABLE trail DISABLE ROW LEVEL SECURITY", "CREATE INDEX ON thing (name)",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SET ROLE grants_owns"}) {
    // Temporary tables are the database's to allow: see make_databases in deploy/local/backends.sh.
    if (std::string_view(sql).find("TEMP") != std::string_view::npos) {
      ASSERT_OK(As(owner_, "REVOKE ALL ON DATABASE " + name_ + " FROM PUBLIC;"
                           "GRANT CONNECT ON DATABASE " + name_ + " TO \"grants runs\""));
    }
    EXPECT_FALSE(Run(sql).ok()) << sql;
  }
}

TEST_F(GrantsTest, TrailIsOnlyAddedTo) {
  ASSERT_OK(Run("INSERT INTO trail VALUES (1, 'a')"));
  EXPECT_FALSE(Run("DELETE FROM trail").ok());
  EXPECT_FALSE(Run("UPDATE trail SET what = 'b'").ok());
  EXPECT_OK(Run("UPDATE trail SET place = 1"));
  EXPECT_FALSE(Run("DELETE FROM schema_migration").ok());
}

TEST_F(GrantsTest, LaterTablesAreGrantedByTheNextMigrationAndTheTrailStaysNarrow) {
  ASSERT_OK(Migrate(owner_, kMore));
  EXPECT_FALSE(Run("SELECT * FROM another").ok());
  ASSERT_OK(Grant(owner_, running_, kTrail));
  EXPECT_OK(Run("SELECT * FROM another"));
  EXPECT_FALSE(Run("DELETE FROM trail").ok());
}

TEST_F(GrantsTest, OneRoleForBothIsLeftAlone) {
  EXPECT_OK(Grant(owner_, owner_, kTrail));
  EXPECT_OK(As(owner_, "DELETE FROM trail"));
}

}  // namespace
}  // namespace avvik::pg
