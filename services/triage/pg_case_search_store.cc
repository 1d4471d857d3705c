#include "services/triage/pg_case_search_store.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/time/clock.h"
#include "common/organisation/visible.h"
#include "common/status/macros.h"
#include "services/triage/case_list_statements.h"
#include "services/triage/case_rows.h"
#include "services/triage/case_word_rows.h"
#include "services/triage/triage_events.h"

namespace avvik::triage {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr int kMostAlike = 100;

int64_t ValueIn(const pg::Row& row, v1::CaseOrder order) {
  switch (order) {
    case v1::CASE_ORDER_SEVERITY:
      return row.Int("severity");
    case v1::CASE_ORDER_DUE:
      return row.Int("due_micros");
    case v1::CASE_ORDER_CHANGED:
      return row.Int("changed_micros");
    default:
      return 0;
  }
}

// Which index somebody goes along.
Begin AlongFor(const Sight& sight, const PgCaseSearchStore::Limits& limits) {
  return sight.cases.spheres.empty() && limits.by_place ? Begin::kPlaces : Begin::kAlong;
}

// How many cases an answer in groups is about.
size_t SumOf(const pg::Rows& rows) {
  int64_t sum = 0;
  for (const pg::Row row : rows) sum += row.Int("total");
  return static_cast<size_t>(sum);
}

}  // namespace

absl::StatusOr<CasePage> PgCaseSearchStore::List(const std::string& tenant, const Sight& sight,
                                                 const CaseFilter& filter, const CasePlace& place,
                                                 int limit, int bound) {
  return pg::Reading(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& statements) -> absl::StatusOr<CasePage> {
        CasePage page;
        CaseSearch search(statements, tenant, sight, filter, limits_);
        AVVIK_RETURN_IF_ERROR(search.Prepare(vault_));
        if (search.nothing()) return page;
        const Begin along = AlongFor(sight, limits_);
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            search.Run({.along = ListStatement(place.order, place.value, along),
                        .candidates = ListStatement(place.order, place.value, Begin::kCandidates),
                        .more = {place.id.empty() ? pg::Param(std::nullopt) : pg::Param(place.id),
                                 place.value, limit + 1}},
                       {.cases = static_cast<size_t>(limit) + 1,
                        .order = place.order,
                        .behind = place.id,
                        .count = [](const pg::Rows& answer) { return answer.size(); }}));
        const size_t shown = std::min(rows.size(), static_cast<size_t>(limit));
        for (size_t i = 0; i < shown; ++i) {
          AVVIK_ASSIGN_OR_RETURN(Case found, CaseFromRow(rows[i], vault_));
          page.cases.push_back(std::move(found));
        }
        page.total.count = static_cast<int64_t>(shown);
        if (rows.size() == shown || shown == 0) return page;
        page.next = CasePlace{.order = place.order,
                              .id = page.cases.back().id,
                              .value = ValueIn(rows[shown - 1], place.order)};
        if (bound == 0) return page;
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows counted,
                               search.Run({.along = CountStatement(along),
                                           .candidates = CountStatement(Begin::kCandidates),
                                           .more = {bound}},
                                          {.cases = static_cast<size_t>(bound),
                                           .order = v1::CASE_ORDER_NEWEST,
                                           .behind = "",
                                           .count = SumOf}));
        page.total.count = counted[0].Int("total");
        page.total.at_least = page.total.count == bound;
        return page;
      });
}

absl::StatusOr<std::vector<CaseTally>> PgCaseSearchStore::Tally(const std::string& tenant,
                                                                const Sight& sight,
                                                                const CaseFilter& filter,
                                                                const std::string& me, int bound) {
  using Tallies = std::vector<CaseTally>;
  return pg::Reading(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& statements) -> absl::StatusOr<Tallies> {
        Tallies tallies;
        CaseSearch search(statements, tenant, sight, filter, limits_);
        AVVIK_RETURN_IF_ERROR(search.Prepare(vault_));
        if (search.nothing()) return tallies;
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                               search.Run({.along = TallyStatement(AlongFor(sight, limits_)),
                                           .candidates = TallyStatement(Begin::kCandidates),
                                           .more = {bound, me}},
                                          {.cases = static_cast<size_t>(bound),
                                           .order = v1::CASE_ORDER_NEWEST,
                                           .behind = "",
                                           .count = SumOf}));
        for (const pg::Row row : rows) {
          tallies.push_back({.state = static_cast<v1::CaseState>(row.Int("state")),
                             .severity = static_cast<type::v1::Severity>(row.Int("severity")),
                             .ownership = static_cast<v1::Ownership>(row.Int("ownership")),
                             .overdue = row.Bool("overdue"),
                             .count = row.Int("total")});
        }
        return tallies;
      });
}

absl::StatusOr<std::vector<LikeCase>> PgCaseSearchStore::Like(const Case& subject,
                                                              const Sight& sight) {
  // What the words of the subject's own texts are called.
  std::map<int64_t, std::string> called;
  for (const std::string& word : OwnWordsOf(subject)) {
    AVVIK_ASSIGN_OR_RETURN(const std::vector<int64_t> terms,
                           TermsOf(vault_, subject.tenant, WordKind::kOwn, word));
    for (const int64_t term : terms) called.emplace(term, word);
  }
  const bool report_seen = organisation::Judge(sight.reports, MatterOf(subject)).allowed();
  using Found = std::vector<LikeCase>;
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(subject.tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Found> {
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rare,
                               transaction.Execute(kRareWords, {subject.tenant, subject.id,
                                                                report_seen, kMostForAWord,
                                                                kMostSharedWords + 2}));
        std::vector<pg::Param> terms;
        std::vector<pg::Param> of_reports;
        std::vector<pg::Param> weights;
        std::map<int64_t, int64_t> cases;
        for (const pg::Row row : rare) {
          const int64_t term = row.Int("word");
          const bool of_report = row.Bool("of_report");
          // The unit and the system are no words; that is why there are two more.
          if (!of_report && !called.contains(term)) continue;
          terms.emplace_back(term);
          of_reports.emplace_back(of_report);
          cases[term] = row.Int("cases");
          weights.emplace_back(1 /
                               std::log2(static_cast<double>(std::max<int64_t>(2, cases[term]))));
        }
        const organisation::VisibleParams visible(sight.cases);
        const organisation::VisibleParams reports(sight.reports);
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(kLikeCases,
                                {subject.tenant, subject.id, visible.spheres, visible.places,
                                 visible.keys, reports.spheres, reports.places, reports.keys,
                                 pg::Array(terms), pg::Array(of_reports), pg::Array(weights), subject.system, subject.reported, kMostAlike}));
        Found found;
        for (const pg::Row row : rows) {
          AVVIK_ASSIGN_OR_RETURN(Case other, CaseFromRow(row, vault_));
          LikeCase entry{.subject = std::move(other), .words = {}};
          for (const std::string& text : row.TextArray("terms")) {
            const int64_t term = std::stoll(text);
            const auto name = called.find(term);
            entry.words.push_back({.word = name == called.end() ? "" : name->second,
                                   .cases = cases[term]});
          }
          found.push_back(std::move(entry));
        }
        return found;
      });
}

}  // namespace avvik::triage
