// The senders' side of the queue in PostgreSQL.
#pragma once

#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "services/delivery/send_queue.h"

namespace avvik::delivery {

class PgSendQueue final : public SendQueue {
 public:
  PgSendQueue(pg::Pool& pool, IdSource& ids) : pool_(pool), ids_(ids) {}

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
};

}  // namespace avvik::delivery
