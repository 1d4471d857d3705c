#include "services/triage/session_log_store.h"

#include "common/audit/audit.h"
#include "common/status/macros.h"

namespace avvik::triage {
namespace {

// A repetition may come while the first one is still at it.
constexpr pg::Statement kOneAtATime{"session_record_lock",
                                    "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"};
// By the index on tenant, subject and time.
constexpr pg::Statement kFind{"session_record_find", R"sql(
    SELECT 1 FROM audit_record
     WHERE tenant = $1 AND subject = $2 AND at = $3 AND id = $4 LIMIT 1)sql"};

}  // namespace

absl::Status SessionLogStore::Append(const audit::Record& record, absl::Time deadline) {
  return pg::RunInTransaction(
      pool_, pg::Scope::Tenant(record.tenant), deadline,
      [&](pg::Transaction& transaction) -> absl::Status {
        AVVIK_RETURN_IF_ERROR(transaction.Execute(kOneAtATime, {record.id}).status());
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows found,
            transaction.Execute(kFind, {record.tenant, record.subject, record.at, record.id}));
        if (found.size() > 0) return absl::OkStatus();
        return audit::Append(transaction, record);
      });
}

}  // namespace avvik::triage
