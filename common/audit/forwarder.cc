#include "common/audit/forwarder.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/audit/audit_proto.h"
#include "common/audit/syslog.h"
#include "common/log/log.h"
#include "common/status/macros.h"

namespace avvik::audit {
namespace {

constexpr absl::Duration kCalm = absl::Seconds(1);
constexpr absl::Duration kLongest = absl::Seconds(30);

constexpr pg::Statement kTryLock{"audit_try_forwarder_lock",
                                 "SELECT pg_try_advisory_lock(4701, 5) AS held"};
constexpr pg::Statement kStillThere{"audit_forwarder_still_there", "SELECT true AS held"};
constexpr pg::Statement kUnlock{"audit_forwarder_unlock", "SELECT pg_advisory_unlock(4701, 5)"};

// The municipalities with something that was not sent, and how far each came. Found by hopping through the index.
constexpr pg::Statement kUnsent{"audit_unsent", R"sql(
    WITH RECURSIVE tenants AS (
      (SELECT tenant FROM audit_run ORDER BY tenant LIMIT 1)
      UNION ALL
      SELECT (SELECT tenant FROM audit_run
               WHERE tenant > tenants.tenant ORDER BY tenant LIMIT 1)
        FROM tenants
       WHERE tenants.tenant IS NOT NULL)
    SELECT tenant, coalesce(sent.records, 0) AS records, coalesce(sent.checkpoints, 0) AS checkpoints
      FROM tenants
      LEFT JOIN audit_forwarded AS sent USING (tenant)
     WHERE EXISTS (SELECT FROM audit_run
                    WHERE audit_run.tenant = tenants.tenant
                      AND first + cardinality(ordinals) - 1 > coalesce(sent.records, 0)
                      AND first >= coalesce((SELECT max(first) FROM audit_run AS earlier
                                              WHERE earlier.tenant = tenants.tenant
                                                AND earlier.first <= coalesce(sent.records, 0) + 1), 0))
        OR EXISTS (SELECT FROM audit_checkpoint
                    WHERE audit_checkpoint.tenant = tenants.tenant
                      AND sequence > coalesce(sent.checkpoints, 0)))sql"};

constexpr pg::Statement kSent{"audit_sent", R"sql(
    INSERT INTO audit_forwarded (tenant, records, checkpoints)
    VALUES ($1, $2, $3)
    ON CONFLICT (tenant) DO UPDATE SET records = EXCLUDED.records, checkpoints = EXCLUDED.checkpoints)sql"};

}  // namespace

Forwarder::Forwarder(ForwarderSettings settings, pg::Pool& pool, FindReceiver find)
    : settings_(std::move(settings)),
      pool_(pool),
      find_(std::move(find)),
      trail_(pool),
      wait_(kCalm),
      loop_("forwarder", [this] { return Step(); }) {}

void Forwarder::Stop() {
  loop_.Stop();
  if (locked_ && database_ != nullptr) (void)database_->Execute(kUnlock);
  locked_ = false;
  database_.reset();
}

absl::Duration Forwarder::Step() {
  const absl::StatusOr<int64_t> sent = RunOnce();
  if (!sent.ok()) {
    log::Warning("trace_not_sent", {{"error", sent.status()}});
    wait_ = std::min(2 * wait_, kLongest);
    return wait_;
  }
  wait_ = kCalm;
  return *sent > settings_.batch ? absl::ZeroDuration() : kCalm;
}

absl::StatusOr<int64_t> Forwarder::RunOnce() {
  AVVIK_ASSIGN_OR_RETURN(const bool active, HoldLock());
  if (!active) return int64_t{0};
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows unsent, pool_.Query(pg::Scope::Everything(), kUnsent));
  if (unsent.empty()) return int64_t{0};
  AVVIK_ASSIGN_OR_RETURN(const std::unique_ptr<LogReceiver> receiver, find_());
  int64_t sent = 0;
  for (const pg::Row row : unsent) {
    const std::string tenant = row.Text("tenant");
    int64_t records = row.Int("records");
    int64_t checkpoints = row.Int("checkpoints");
    AVVIK_ASSIGN_OR_RETURN(const std::vector<Sealed> sealed,
                           trail_.Records(tenant, {}, records, settings_.batch));
    AVVIK_ASSIGN_OR_RETURN(const std::vector<Checkpoint> signs,
                           trail_.Checkpoints(tenant, checkpoints, settings_.batch));
    std::vector<std::string> messages;
    for (const Sealed& record : sealed) {
      messages.push_back(SyslogLine(ToProto(settings_.service, record)));
      records = record.sequence;
    }
    for (const Checkpoint& checkpoint : signs) {
      // Never before the records that it is over.
      if (checkpoint.sequence > records) break;
      messages.push_back(SyslogLine(ToProto(settings_.service, checkpoint)));
      checkpoints = checkpoint.sequence;
    }
    AVVIK_RETURN_IF_ERROR(receiver->Send(messages));
    AVVIK_RETURN_IF_ERROR(
        pool_.Query(pg::Scope::Tenant(tenant), kSent, {tenant, records, checkpoints}).status());
    sent += static_cast<int64_t>(messages.size());
  }
  return sent;
}

// The lock ends with the session, so a forwarder that lost its connection has lost its turn.
absl::StatusOr<bool> Forwarder::HoldLock() {
  if (database_ != nullptr && database_->broken()) {
    database_.reset();
    locked_ = false;
  }
  if (database_ == nullptr) {
    AVVIK_ASSIGN_OR_RETURN(database_, pg::Connection::Open(settings_.database));
    AVVIK_RETURN_IF_ERROR(database_->Enter(pg::Scope::Everything()));
  }
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, database_->Execute(locked_ ? kStillThere : kTryLock));
  locked_ = rows[0].Bool("held");
  return locked_;
}

}  // namespace avvik::audit
