// Notices in PostgreSQL.
#pragma once

#include <span>

#include "common/ids/id_source.h"
#include "common/pg/migrations.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/delivery/notice_store.h"

namespace avvik::delivery {

class PgNoticeStore final : public NoticeStore {
 public:
  // All of them must outlive it.
  PgNoticeStore(pg::Pool& pool, IdSource& ids, secrecy::Vault& vault)
      : pool_(pool), ids_(ids), vault_(vault) {}

  absl::StatusOr<NoticeWithAttempts> Get(const std::string& tenant, const std::string& notice_id,
                                         const Visibility& visibility) override;
  absl::StatusOr<NoticePage> List(const std::string& tenant, const Visibility& visibility,
                                  const NoticeFilter& filter, const std::string& after,
                                  int limit) override;
  absl::StatusOr<QueueCount> Count(const std::string& tenant) override;
  absl::StatusOr<NoticeWithAttempts> Retry(const std::string& tenant, const std::string& notice_id,
                                           const Visibility& visibility, absl::Time now,
                                           const audit::Record& trace) override;

 private:
  pg::Pool& pool_;
  IdSource& ids_;
  secrecy::Vault& vault_;
};

// The tables of delivery.
std::span<const pg::Migration> Migrations();

}  // namespace avvik::delivery
