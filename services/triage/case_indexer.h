// Reads the words of cases that the index does not have: those from before there was an index, those that a report was
// taken out of, and those whose `triage_case.words_indexed` somebody has set to false. It adds words; to build the
// index anew, case_word is emptied as well.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/organisation/directory.h"
#include "common/pg/pool.h"
#include "common/process/loop.h"
#include "common/secrecy/renewal.h"
#include "common/secrecy/vault.h"
#include "services/triage/report_titles.h"

namespace avvik::triage {

class CaseIndexer final : public process::Runnable {
 public:
  // All of them must outlive it.
  CaseIndexer(pg::Pool& pool, ReportTitles& titles, secrecy::Vault& vault,
              organisation::Directory& directory);

  absl::Status Start() override { return loop_.Start(); }
  void Stop() override { loop_.Stop(); }

  // Indexes what there is to index, at most about a hundred cases of each tenant; returns how many.
  absl::StatusOr<int> RunOnce();

  // Writes the words of all cases anew with the newest key (common/secrecy/renewal.h).
  secrecy::Hashed Hashes();

 private:
  using Texts = std::map<std::string, ReportText>;

  // Of the reports in the column `reports`; of one that intake does not have there are no words.
  absl::StatusOr<Texts> TextsOf(const std::string& tenant, const std::vector<pg::Row>& cases);
  absl::Status Renew(const pg::Rows& page);
  absl::Status RenewCase(const std::string& tenant, const std::string& case_id, const Texts& texts);
  absl::StatusOr<int> IndexTenant(const std::string& tenant);
  absl::StatusOr<bool> IndexCase(const std::string& tenant, const std::string& case_id,
                                 const Texts& texts);

  pg::Pool& pool_;
  ReportTitles& titles_;
  secrecy::Vault& vault_;
  organisation::Directory& directory_;
  process::Loop loop_;
};

}  // namespace avvik::triage
