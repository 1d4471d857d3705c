// Duties in PostgreSQL, what people wrote sealed.
#pragma once

#include <span>

#include "common/ids/id_source.h"
#include "common/pg/migrations.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/escalation/duty_store.h"

namespace avvik::escalation {

class PgDutyStore final : public DutyStore {
 public:
  // All of them must outlive the store.
  PgDutyStore(pg::Pool& pool, IdSource& ids, secrecy::Vault& vault)
      : pool_(pool), ids_(ids), vault_(vault) {}

  absl::StatusOr<Duty> Get(const std::string& tenant, const std::string& duty_id,
                           const Visibility& visibility) override;
  absl::StatusOr<DutyPage> List(const std::string& tenant, const Visibility& visibility,
                                const DutyFilter& filter, const std::string& key,
                                int limit) override;
  absl::StatusOr<Duty> Change(const std::string& tenant, const std::string& duty_id,
                              const Visibility& visibility, const std::string& etag,
                              const Decide& decide, const audit::Record& trace) override;
  absl::StatusOr<Duty> Tell(const std::string& tenant, const std::string& duty_id,
                            const Visibility& visibility, const std::string& etag,
                            const std::string& stage, int dossier_version, const DecideTold& decide,
                            const audit::Record& trace) override;
  absl::StatusOr<TimerRound> Advance(absl::Time now, int limit) override;

 private:
  // What `decide` makes of a locked duty, written with events, decision and audit record.
  absl::StatusOr<Duty> Write(pg::Transaction& transaction, const Duty& duty, const Decide& decide,
                             const audit::Record& trace);
  // Writes down that a version of a dossier was told.
  absl::StatusOr<Duty> RecordTold(pg::Transaction& transaction, Duty duty, StageDossier dossier,
                                  int version, const std::string& person,
                                  const audit::Record& trace);

  pg::Pool& pool_;
  IdSource& ids_;
  secrecy::Vault& vault_;
};

// The tables of escalation.
std::span<const pg::Migration> Migrations();

}  // namespace avvik::escalation
