// Reports in PostgreSQL.
#pragma once

#include "common/ids/id_source.h"
#include "common/pg/migrations.h"
#include "common/pg/pool.h"
#include "services/intake/report_store.h"

namespace avvik::intake {

class PgReportStore final : public ReportStore {
 public:
  PgReportStore(pg::Pool& pool, IdSource& ids) : pool_(pool), ids_(ids) {}

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

 private:
  pg::Pool& pool_;
  IdSource& ids_;
};

// The tables of intake.
std::span<const pg::Migration> Migrations();

}  // namespace avvik::intake
