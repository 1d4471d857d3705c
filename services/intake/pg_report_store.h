// Reports in PostgreSQL, sealed.
#pragma once

#include "common/ids/id_source.h"
#include "common/pg/migrations.h"
#include "common/pg/plans.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/intake/report_store.h"

namespace avvik::intake {

class PgReportStore final : public ReportStore {
 public:
  // All of them must outlive the store.
  PgReportStore(pg::Pool& pool, IdSource& ids, secrecy::Vault& vault)
      : pool_(pool), by_key_(pg::PlannedOnce(pool.settings()), kByKey), ids_(ids), vault_(vault) {}

  absl::StatusOr<std::vector<absl::StatusOr<Report>>> SubmitAll(
      std::vector<Submission> submissions) override;
  absl::StatusOr<Report> Get(const std::string& tenant, const std::string& reference,
                             const Visibility& visibility) override;
  absl::StatusOr<ReportPage> List(const std::string& tenant, const Visibility& visibility,
                                  const ReportFilter& filter, const std::string& after,
                                  int limit) override;
  absl::StatusOr<std::vector<Report>> GetMany(const std::string& tenant,
                                              const std::vector<std::string>& ids) override;
  absl::StatusOr<Report> AddSupplement(const std::string& tenant, const std::string& reference,
                                       const Visibility& visibility, const std::string& request_id,
                                       Supplement supplement, const audit::Record& trace) override;
  absl::StatusOr<Report> Withdraw(const std::string& tenant, const std::string& reference,
                                  const Visibility& visibility, const std::string& reason,
                                  const std::string& etag, absl::Time now,
                                  const audit::Record& trace) override;

  absl::StatusOr<Report> Reveal(const std::string& tenant, const std::string& reference,
                                const Visibility& visibility, const audit::Record& trace) override;

 private:
  // Most submits and reads of single reports at the same moment.
  static constexpr int kByKey = 8;

  pg::Pool& pool_;
  pg::Pool by_key_;  // The connections of SubmitAll and Get.
  IdSource& ids_;
  secrecy::Vault& vault_;
};

// The tables of intake.
std::span<const pg::Migration> Migrations();

}  // namespace avvik::intake
