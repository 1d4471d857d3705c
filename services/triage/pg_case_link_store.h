// What belongs together, in PostgreSQL.
#pragma once

#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/triage/case_link_store.h"

namespace avvik::triage {

class PgCaseLinkStore final : public CaseLinkStore {
 public:
  // All of them must outlive the store.
  PgCaseLinkStore(pg::Pool& pool, IdSource& ids, secrecy::Vault& vault)
      : pool_(pool), ids_(ids), vault_(vault) {}

  absl::StatusOr<std::optional<std::string>> FindLinked(const std::string& tenant,
                                                        const std::string& case_reference,
                                                        const std::string& report,
                                                        const Visibility& visibility) override;
  absl::StatusOr<LinkedReportPage> List(const std::string& tenant,
                                        const std::string& case_reference,
                                        const Visibility& visibility, const std::string& after,
                                        int limit) override;
  absl::StatusOr<Case> Link(const std::string& tenant, const std::string& case_reference,
                            const std::string& report, const Visibility& visibility,
                            const audit::Record& trace, absl::Time now) override;
  absl::StatusOr<Case> Unlink(const std::string& tenant, const std::string& case_reference,
                              const std::string& report, const Visibility& visibility,
                              const audit::Record& trace, absl::Time now,
                              const OpenOwn& open) override;
  absl::StatusOr<Case> UngroupReport(const std::string& tenant, const std::string& case_reference,
                                     const std::string& report, const Visibility& visibility,
                                     const audit::Record& trace, absl::Time now) override;
  absl::StatusOr<Case> Group(const std::string& tenant, const std::string& case_reference,
                             const std::vector<std::string>& members, const Visibility& visibility,
                             const audit::Record& trace, absl::Time now) override;
  absl::StatusOr<Case> Ungroup(const std::string& tenant, const std::string& case_reference,
                               const std::vector<std::string>& members,
                               const Visibility& visibility, const audit::Record& trace,
                               absl::Time now) override;

 private:
  // Writes changes with their events, and one audit record about `subject`.
  absl::Status Write(pg::Transaction& transaction, const Case& subject,
                     const std::vector<CaseChange>& changes, const audit::Record& trace);
  // How a member is found by its reference, and what is done with it; nothing when it is so already.
  using Find = absl::StatusOr<Case> (*)(pg::Transaction& transaction, secrecy::Vault& vault,
                                        const std::string& tenant, const std::string& reference,
                                        const Visibility& visibility);
  using Regroup = absl::StatusOr<std::optional<CaseChange>> (*)(Case member, const Case& leader,
                                                                absl::Time now);
  absl::StatusOr<Case> ChangeMembers(pg::Transaction& transaction, Case leader,
                                     const std::vector<std::string>& members,
                                     const Visibility& visibility, const audit::Record& trace,
                                     absl::Time now, Find find, Regroup regroup);
  // The same in a transaction of its own, on a leader that is yet to be found and locked.
  absl::StatusOr<Case> ChangeGroup(const std::string& tenant, const std::string& leader_reference,
                                   const std::vector<std::string>& members,
                                   const Visibility& visibility, const audit::Record& trace,
                                   absl::Time now, Find find, Regroup regroup);

  pg::Pool& pool_;
  IdSource& ids_;
  secrecy::Vault& vault_;
};

}  // namespace avvik::triage
