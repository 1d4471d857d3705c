// The senders' side of the queue in PostgreSQL.
#pragma once

#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/delivery/send_queue.h"

namespace avvik::delivery {

class PgSendQueue final : public SendQueue {
 public:
  // All of them must outlive it.
  PgSendQueue(pg::Pool& pool, IdSource& ids, secrecy::Vault& vault)
      : pool_(pool), ids_(ids), vault_(vault) {}

  absl::StatusOr<std::optional<Notice>> Take(const std::string& holder, absl::Time now,
                                             absl::Time lease) override;
  absl::StatusOr<std::optional<Notice>> Record(const Notice& notice, const std::string& holder,
                                               const Attempt& attempt, const Verdict& verdict,
                                               absl::Time now) override;
  absl::Status Renew(const std::string& holder, absl::Time lease) override;
  absl::StatusOr<int64_t> Rescue(absl::Time now) override;
  absl::StatusOr<int64_t> EraseAddresses(absl::Time before) override;
  absl::StatusOr<QueueDepth> Depth() override;

 private:
  pg::Pool& pool_;
  IdSource& ids_;
  secrecy::Vault& vault_;
};

}  // namespace avvik::delivery
