// Dossiers in PostgreSQL, what people wrote and what came of authorities sealed.
#pragma once

#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/escalation/dossier_store.h"

namespace avvik::escalation {

class PgDossierStore final : public DossierStore {
 public:
  // All of them must outlive the store.
  PgDossierStore(pg::Pool& pool, IdSource& ids, secrecy::Vault& vault)
      : pool_(pool), ids_(ids), vault_(vault) {}

  absl::StatusOr<DossierFile> Get(const std::string& tenant, const std::string& duty_id,
                                  const std::string& stage, int version,
                                  const Visibility& visibility) override;
  absl::StatusOr<DossierFile> Change(const std::string& tenant, const std::string& duty_id,
                                     const std::string& stage, const Visibility& visibility,
                                     const std::string& etag, const Decide& decide,
                                     const audit::Record& trace) override;
  absl::StatusOr<Receipt> Attach(const std::string& tenant, const std::string& duty_id,
                                 const std::string& stage, const Visibility& visibility,
                                 ReceiptFile file, const Allow& allow,
                                 const audit::Record& trace) override;
  absl::StatusOr<ReceiptFile> GetReceipt(const std::string& tenant, const std::string& duty_id,
                                         const std::string& stage, const std::string& receipt_id,
                                         const Visibility& visibility) override;

 private:
  absl::StatusOr<DossierFile> Read(pg::Transaction& transaction, Duty duty,
                                   const std::string& stage, int version);

  pg::Pool& pool_;
  IdSource& ids_;
  secrecy::Vault& vault_;
};

}  // namespace avvik::escalation
