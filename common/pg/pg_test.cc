#include "absl/time/clock.h"
#include "common/pg/migrations.h"
#include "common/pg/plans.h"
#include "common/pg/pool.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::pg {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;

constexpr Migration kMigrations[] = {{"test/0001_thing.sql", R"sql(
    CREATE TABLE thing (
      id    bigint PRIMARY KEY,
      name  text CHECK (length(name) < 40),
      at    timestamptz,
      data  bytea,
      share double precision,
      tags  text[]);
    CREATE FUNCTION raise_serialization() RETURNS void LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$)sql"}};

constexpr Statement kInsert{
    "test_insert",
    "INSERT INTO thing (id, name, at, data, share, tags) VALUES ($1, $2, $3, $4, $5, $6)"};
constexpr Statement kSelect{"test_select", "SELECT * FROM thing WHERE id = $1"};
constexpr Statement kUpdate{"test_update", "UPDATE thing SET name = $2 WHERE id = $1"};
constexpr Statement kSerialization{"test_serialization",
                                   "SELECT raise_serialization()"};
constexpr Statement kDelete{"test_delete", "DELETE FROM thing"};
constexpr Statement kBackend{"test_backend", "SELECT pg_backend_pid() AS pid"};
constexpr Statement kTerminate{"test_terminate", "SELECT pg_terminate_backend($1)"};
constexpr Statement kBroken{"test_broken", "SELECT nonsense FROM nowhere"};

constexpr Migration kGuarded[] = {{"test/0001_guarded.sql", R"sql(
    CREATE TABLE owner (id bigint PRIMARY KEY, tenant text NOT NULL);
    SELECT avvik_guard('owner');
    CREATE TABLE part (owner_id bigint NOT NULL REFERENCES owner (id));
    SELECT avvik_guard_child('part', 'owner_id', 'owner', 'id');
    CREATE TABLE service_wide (id bigint PRIMARY KEY);
    SELECT avvik_guard_shared('service_wide'))sql"}};

constexpr Statement kCountOwners{"test_count_owners", "SELECT count(*) AS seen FROM owner"};
constexpr Statement kCountParts{"test_count_parts", "SELECT count(*) AS seen FROM part"};
constexpr Statement kCountServiceWide{"test_count_service_wide",
                                      "SELECT count(*) AS seen FROM service_wide"};
constexpr Statement kInsertOwner{"test_insert_owner",
                                 "INSERT INTO owner (id, tenant) VALUES ($1, $2)"};
constexpr Statement kMoveOwner{"test_move_owner", "UPDATE owner SET tenant = $2 WHERE id = $1"};
constexpr Statement kInsertPart{"test_insert_part", "INSERT INTO part (owner_id) VALUES ($1)"};

class PgTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { database_ = new avvik::testing::TestDatabase(kMigrations); }
  static void TearDownTestSuite() {
    delete database_;
    database_ = nullptr;
  }
  void SetUp() override { database_->Clear(); }
  Pool& pool() { return database_->pool(); }

  absl::Status Insert(int64_t id, const std::string& name) {
    return pool()
        .Query(Scope::Everything(), kInsert,
               {id, name, std::nullopt, std::nullopt, std::nullopt, std::nullopt})
        .status();
  }

  inline static avvik::testing::TestDatabase* database_ = nullptr;
};

TEST_F(PgTest, PlanIsMadeOnceForAConnectionThatAsksForIt) {
  constexpr static Statement kPlans{
      "test_plans",
      "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = 'test_select'"};
  const auto plans = [](Pool& pool) {
    for (const int id : {1, 2, 3}) EXPECT_OK(pool.Query(Scope::Everything(), kSelect, {id}));
    const auto rows = pool.Query(Scope::Everything(), kPlans);
    EXPECT_OK(rows);
    return std::pair((*rows)[0].Int("generic_plans"), (*rows)[0].Int("custom_plans"));
  };
  Pool once(PlannedOnce(database_->settings()), 1);
  EXPECT_EQ(plans(once), std::pair(int64_t{3}, int64_t{0}));
  Pool each_time(database_->settings(), 1);
  EXPECT_EQ(plans(each_time), std::pair(int64_t{0}, int64_t{3}));
}

TEST_F(PgTest, ConnectionStringKeepsItsOptionsAndItsPeculiarities) {
  Settings settings = PlannedOnce({.conninfo = "postgresql://anna@%2Ftmp%2Fa%20%27b%27/kalix?options=-c%20jit%3Doff"});
  EXPECT_EQ(OptionsIn(settings.conninfo).substr(0, 12), "-c jit=off -");
  EXPECT_NE(settings.conninfo.find("host='/tmp/a \\'b\\''"), std::string::npos)
      << settings.conninfo;
  EXPECT_NE(settings.conninfo.find("dbname='kalix'"), std::string::npos);
  EXPECT_EQ(OptionsIn("dbname=kalix"), "");
}

TEST_F(PgTest, EveryTypeComesBackAsItWent) {
  const absl::Time at = absl::FromUnixMicros(1'795'000'000'123'456);
  const std::string bytes("\x00\xff\"\\x", 5);
  ASSERT_OK(pool().Query(Scope::Everything(), kInsert,
                         {int64_t{7}, "Åsa \"x\" \\ ; DROP TABLE", at, Bytes{bytes}, 0.1,
                          TextArray({"a,b", "", "\"q\"", "å\\"})}));
  auto rows = pool().Query(Scope::Everything(), kSelect, {7});
  ASSERT_OK(rows);
  const Row row = (*rows)[0];
  EXPECT_EQ(row.Int("id"), 7);
  EXPECT_EQ(row.Text("name"), "Åsa \"x\" \\ ; DROP TABLE");
  EXPECT_EQ(row.Time("at"), at);
  EXPECT_EQ(row.Bytes("data"), bytes);
  EXPECT_EQ(row.Double("share"), 0.1);
  EXPECT_EQ(row.TextArray("tags"), (std::vector<std::string>{"a,b", "", "\"q\"", "å\\"}));
}

TEST_F(PgTest, NullIsToldApartFromEmpty) {
  ASSERT_OK(Insert(1, ""));
  auto rows = pool().Query(Scope::Everything(), kSelect, {1});
  ASSERT_OK(rows);
  EXPECT_EQ((*rows)[0].OptionalText("name"), "");
  EXPECT_EQ((*rows)[0].OptionalTime("at"), std::nullopt);
  EXPECT_TRUE((*rows)[0].IsNull("data"));
}

TEST_F(PgTest, ErrorsBecomeCodes) {
  ASSERT_OK(Insert(1, "x"));
  EXPECT_THAT(Insert(1, "x"), IsError(absl::StatusCode::kAlreadyExists, "UNIQUE_KEY"));
  EXPECT_THAT(Insert(2, std::string(40, 'x')),
              HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(pool().Query(Scope::Everything(), kSelect, {"no number"}),
              HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(pool().Query(Scope::Everything(), kBroken), HasCode(absl::StatusCode::kInternal));
}

TEST_F(PgTest, FailedWorkLeavesNothing) {
  const absl::Status status = RunInTransaction(
      pool(), Scope::Everything(), absl::Now() + absl::Seconds(5), [](Transaction& transaction) {
        AVVIK_RETURN_IF_ERROR(transaction
                                  .Execute(kInsert, {1, "x", std::nullopt, std::nullopt,
                                                     std::nullopt, std::nullopt})
                                  .status());
        return absl::AbortedError("no");
      });
  EXPECT_THAT(status, HasCode(absl::StatusCode::kAborted));
  EXPECT_EQ(database_->Value("SELECT count(*) FROM thing"), "0");
}

TEST_F(PgTest, SerializationFailureIsTriedAgainWithAFreshTransaction) {
  int attempts = 0;
  auto work = [&](Transaction& transaction) -> absl::Status {
    AVVIK_RETURN_IF_ERROR(transaction
                              .Execute(kInsert, {1, "x", std::nullopt, std::nullopt, std::nullopt,
                                                 std::nullopt})
                              .status());
    return ++attempts < 3 ? transaction.Execute(kSerialization).status() : absl::OkStatus();
  };
  EXPECT_OK(RunInTransaction(pool(), Scope::Everything(), absl::Now() + absl::Seconds(5), work));
  EXPECT_EQ(attempts, 3);
  attempts = -10;
  EXPECT_THAT(RunInTransaction(pool(), Scope::Everything(), absl::Now() + absl::Seconds(5), work),
              HasCode(absl::StatusCode::kAlreadyExists));
  ASSERT_OK(pool().Query(Scope::Everything(), kDelete));
  EXPECT_THAT(RunInTransaction(pool(), Scope::Everything(), absl::Now() + absl::Seconds(5), work),
              IsError(absl::StatusCode::kAborted, "SERIALIZATION"));
}

TEST_F(PgTest, LostConnectionIsReplaced) {
  Pool single(database_->settings(), 1);
  auto rows = single.Query(Scope::Everything(), kBackend);
  ASSERT_OK(rows);
  ASSERT_OK(pool().Query(Scope::Everything(), kTerminate, {(*rows)[0].Int("pid")}));
  EXPECT_THAT(single.Query(Scope::Everything(), kSelect, {1}),
              IsError(absl::StatusCode::kUnavailable, "DATABASE_UNAVAILABLE"));
  EXPECT_OK(single.Query(Scope::Everything(), kSelect, {1}));
}

TEST_F(PgTest, FullPoolAnswersAtTheDeadline) {
  Pool single(database_->settings(), 1);
  auto lease = single.Acquire(Scope::Everything(), absl::Now() + absl::Seconds(5));
  ASSERT_OK(lease);
  EXPECT_THAT(single.Acquire(Scope::Everything(), absl::Now()).status(),
              IsError(absl::StatusCode::kResourceExhausted, "POOL_EXHAUSTED"));
}

class ScopeTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { database_ = new avvik::testing::TestDatabase(kGuarded); }
  static void TearDownTestSuite() {
    delete database_;
    database_ = nullptr;
  }
  void SetUp() override {
    database_->Clear();
    database_->Run(
        "INSERT INTO owner VALUES (1, 'kalix'), (2, 'tyreso');"
        "INSERT INTO part VALUES (1), (2); INSERT INTO service_wide VALUES (1)");
  }

  int64_t Seen(const Scope& scope, const Statement& statement) {
    const auto rows = database_->pool().Query(scope, statement);
    EXPECT_OK(rows);
    return (*rows)[0].Int("seen");
  }

  inline static avvik::testing::TestDatabase* database_ = nullptr;
};

TEST_F(ScopeTest, TenantSeesItsOwnRowsAndTheirPartsOnly) {
  EXPECT_EQ(Seen(Scope::Tenant("kalix"), kCountOwners), 1);
  EXPECT_EQ(Seen(Scope::Tenant("kalix"), kCountParts), 1);
  EXPECT_EQ(Seen(Scope::Tenant("kalix"), kCountServiceWide), 0);
  EXPECT_EQ(Seen(Scope::Tenant("kalundborg"), kCountOwners), 0);
  EXPECT_EQ(Seen(Scope::Everything(), kCountOwners), 2);
  EXPECT_EQ(Seen(Scope::Everything(), kCountParts), 2);
  EXPECT_EQ(Seen(Scope::Everything(), kCountServiceWide), 1);
}

TEST_F(ScopeTest, TenantNamedLikeTheWholeSeesNothing) {
  EXPECT_EQ(Seen(Scope::Tenant("*"), kCountOwners), 0);
  EXPECT_EQ(Seen(Scope::Tenant(""), kCountOwners), 0);
}

TEST_F(ScopeTest, WithoutAScopeNotOneRowIsVisible) {
  auto connection = Connection::Open(database_->settings());
  ASSERT_OK(connection);
  for (const Statement& statement : {kCountOwners, kCountParts, kCountServiceWide}) {
    const auto rows = (*connection)->Execute(statement);
    ASSERT_OK(rows);
    EXPECT_EQ((*rows)[0].Int("seen"), 0) << statement.name;
  }
}

TEST_F(ScopeTest, RowOfAnotherTenantIsNeitherWrittenNorMovedThere) {
  const Scope kalix = Scope::Tenant("kalix");
  EXPECT_FALSE(database_->pool().Query(kalix, kInsertOwner, {3, "tyreso"}).ok());
  EXPECT_FALSE(database_->pool().Query(kalix, kMoveOwner, {1, "tyreso"}).ok());
  const auto moved = database_->pool().Query(kalix, kMoveOwner, {2, "kalix"});
  ASSERT_OK(moved);
  EXPECT_EQ(moved->affected(), 0);
  EXPECT_FALSE(database_->pool().Query(kalix, kInsertPart, {2}).ok());
}

TEST_F(ScopeTest, ConnectionComesBackInTheScopeItIsAskedFor) {
  Pool single(database_->settings(), 1);
  for (const char* tenant : {"kalix", "kalundborg", "kalix", "tyreso"}) {
    const auto rows = single.Query(Scope::Tenant(tenant), kCountOwners);
    ASSERT_OK(rows);
    EXPECT_EQ((*rows)[0].Int("seen"), std::string_view(tenant) == "kalundborg" ? 0 : 1);
  }
}

TEST_F(PgTest, MigratingAgainChangesNothingAndAnAlteredMigrationIsRefused) {
  EXPECT_OK(Migrate(database_->settings(), kMigrations));
  constexpr Migration altered[] = {{"test/0001_thing.sql", "SELECT 1"}};
  EXPECT_THAT(Migrate(database_->settings(), altered),
              IsError(absl::StatusCode::kFailedPrecondition, "MIGRATION_ALTERED"));
}

TEST_F(PgTest, FailedMigrationLeavesNothing) {
  constexpr Migration broken[] = {{"test/0002_broken.sql", "CREATE TABLE half (id int); SELECT x"}};
  EXPECT_THAT(Migrate(database_->settings(), broken),
              IsError(absl::StatusCode::kInternal, "MIGRATION_FAILED"));
  EXPECT_EQ(database_->Value("SELECT to_regclass('half') IS NULL"), "true");
}

}  // namespace
}  // namespace avvik::pg
