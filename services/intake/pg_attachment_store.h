// Attachments in PostgreSQL.
#pragma once

#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/intake/attachment_store.h"

namespace avvik::intake {

class PgAttachmentStore final : public AttachmentStore {
 public:
  // All of them must outlive the store.
  PgAttachmentStore(pg::Pool& pool, secrecy::Vault& vault, IdSource& ids,
                    const StorageLimits& limits = {})
      : pool_(pool), vault_(vault), ids_(ids), limits_(limits) {}

  absl::StatusOr<secrecy::DataKey> KeyOf(const std::string& tenant,
                                         const std::string& report_id) override;
  absl::Status Begin(const Attachment& attachment, absl::Time until) override;
  absl::Status AddChunk(const Attachment& attachment, const secrecy::DataKey& key, int index, bool last,
                        std::string_view chunk) override;
  absl::Status Finish(const Attachment& attachment, const secrecy::DataKey& key,
                      const audit::Record& trace) override;
  absl::Status Discard(const Attachment& attachment) override;
  absl::StatusOr<std::vector<Attachment>> List(const std::string& tenant,
                                               const std::string& report_id) override;
  absl::StatusOr<Attachment> Get(const std::string& tenant, const std::string& report_id,
                                 const std::string& attachment_id) override;
  absl::StatusOr<std::string> Chunk(const Attachment& attachment, const secrecy::DataKey& key,
                                    int index) override;
  absl::Status Delete(const Attachment& attachment, const audit::Record& trace) override;
  absl::StatusOr<std::optional<ClaimedAttachment>> ClaimForScan(absl::Time now,
                                                                absl::Time retry) override;
  absl::Status Postpone(const Attachment& attachment, absl::Time until) override;
  absl::Status Settle(const Attachment& attachment, const Verdict& verdict, absl::Time now) override;
  absl::StatusOr<int64_t> Sweep(absl::Time now) override;
  absl::StatusOr<int64_t> Waiting() override;

 private:
  pg::Pool& pool_;
  secrecy::Vault& vault_;
  IdSource& ids_;
  const StorageLimits limits_;
};

// Removes all files of a report, in the transaction that erases it; answers how many.
absl::StatusOr<int64_t> EraseAttachments(pg::Transaction& transaction,
                                         const std::string& report_id);

}  // namespace avvik::intake
