// Receipts, used challenges and dialogues in PostgreSQL, the dialogues sealed with the report's key.
#pragma once

#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/intake/receipt_store.h"

namespace avvik::intake {

class PgReceiptStore final : public ReceiptStore {
 public:
  PgReceiptStore(pg::Pool& pool, IdSource& ids, secrecy::Vault& vault)
      : pool_(pool), ids_(ids), vault_(vault) {}

  absl::Status Spend(const std::string& tenant, const OpenedChallenge& challenge) override;
  absl::StatusOr<int64_t> SpentLately(const std::string& tenant, absl::Time now) override;
  absl::Status ForgetExpired(absl::Time now) override;
  absl::Status KeepReceipt(const std::string& tenant, const HashedReceipt& receipt,
                           const std::string& report_id) override;
  absl::StatusOr<std::vector<KeptReceipt>> FindReceipts(const std::string& tenant,
                                                        const std::string& key_id,
                                                        const std::string& tag) override;
  absl::Status ReplaceReceipt(const std::string& tenant, const HashedReceipt& from,
                              const HashedReceipt& to) override;
  absl::StatusOr<std::map<std::string, int64_t>> CountReceipts() override;
  absl::StatusOr<std::vector<Message>> Messages(const std::string& tenant,
                                                const std::string& report_id) override;
  absl::StatusOr<Message> AddMessage(const std::string& tenant, const std::string& report_id,
                                     const Message& message, const audit::Record& trace) override;

 private:
  pg::Pool& pool_;
  IdSource& ids_;
  secrecy::Vault& vault_;
};

}  // namespace avvik::intake
