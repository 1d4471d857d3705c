// Alarms in PostgreSQL.
#pragma once

#include <string>

#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/escalation/alarm_store.h"

namespace avvik::escalation {

class PgAlarmStore final : public AlarmStore {
 public:
  // All of them must outlive the store.
  PgAlarmStore(pg::Pool& pool, IdSource& ids, secrecy::Vault& vault)
      : pool_(pool), ids_(ids), vault_(vault) {}

  absl::StatusOr<AlarmPage> List(const std::string& tenant, const Visibility& visibility,
                                 const AlarmFilter& filter, const std::string& key,
                                 int limit) override;
  absl::StatusOr<KnownAlarm> Change(const std::string& tenant, const std::string& alarm_id,
                                    const Visibility& visibility, const Decide& decide,
                                    const audit::Record& trace) override;
  absl::StatusOr<ClimbRound> Climb(absl::Time now, int limit, const Climber& climb) override;

 private:
  pg::Pool& pool_;
  IdSource& ids_;
  secrecy::Vault& vault_;
};

}  // namespace avvik::escalation
