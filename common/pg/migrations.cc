#include "common/pg/migrations.h"

#include <openssl/sha.h>

#include <map>

#include "common/log/log.h"
#include "common/pg/pool.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::pg {
namespace {

constexpr char kPrepare[] = R"sql(
    SELECT pg_advisory_lock(4701, 1);
    CREATE TABLE IF NOT EXISTS schema_migration (
      name       text        PRIMARY KEY,
      digest     text        NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    );

    -- Whether rows of `tenant` belong to what the connection has entered (common/pg/scope.h).
    CREATE OR REPLACE FUNCTION avvik_in_scope(tenant text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT $1 = current_setting('avvik.tenant', true)
          OR current_setting('avvik.tenant', true) = '*'
    $$;

    CREATE OR REPLACE FUNCTION avvik_restrict(target regclass, condition text) RETURNS void
    LANGUAGE plpgsql AS $$
    BEGIN
      EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
      -- The role that owns a table is bound too.
      EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
      EXECUTE format('CREATE POLICY scope ON %s USING (%s)', target, condition);
    END $$;

    -- For a table with a column `tenant`.
    CREATE OR REPLACE FUNCTION avvik_guard(target regclass) RETURNS void
    LANGUAGE sql AS $$ SELECT avvik_restrict(target, 'avvik_in_scope(tenant)') $$;

    -- For a table of the service as a whole: only whoever sees everything sees it.
    CREATE OR REPLACE FUNCTION avvik_guard_shared(target regclass) RETURNS void
    LANGUAGE sql AS $$ SELECT avvik_restrict(target, 'avvik_in_scope(NULL)') $$;

    -- For a table whose rows belong to rows of `parent`: seen with them.
    CREATE OR REPLACE FUNCTION avvik_guard_child(target regclass, key text, parent regclass,
                                                 parent_key text) RETURNS void
    LANGUAGE sql AS $$
      SELECT avvik_restrict(target, format(
          'avvik_in_scope(NULL) OR EXISTS (SELECT FROM %s AS parent WHERE parent.%I = %s.%I)',
          parent, parent_key, target, key))
    $$;
    )sql";

constexpr Statement kListMigrations{"pg_list_migrations", "SELECT name, digest FROM schema_migration"};

constexpr Statement kRecordMigration{"pg_record_migration",
                                     "INSERT INTO schema_migration (name, digest) VALUES ($1, $2)"};

std::string DigestOf(const std::string& text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  std::string hex;
  for (const unsigned char byte : digest) {
    hex.push_back("0123456789abcdef"[byte >> 4]);
    hex.push_back("0123456789abcdef"[byte & 15]);
  }
  return hex;
}

}  // namespace

std::vector<Migration> Join(std::initializer_list<std::span<const Migration>> parts) {
  std::vector<Migration> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

absl::Status Migrate(const Settings& settings, std::span<const Migration> migrations) {
  Settings patient = settings;
  patient.statement_timeout = absl::Minutes(30);  // Waiting for another copy, or a large table.
  AVVIK_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Connection::Open(patient));
  // The lock ends with the connection.
  AVVIK_RETURN_IF_ERROR(connection->ExecuteScript(kPrepare));
  AVVIK_RETURN_IF_ERROR(connection->Enter(Scope::Everything()));
  AVVIK_ASSIGN_OR_RETURN(Rows rows, connection->Execute(kListMigrations));
  std::map<std::string, std::string> applied;
  for (const Row row : rows) applied[row.Text("name")] = row.Text("digest");

  for (const Migration& migration : migrations) {
    const std::string digest = DigestOf(migration.sql);
    const auto found = applied.find(migration.name);
    if (found != applied.end()) {
      if (found->second == digest) continue;
      return status::Error(absl::StatusCode::kFailedPrecondition,
                           std::string("migration ") + migration.name +
                               " was applied in another form; the database and this program do not "
                               "belong together",
                           "MIGRATION_ALTERED", {{"migration", migration.name}});
    }
    absl::Status status = RunInTransaction(*connection, [&](Transaction& transaction) {
      AVVIK_RETURN_IF_ERROR(connection->ExecuteScript(migration.sql));
      return transaction.Execute(kRecordMigration, {migration.name, digest}).status();
    });
    if (!status.ok()) {
      return status::Error(status.code(),
                           std::string("migration ") + migration.name + ": " +
                               std::string(status.message()),
                           "MIGRATION_FAILED", {{"migration", migration.name}});
    }
    log::Info("migration_applied", {{"migration", migration.name}});
  }
  return absl::OkStatus();
}

}  // namespace avvik::pg
