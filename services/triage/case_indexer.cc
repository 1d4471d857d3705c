#include "services/triage/case_indexer.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "services/triage/case_word_rows.h"
#include "services/triage/pg_case_store.h"

namespace avvik::triage {
namespace {

constexpr absl::Duration kEvery = absl::Seconds(5);
constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr int kMost = 100;
// As BatchGetReportsRequest bounds it.
constexpr size_t kMostReports = 2'000;

// $2 one case, or every one when it is empty.
constexpr pg::Statement kUnindexed{"triage_list_unindexed", R"sql(
    SELECT id, array_append(ARRAY(SELECT case_report.report_id FROM case_report
                                   WHERE case_report.tenant = $1 AND case_id = triage_case.id),
                            triage_case.report_id) AS reports
      FROM triage_case
     WHERE tenant = $1 AND NOT words_indexed AND erased_at IS NULL
       AND ($2 = '' OR id = nullif($2, '')::uuid)
     ORDER BY id DESC
     LIMIT $3)sql"};

}  // namespace

CaseIndexer::CaseIndexer(pg::Pool& pool, ReportTitles& titles, secrecy::Vault& vault,
                         organisation::Directory& directory)
    : pool_(pool),
      titles_(titles),
      vault_(vault),
      directory_(directory),
      loop_("case_indexer", [this] {
        const absl::StatusOr<int> indexed = RunOnce();
        if (!indexed.ok()) {
          log::Warning("indexer_waiting", {{"error", indexed.status()}});
          return absl::Minutes(1);
        }
        if (*indexed > 0) log::Info("cases_indexed", {{"count", *indexed}});
        return *indexed >= kMost ? absl::ZeroDuration() : kEvery;
      }) {}

absl::StatusOr<int> CaseIndexer::RunOnce() {
  int indexed = 0;
  for (const std::string& tenant : directory_.Tenants()) {
    AVVIK_ASSIGN_OR_RETURN(const int of_tenant, IndexTenant(tenant));
    indexed += of_tenant;
  }
  return indexed;
}

absl::StatusOr<int> CaseIndexer::IndexTenant(const std::string& tenant) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Tenant(tenant), kUnindexed, {tenant, "", kMost}));
  if (rows.empty()) return 0;
  std::map<std::string, ReportText> texts;
  std::vector<std::string> wanted;
  const auto fetch = [&]() -> absl::Status {
    if (wanted.empty()) return absl::OkStatus();
    AVVIK_ASSIGN_OR_RETURN(auto fetched, titles_.Fetch(tenant, wanted));
    // Of a report that intake does not have there are no words.
    for (const std::string& id : wanted) texts[id] = std::move(fetched[id]);
    wanted.clear();
    return absl::OkStatus();
  };
  for (const pg::Row row : rows) {
    for (const std::string& report : row.TextArray("reports")) {
      wanted.push_back(report);
      if (wanted.size() == kMostReports) AVVIK_RETURN_IF_ERROR(fetch());
    }
  }
  AVVIK_RETURN_IF_ERROR(fetch());
  int indexed = 0;
  for (const pg::Row row : rows) {
    AVVIK_ASSIGN_OR_RETURN(const bool done, IndexCase(tenant, row.Text("id"), texts));
    indexed += done ? 1 : 0;
  }
  return indexed;
}

absl::StatusOr<bool> CaseIndexer::IndexCase(const std::string& tenant, const std::string& case_id,
                                            const std::map<std::string, ReportText>& texts) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<bool> {
        AVVIK_ASSIGN_OR_RETURN(
            const Case subject,
            LockCase(transaction, vault_, tenant, case_id, organisation::EverythingVisible()));
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                               transaction.Execute(kUnindexed, {tenant, case_id, 1}));
        // Erased or indexed in between.
        if (rows.empty()) return false;
        const std::vector<std::string> reports = rows[0].TextArray("reports");
        // One that was linked in between: the next round has its words.
        for (const std::string& report : reports) {
          if (!texts.contains(report)) return false;
        }
        // Added to what is there: a supplement may have come since intake was asked.
        AVVIK_RETURN_IF_ERROR(PutOwnWords(transaction, vault_, nullptr, subject));
        for (const std::string& report : reports) {
          AVVIK_RETURN_IF_ERROR(
              AddReportWords(transaction, vault_, subject, texts.at(report).words));
        }
        // Writes what is derived from the classification, too.
        AVVIK_RETURN_IF_ERROR(UpdateCase(transaction, vault_, subject));
        AVVIK_RETURN_IF_ERROR(MarkIndexed(transaction, subject));
        return true;
      });
}

}  // namespace avvik::triage
