#include "common/pg/grants.h"

#include <memory>

#include "common/pg/value.h"
#include "common/status/macros.h"

namespace avvik::pg {
namespace {

constexpr Statement kRole{"pg_current_role", "SELECT current_user::text AS role"};

// Under the lock of the migrations, in one transaction: nobody ever meets a half-granted database.
constexpr char kGrantAll[] = R"sql(
    SELECT pg_advisory_xact_lock(4701, 1);
    DO $$
    DECLARE
      running text := current_setting('avvik.running_role');
      part text;
    BEGIN
      REVOKE ALL ON SCHEMA public FROM PUBLIC;
      EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', running);
      EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA public FROM %I', running);
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I',
                     running);
      EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO %I', running);
      EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON public.schema_migration FROM %I', running);
    END $$;
    )sql";

constexpr char kNarrow[] = R"sql(
    DO $$
    DECLARE
      running text := current_setting('avvik.running_role');
      narrowed regclass := to_regclass('public.' || quote_ident(current_setting('avvik.narrowed')));
      filled_in text;
    BEGIN
      IF narrowed IS NULL THEN RETURN; END IF;
      EXECUTE format('REVOKE UPDATE, DELETE ON %s FROM %I', narrowed, running);
      FOR filled_in IN
        SELECT attname FROM pg_attribute
         WHERE attrelid = narrowed AND attnum > 0 AND NOT attisdropped
           AND attname = ANY (string_to_array(current_setting('avvik.filled_in'), ','))
      LOOP
        EXECUTE format('GRANT UPDATE (%I) ON %s TO %I', filled_in, narrowed, running);
      END LOOP;
    END $$;
    )sql";

std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted.push_back('\'');
    quoted.push_back(c);
  }
  return quoted + "'";
}

std::string Set(const std::string& name, const std::string& value) {
  return "SELECT set_config(" + Quoted(name) + ", " + Quoted(value) + ", true);";
}

absl::StatusOr<std::string> RoleOf(Connection& connection) {
  AVVIK_ASSIGN_OR_RETURN(const Rows rows, connection.Execute(kRole));
  return rows[0].Text("role");
}

}  // namespace

absl::Status Grant(const Settings& owner, const Settings& running,
                   std::span<const AppendOnly> append_only) {
  AVVIK_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> user, Connection::Open(running));
  AVVIK_ASSIGN_OR_RETURN(const std::string role, RoleOf(*user));
  Settings patient = owner;
  patient.statement_timeout = absl::Minutes(30);  // Waiting for another copy that migrates.
  AVVIK_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, Connection::Open(patient));
  AVVIK_ASSIGN_OR_RETURN(const std::string owning, RoleOf(*connection));
  if (owning == role) return absl::OkStatus();
  std::string script = Set("avvik.running_role", role) + kGrantAll;
  for (const AppendOnly& table : append_only) {
    std::string filled_in;
    for (const std::string& column : table.filled_in_later) {
      filled_in += (filled_in.empty() ? "" : ",") + column;
    }
    script += Set("avvik.narrowed", table.table) + Set("avvik.filled_in", filled_in) + kNarrow;
  }
  return connection->ExecuteScript(script);
}

}  // namespace avvik::pg
