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

#define AVVIK_REPORTS_OF_CASE                                                              \
  "array_append(ARRAY(SELECT case_report.report_id FROM case_report"                       \
  "                    WHERE case_report.tenant = triage_case.tenant AND case_id = triage_case.id)," \
  "             triage_case.report_id) AS reports"

// $2 one case, or every one when it is empty.
constexpr pg::Statement kUnindexed{"triage_list_unindexed", R"sql(
    SELECT id, )sql" AVVIK_REPORTS_OF_CASE R"sql(
      FROM triage_case
     WHERE tenant = $1 AND NOT words_indexed AND erased_at IS NULL
       AND ($2 = '' OR id = nullif($2, '')::uuid)
     ORDER BY id DESC
     LIMIT $3)sql"};

constexpr pg::Statement kPage{"triage_words", R"sql(
    SELECT id, tenant, )sql" AVVIK_REPORTS_OF_CASE R"sql(
      FROM triage_case
     WHERE id > $1 AND erased_at IS NULL
     ORDER BY id
     LIMIT 100)sql"};

constexpr pg::Statement kReports{"triage_reports_of_case", R"sql(
    SELECT )sql" AVVIK_REPORTS_OF_CASE R"sql(
      FROM triage_case
     WHERE tenant = $1 AND id = $2 AND erased_at IS NULL)sql"};

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

absl::StatusOr<CaseIndexer::Texts> CaseIndexer::TextsOf(const std::string& tenant,
                                                        const std::vector<pg::Row>& cases) {
  Texts texts;
  std::vector<std::string> wanted;
  const auto fetch = [&]() -> absl::Status {
    if (wanted.empty()) return absl::OkStatus();
    AVVIK_ASSIGN_OR_RETURN(auto fetched, titles_.Fetch(tenant, wanted));
    for (const std::string& id : wanted) texts[id] = std::move(fetched[id]);
    wanted.clear();
    return absl::OkStatus();
  };
  for (const pg::Row& row : cases) {
    for (const std::string& report : row.TextArray("reports")) {
      wanted.push_back(report);
      if (wanted.size() == kMostReports) AVVIK_RETURN_IF_ERROR(fetch());
    }
  }
  AVVIK_RETURN_IF_ERROR(fetch());
  return texts;
}

absl::StatusOr<int> CaseIndexer::IndexTenant(const std::string& tenant) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Tenant(tenant), kUnindexed, {tenant, "", kMost}));
  if (rows.empty()) return 0;
  std::vector<pg::Row> cases;
  for (const pg::Row row : rows) cases.push_back(row);
  AVVIK_ASSIGN_OR_RETURN(const Texts texts, TextsOf(tenant, cases));
  int indexed = 0;
  for (const pg::Row row : rows) {
    AVVIK_ASSIGN_OR_RETURN(const bool done, IndexCase(tenant, row.Text("id"), texts));
    indexed += done ? 1 : 0;
  }
  return indexed;
}

absl::StatusOr<bool> CaseIndexer::IndexCase(const std::string& tenant, const std::string& case_id,
                                            const Texts& texts) {
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

secrecy::Hashed CaseIndexer::Hashes() {
  return {.name = "case_word",
          .page = kPage,
          .renew = [this](const pg::Rows& page) { return Renew(page); }};
}

absl::Status CaseIndexer::Renew(const pg::Rows& page) {
  std::map<std::string, std::vector<pg::Row>> by_tenant;
  for (const pg::Row row : page) by_tenant[row.Text("tenant")].push_back(row);
  for (const auto& [tenant, cases] : by_tenant) {
    AVVIK_ASSIGN_OR_RETURN(const Texts texts, TextsOf(tenant, cases));
    for (const pg::Row& row : cases) {
      const std::string case_id = row.Text("id");
      const absl::Status renewed = RenewCase(tenant, case_id, texts);
      // A text was altered: nothing is made worse here.
      if (absl::IsDataLoss(renewed)) {
        log::Error("words_not_renewed", {{"case", case_id}, {"error", renewed}});
        continue;
      }
      AVVIK_RETURN_IF_ERROR(renewed);
    }
  }
  return absl::OkStatus();
}

absl::Status CaseIndexer::RenewCase(const std::string& tenant, const std::string& case_id,
                                    const Texts& texts) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::Status {
        AVVIK_ASSIGN_OR_RETURN(
            const Case subject,
            LockCase(transaction, vault_, tenant, case_id, organisation::EverythingVisible()));
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                               transaction.Execute(kReports, {tenant, case_id}));
        // Erased in between.
        if (rows.empty()) return absl::OkStatus();
        std::vector<std::string> told;
        for (const std::string& report : rows[0].TextArray("reports")) {
          // One that was linked in between has its words by the newest key.
          const auto text = texts.find(report);
          if (text == texts.end()) continue;
          told.insert(told.end(), text->second.words.begin(), text->second.words.end());
        }
        return RenewWords(transaction, vault_, subject, told);
      });
}

}  // namespace avvik::triage
