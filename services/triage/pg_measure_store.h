// Measures in PostgreSQL, their texts sealed with the key of their case.
#pragma once

#include <map>

#include "avvik/events/v1/event.pb.h"
#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/triage/measure_store.h"

namespace avvik::triage {

class PgMeasureStore final : public MeasureStore {
 public:
  // All of them must outlive the store.
  PgMeasureStore(pg::Pool& pool, IdSource& ids, secrecy::Vault& vault)
      : pool_(pool), ids_(ids), vault_(vault) {}

  absl::StatusOr<Measure> Get(const std::string& tenant, const std::string& id,
                              const Visibility& visibility) override;
  absl::StatusOr<OfCase> ListOfCase(const std::string& tenant, const std::string& reference,
                                    const Visibility& visibility, const std::string& after,
                                    int limit) override;
  absl::StatusOr<MeasurePage> List(const std::string& tenant, const Visibility& visibility,
                                   const MeasureFilter& filter,
                                   const std::optional<MeasurePlace>& after, int limit) override;
  absl::StatusOr<Measure> Decide(const std::string& tenant, const std::string& reference,
                                 const Visibility& visibility, const std::string& request_id,
                                 const audit::Record& trace,
                                 const MeasureDecision& decide) override;
  absl::StatusOr<Measure> Change(const std::string& tenant, const std::string& id,
                                 const Visibility& visibility, const audit::Record& trace,
                                 const MeasureFurtherDecision& decide) override;

 private:
  pg::Pool& pool_;
  IdSource& ids_;
  secrecy::Vault& vault_;
};

// The measures of a case, by id.
absl::StatusOr<std::map<std::string, Measure>> MeasuresOf(pg::Transaction& transaction,
                                                          secrecy::Vault& vault,
                                                          const Case& subject);

// Lets `decide` change every open measure that the person `from` is to do, with an audit record for each, and adds
// what is to be told. How many; with `validate_only` it only counts.
absl::StatusOr<int64_t> HandOverMeasures(pg::Transaction& transaction, secrecy::Vault& vault,
                                         IdSource& ids, const std::string& tenant,
                                         const std::string& from, bool validate_only,
                                         const audit::Record& trace,
                                         const MeasureFurtherDecision& decide,
                                         std::vector<events::v1::Event>* told);

// Deletes the measures of a case that is erased.
absl::Status DeleteMeasures(pg::Transaction& transaction, const std::string& case_id);

}  // namespace avvik::triage
