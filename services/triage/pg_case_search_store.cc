#include "services/triage/pg_case_search_store.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
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
// The place of the candidates among the parameters of the filter.
constexpr size_t kCandidates = 20;

// The words of a search as the table has them. A word is known by its place.
struct AskedTerms {
  std::vector<int> places;
  std::vector<int64_t> terms;
  std::vector<bool> of_report;

  void Add(int place, int64_t term, bool report) {
    places.push_back(place);
    terms.push_back(term);
    of_report.push_back(report);
  }
};

absl::StatusOr<AskedTerms> TermsFor(secrecy::Vault& vault, const std::string& tenant,
                                    const std::vector<AskedWord>& words, bool reports) {
  AskedTerms asked;
  for (size_t i = 0; i < words.size(); ++i) {
    const int place = static_cast<int>(i);
    const auto add = [&](WordKind kind, const std::string& word) -> absl::Status {
      AVVIK_ASSIGN_OR_RETURN(const std::vector<int64_t> terms, TermsOf(vault, tenant, kind, word));
      for (const int64_t term : terms) asked.Add(place, term, kind == WordKind::kReport);
      return absl::OkStatus();
    };
    AVVIK_RETURN_IF_ERROR(add(WordKind::kOwn, words[i].word));
    if (reports) AVVIK_RETURN_IF_ERROR(add(WordKind::kReport, words[i].word));
    for (const std::string& unit : words[i].units) {
      AVVIK_RETURN_IF_ERROR(add(WordKind::kUnit, unit));
    }
    for (const std::string& system : words[i].systems) {
      AVVIK_RETURN_IF_ERROR(add(WordKind::kSystem, system));
    }
  }
  return asked;
}

template <typename Values>
pg::Param ArrayOf(const Values& values) {
  return pg::Array(std::vector<pg::Param>(values.begin(), values.end()));
}

pg::Param BoolArrayOf(const std::vector<bool>& values) {
  std::vector<pg::Param> params;
  for (const bool value : values) params.emplace_back(value);
  return pg::Array(params);
}

bool SeesAnything(const Visibility& visibility) {
  return !visibility.spheres.empty() || !visibility.places.empty() || !visibility.keys.empty();
}

// Whether everything that the one shows the other shows as well.
bool Covers(const Visibility& other, const Visibility& one) {
  const auto all_in = [](auto inner, auto outer) {
    std::sort(inner.begin(), inner.end());
    std::sort(outer.begin(), outer.end());
    return std::includes(outer.begin(), outer.end(), inner.begin(), inner.end());
  };
  return all_in(one.spheres, other.spheres) && all_in(one.places, other.places) &&
         all_in(one.keys, other.keys);
}

using Candidates = std::optional<std::vector<std::string>>;

std::vector<std::string> IdsIn(const pg::Rows& rows) {
  std::vector<std::string> ids;
  ids.reserve(rows.size());
  for (const pg::Row row : rows) ids.push_back(row.Text("case_id"));
  std::sort(ids.begin(), ids.end());
  return ids;
}

// The cases that somebody reaches, when they are few.
absl::StatusOr<Candidates> Reached(pg::Transaction& transaction, const std::string& tenant,
                                   const Visibility& visibility, int most) {
  if (!visibility.spheres.empty()) return Candidates();
  std::vector<std::string> keys = visibility.places;
  keys.insert(keys.end(), visibility.keys.begin(), visibility.keys.end());
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction.Execute(kReachedCases,
                                             {tenant, pg::TextArray(keys), most + 1}));
  if (rows[0].Bool("many")) return Candidates();
  std::vector<std::string> ids = rows[0].TextArray("case_ids");
  std::sort(ids.begin(), ids.end());
  return Candidates(std::move(ids));
}

// Cases that have the words of a search, whoever may see them.
struct WithWords {
  Candidates cases;    // When they are few.
  bool exact = false;  // They have all of the words, not just the uncommon ones.
};

absl::StatusOr<WithWords> FindWithWords(pg::Transaction& transaction, const std::string& tenant,
                                        const AskedTerms& asked, size_t words,
                                        const PgCaseSearchStore::Limits& limits) {
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rarity,
      transaction.Execute(kRarity, {tenant, ArrayOf(asked.places), ArrayOf(asked.terms),
                                    limits.of_a_word + 1}));
  std::set<int64_t> uncommon;
  for (const pg::Row row : rarity) {
    const int64_t cases = row.Int("cases");
    if (cases == 0) return WithWords{.cases = std::vector<std::string>(), .exact = true};
    if (cases <= limits.of_a_word) uncommon.insert(row.Int("place"));
  }
  if (uncommon.empty()) return WithWords();
  AskedTerms begun;
  for (size_t i = 0; i < asked.terms.size(); ++i) {
    if (!uncommon.contains(asked.places[i])) continue;
    begun.Add(asked.places[i], asked.terms[i], asked.of_report[i]);
  }
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      transaction.Execute(kCasesWithWords,
                          {tenant, ArrayOf(begun.places), ArrayOf(begun.terms),
                           static_cast<int>(uncommon.size()), limits.candidates + 1}));
  if (rows.size() > static_cast<size_t>(limits.candidates)) return WithWords();
  return WithWords{.cases = IdsIn(rows), .exact = uncommon.size() == words};
}

Candidates Both(Candidates one, Candidates other) {
  if (!one.has_value()) return other;
  if (!other.has_value()) return one;
  std::vector<std::string> both;
  std::set_intersection(one->begin(), one->end(), other->begin(), other->end(),
                        std::back_inserter(both));
  return both;
}

// The parameters of the filter, and with them where the statement starts; nothing when no case can be found.
absl::StatusOr<std::optional<std::vector<pg::Param>>> FilterParams(
    pg::Transaction& transaction, secrecy::Vault& vault, const std::string& tenant,
    const Sight& sight, const CaseFilter& filter, const PgCaseSearchStore::Limits& limits) {
  if (filter.nothing) return std::nullopt;
  AVVIK_ASSIGN_OR_RETURN(Candidates candidates,
                         Reached(transaction, tenant, sight.cases, limits.candidates));
  AskedTerms asked;
  size_t words = filter.words.size();
  if (words > 0) {
    const bool reports = SeesAnything(sight.reports);
    AVVIK_ASSIGN_OR_RETURN(asked, TermsFor(vault, tenant, filter.words, reports));
    AVVIK_ASSIGN_OR_RETURN(WithWords found,
                           FindWithWords(transaction, tenant, asked, words, limits));
    // Who reads the report of every case they read, or of none, has them exactly.
    if (found.exact && (!reports || Covers(sight.reports, sight.cases))) words = 0;
    candidates = Both(std::move(candidates), std::move(found.cases));
  }
  if (candidates.has_value() && candidates->empty()) return std::nullopt;
  int properties = 0;
  for (const auto property : filter.properties) properties |= PropertyBit(property);
  const organisation::VisibleParams cases(sight.cases);
  const organisation::VisibleParams reports(sight.reports);
  return std::optional<std::vector<pg::Param>>(std::vector<pg::Param>{
      tenant,
      cases.spheres,
      cases.places,
      cases.keys,
      ArrayOf(filter.states),
      pg::TextArray(filter.units),
      filter.system,
      filter.owner,
      filter.not_owner,
      static_cast<int>(filter.minimum_severity),
      ArrayOf(filter.categories),
      properties,
      filter.received_from,
      filter.received_before,
      ArrayOf(filter.spheres),
      static_cast<int>(filter.overdue),
      filter.now,
      static_cast<int>(filter.grouped),
      static_cast<int>(filter.held),
      ArrayOf(filter.causes),
      candidates.has_value() ? pg::TextArray(*candidates) : pg::Param(std::nullopt),
      ArrayOf(asked.places),
      ArrayOf(asked.terms),
      BoolArrayOf(asked.of_report),
      static_cast<int>(words),
      reports.spheres,
      reports.places,
      reports.keys});
}

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

}  // namespace

absl::StatusOr<CasePage> PgCaseSearchStore::List(const std::string& tenant, const Sight& sight,
                                                 const CaseFilter& filter, const CasePlace& place,
                                                 int limit) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<CasePage> {
        CasePage page;
        AVVIK_ASSIGN_OR_RETURN(auto params,
                               FilterParams(transaction, vault_, tenant, sight, filter, limits_));
        if (!params.has_value()) return page;
        const bool from_places = sight.cases.spheres.empty() && limits_.by_place;
        const Begin begin = (*params)[kCandidates].c_str() != nullptr ? Begin::kCandidates
                            : from_places                             ? Begin::kPlaces
                                                                      : Begin::kAlong;
        params->push_back(place.id.empty() ? pg::Param(std::nullopt) : pg::Param(place.id));
        params->emplace_back(place.value);
        params->emplace_back(limit + 1);
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                               transaction.ExecuteWith(
                                   ListStatement(place.order, place.value, begin), *params));
        const size_t shown = std::min(rows.size(), static_cast<size_t>(limit));
        for (size_t i = 0; i < shown; ++i) {
          AVVIK_ASSIGN_OR_RETURN(Case found, CaseFromRow(rows[i], vault_));
          page.cases.push_back(std::move(found));
        }
        if (rows.size() > shown && shown > 0) {
          page.next = CasePlace{.order = place.order,
                                .id = page.cases.back().id,
                                .value = ValueIn(rows[shown - 1], place.order)};
        }
        return page;
      });
}

absl::StatusOr<CaseTotal> PgCaseSearchStore::Total(const std::string& tenant, const Sight& sight,
                                                   const CaseFilter& filter, int bound) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<CaseTotal> {
        AVVIK_ASSIGN_OR_RETURN(auto params,
                               FilterParams(transaction, vault_, tenant, sight, filter, limits_));
        if (!params.has_value()) return CaseTotal();
        params->emplace_back(bound);
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.ExecuteWith(kCountCases, *params));
        const int64_t count = rows[0].Int("total");
        return CaseTotal{.count = count, .at_least = count == bound};
      });
}

absl::StatusOr<std::vector<CaseTally>> PgCaseSearchStore::Tally(const std::string& tenant,
                                                                const Sight& sight,
                                                                const CaseFilter& filter,
                                                                const std::string& me, int bound) {
  using Tallies = std::vector<CaseTally>;
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Tallies> {
        Tallies tallies;
        AVVIK_ASSIGN_OR_RETURN(auto params,
                               FilterParams(transaction, vault_, tenant, sight, filter, limits_));
        if (!params.has_value()) return tallies;
        params->emplace_back(bound);
        params->emplace_back(me);
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.ExecuteWith(kTallyCases, *params));
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
        AskedTerms asked;
        std::vector<double> weights;
        std::map<int64_t, int64_t> cases;
        for (const pg::Row row : rare) {
          const int64_t term = row.Int("word");
          const bool of_report = row.Bool("of_report");
          // The unit and the system are no words; that is why there are two more.
          if (!of_report && !called.contains(term)) continue;
          asked.Add(0, term, of_report);
          cases[term] = row.Int("cases");
          weights.push_back(1 / std::log2(static_cast<double>(std::max<int64_t>(2, cases[term]))));
        }
        const organisation::VisibleParams visible(sight.cases);
        const organisation::VisibleParams reports(sight.reports);
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(kLikeCases,
                                {subject.tenant, subject.id, visible.spheres, visible.places,
                                 visible.keys, reports.spheres, reports.places, reports.keys,
                                 ArrayOf(asked.terms), BoolArrayOf(asked.of_report),
                                 ArrayOf(weights), subject.system, subject.reported, kMostAlike}));
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
