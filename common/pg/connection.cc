#include "common/pg/connection.h"

#include <libpq-fe.h>

#include <string_view>
#include <vector>

#include "common/log/log.h"
#include "common/pg/plans.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::pg {
namespace {

constexpr Statement kEnter{"pg_enter_scope",
                           "SELECT set_config('avvik.tenant', $1, false) AS entered"};

// PostgreSQL's error classes (Appendix A of its manual) as status codes.
absl::StatusCode CodeOf(std::string_view state) {
  if (state == "40001" || state == "40P01") return absl::StatusCode::kAborted;
  if (state == "23505") return absl::StatusCode::kAlreadyExists;
  if (state == "57014") return absl::StatusCode::kDeadlineExceeded;
  const std::string_view category = state.substr(0, 2);
  if (category == "08" || category == "53" || category == "57") {
    return absl::StatusCode::kUnavailable;
  }
  if (category == "23") return absl::StatusCode::kFailedPrecondition;
  if (category == "22") return absl::StatusCode::kInvalidArgument;
  return absl::StatusCode::kInternal;
}

const char* ReasonFor(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kAborted:
      return "SERIALIZATION";
    case absl::StatusCode::kAlreadyExists:
      return "UNIQUE_KEY";
    case absl::StatusCode::kUnavailable:
      return "DATABASE_UNAVAILABLE";
    case absl::StatusCode::kDeadlineExceeded:
      return "STATEMENT_TIMEOUT";
    default:
      return "DATABASE_ERROR";
  }
}

std::string FieldOf(const pg_result* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text == nullptr ? "" : text;
}

void LogNotice(void*, const pg_result* result) {
  if (FieldOf(result, PG_DIAG_SEVERITY_NONLOCALIZED) == "NOTICE") return;
  log::Warning("database_notice", {{"text", FieldOf(result, PG_DIAG_MESSAGE_PRIMARY)}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const Settings& settings) {
  std::string options = "-c timezone=UTC -c datestyle=ISO -c bytea_output=hex -c statement_timeout=" +
                        std::to_string(absl::ToInt64Milliseconds(settings.statement_timeout)) +
                        " -c idle_in_transaction_session_timeout=60000"
                        // A plan made while a table was empty would be kept when it is large.
                        " -c plan_cache_mode=force_custom_plan"
                        // Compiling a statement takes longer than any of ours runs.
                        " -c jit=off";
  if (!settings.search_path.empty()) options += " -c search_path=" + settings.search_path;
  // Those of the connection string come last, so that they hold.
  if (const std::string more = OptionsIn(settings.conninfo); !more.empty()) options += " " + more;
  const char* keywords[] = {"dbname",           "application_name", "options", "client_encoding",
                            "connect_timeout", nullptr};
  const char* values[] = {settings.conninfo.c_str(), settings.application.c_str(), options.c_str(),
                          "UTF8",                    "5",                          nullptr};
  pg_conn* raw = PQconnectdbParams(keywords, values, /*expand_dbname=*/1);
  std::unique_ptr<Connection> connection(new Connection(raw));
  if (PQstatus(raw) != CONNECTION_OK) {
    return status::Error(absl::StatusCode::kUnavailable,
                         std::string("cannot connect to the database: ") + PQerrorMessage(raw),
                         "DATABASE_UNAVAILABLE");
  }
  PQsetNoticeReceiver(raw, LogNotice, nullptr);
  return connection;
}

Connection::~Connection() { PQfinish(connection_); }

absl::Status Connection::Enter(const Scope& scope) {
  if (IsIn(scope)) return absl::OkStatus();
  AVVIK_RETURN_IF_ERROR(Execute(kEnter, {scope.setting()}).status());
  scope_ = scope.setting();
  return absl::OkStatus();
}

absl::StatusOr<Rows> Connection::Execute(const Statement& statement,
                                         std::initializer_list<Param> params) {
  return ExecuteWith(statement, std::span(params.begin(), params.size()));
}

absl::StatusOr<Rows> Connection::ExecuteWith(const Statement& statement,
                                             std::span<const Param> params) {
  if (!prepared_.contains(statement.name)) {
    AVVIK_RETURN_IF_ERROR(
        Check(PQprepare(connection_, statement.name, statement.sql, 0, nullptr), statement.name)
            .status());
    prepared_.insert(statement.name);
  }
  std::vector<const char*> values;
  values.reserve(params.size());
  for (const Param& param : params) values.push_back(param.c_str());
  return Check(PQexecPrepared(connection_, statement.name, static_cast<int>(values.size()),
                              values.data(), nullptr, nullptr, /*resultFormat=*/0),
               statement.name);
}

absl::Status Connection::ExecuteScript(const std::string& sql) {
  return Check(PQexec(connection_, sql.c_str()), "script").status();
}

absl::StatusOr<Rows> Connection::Check(pg_result* raw, const char* what) {
  std::shared_ptr<pg_result> result(raw, PQclear);
  const ExecStatusType outcome = PQresultStatus(raw);
  if (outcome == PGRES_COMMAND_OK || outcome == PGRES_TUPLES_OK) return Rows(std::move(result));
  if (PQstatus(connection_) != CONNECTION_OK) {
    broken_ = true;
    return status::Error(absl::StatusCode::kUnavailable, "the database connection was lost",
                         "DATABASE_UNAVAILABLE", {{"statement", what}});
  }
  const std::string state = FieldOf(raw, PG_DIAG_SQLSTATE);
  const absl::StatusCode code = CodeOf(state);
  // The primary message can quote values only in classes 22 and 23, where the constraint says enough.
  std::string text = std::string("database: ") + what + " failed with SQLSTATE " + state;
  if (code == absl::StatusCode::kInternal) text += ": " + FieldOf(raw, PG_DIAG_MESSAGE_PRIMARY);
  const std::string constraint = FieldOf(raw, PG_DIAG_CONSTRAINT_NAME);
  if (!constraint.empty()) text += " (" + constraint + ")";
  return status::Error(
      code, text, ReasonFor(code),
      {{"statement", what}, {"sqlstate", state}, {"constraint", constraint}});
}

}  // namespace avvik::pg
