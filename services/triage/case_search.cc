#include "services/triage/case_search.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/organisation/visible.h"
#include "common/status/macros.h"
#include "services/triage/case_list_statements.h"
#include "services/triage/case_rows.h"
#include "services/triage/case_word_rows.h"

namespace avvik::triage {
namespace {

// Terms of a word that the statements of words have a parameter each for, and words that have such.
constexpr size_t kOwnParams = 4;
constexpr size_t kMerged = 2;

absl::StatusOr<WordTerms> TermsFor(secrecy::Vault& vault, const std::string& tenant,
                                   const std::vector<AskedWord>& words, bool reports) {
  WordTerms all;
  for (const AskedWord& word : words) {
    std::vector<int64_t>& terms = all.emplace_back();
    const auto add = [&](WordKind kind, const std::string& text) -> absl::Status {
      AVVIK_ASSIGN_OR_RETURN(const std::vector<int64_t> of_text, TermsOf(vault, tenant, kind, text));
      terms.insert(terms.end(), of_text.begin(), of_text.end());
      return absl::OkStatus();
    };
    AVVIK_RETURN_IF_ERROR(add(WordKind::kOwn, word.word));
    if (reports) AVVIK_RETURN_IF_ERROR(add(WordKind::kReport, word.word));
    for (const std::string& unit : word.units) AVVIK_RETURN_IF_ERROR(add(WordKind::kUnit, unit));
    for (const std::string& system : word.systems) {
      AVVIK_RETURN_IF_ERROR(add(WordKind::kSystem, system));
    }
  }
  return all;
}

template <typename Values>
pg::Param ArrayOf(const Values& values) {
  return pg::Array(std::vector<pg::Param>(values.begin(), values.end()));
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

std::vector<std::string> IdsIn(const pg::Rows& rows) {
  std::vector<std::string> ids;
  ids.reserve(rows.size());
  for (const pg::Row row : rows) ids.push_back(row.Text("case_id"));
  return ids;
}

bool IsById(v1::CaseOrder order) {
  return order == v1::CASE_ORDER_UNSPECIFIED || order == v1::CASE_ORDER_NEWEST ||
         order == v1::CASE_ORDER_OLDEST;
}

}  // namespace

absl::Status CaseSearch::Prepare(secrecy::Vault& vault) {
  if (filter_.nothing) {
    candidates_ = Ids();
    return absl::OkStatus();
  }
  AVVIK_ASSIGN_OR_RETURN(candidates_, Reached());
  if (filter_.words.empty()) return absl::OkStatus();
  const bool reports = SeesAnything(sight_.reports);
  settled_ = !reports || Covers(sight_.reports, sight_.cases);
  AVVIK_ASSIGN_OR_RETURN(terms_, TermsFor(vault, tenant_, filter_.words, reports));
  // One word alone is begun with in any case.
  if (!candidates_.has_value() && terms_.size() == 1) return absl::OkStatus();
  AVVIK_ASSIGN_OR_RETURN(std::optional<Ids> uncommon, WithUncommonWords());
  if (!candidates_.has_value() || !uncommon.has_value()) {
    if (uncommon.has_value()) candidates_ = std::move(uncommon);
    return absl::OkStatus();
  }
  Ids both;
  std::set_intersection(candidates_->begin(), candidates_->end(), uncommon->begin(),
                        uncommon->end(), std::back_inserter(both));
  candidates_ = std::move(both);
  return absl::OkStatus();
}

absl::StatusOr<pg::Rows> CaseSearch::Run(const Statements& statements, const Wanted& wanted) {
  const auto most = static_cast<size_t>(limits_.candidates);
  if (!candidates_.has_value() && terms_.empty()) {
    // Nothing is known.
  } else if (!IsById(wanted.order)) {
    // All of them are looked at before the first in such an order is known.
    AVVIK_ASSIGN_OR_RETURN(const Part part, First(/*oldest=*/false, "", most));
    if (part.all) return RunWith(statements, part);
  } else {
    const bool oldest = wanted.order == v1::CASE_ORDER_OLDEST;
    // Of those that have the words, some are not visible or not wanted.
    for (size_t begun = std::min(2 * wanted.cases, most);; begun = most) {
      AVVIK_ASSIGN_OR_RETURN(const Part part, First(oldest, wanted.behind, begun));
      AVVIK_ASSIGN_OR_RETURN(pg::Rows rows, RunWith(statements, part));
      const size_t found = wanted.count(rows);
      if (part.all || found >= wanted.cases) return rows;
      // When hardly any is wanted, what else is asked for leads there sooner.
      if (begun == most) break;
      if (!candidates_.has_value() && found * most < wanted.cases * begun) break;
    }
  }
  std::vector<pg::Param> params = FilterParams(/*known=*/false);
  params.insert(params.end(), statements.more.begin(), statements.more.end());
  return transaction_.ExecuteWith(statements.along, params);
}

absl::StatusOr<pg::Rows> CaseSearch::RunWith(const Statements& statements, const Part& part) {
  std::vector<pg::Param> params =
      FilterParams(/*known=*/settled_ && (exact_ || !candidates_.has_value()));
  params.insert(params.end(), statements.more.begin(), statements.more.end());
  params.push_back(pg::TextArray(part.cases));
  return transaction_.ExecuteWith(statements.candidates, params);
}

// The cases that the reader reaches, when they are few.
absl::StatusOr<std::optional<CaseSearch::Ids>> CaseSearch::Reached() {
  if (!sight_.cases.spheres.empty()) return std::nullopt;
  std::vector<std::string> keys = sight_.cases.places;
  keys.insert(keys.end(), sight_.cases.keys.begin(), sight_.cases.keys.end());
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      transaction_.Execute(kReachedCases, {tenant_, pg::TextArray(keys), limits_.candidates + 1}));
  if (rows[0].Bool("many")) return std::nullopt;
  Ids ids = rows[0].TextArray("case_ids");
  std::sort(ids.begin(), ids.end());
  return ids;
}

// The cases that have each of the words that few have; nothing when there is no such word.
absl::StatusOr<std::optional<CaseSearch::Ids>> CaseSearch::WithUncommonWords() {
  std::vector<int> places;
  std::vector<int64_t> terms;
  const auto ask = [&](size_t place) {
    for (const int64_t term : terms_[place]) {
      places.push_back(static_cast<int>(place));
      terms.push_back(term);
    }
  };
  for (size_t place = 0; place < terms_.size(); ++place) ask(place);
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rarity,
      transaction_.Execute(kRarity,
                           {tenant_, ArrayOf(places), ArrayOf(terms), limits_.candidates + 1}));
  places.clear();
  terms.clear();
  int uncommon = 0;
  for (const pg::Row row : rarity) {
    if (row.Int("cases") > limits_.candidates) continue;
    ask(static_cast<size_t>(row.Int("place")));
    ++uncommon;
  }
  exact_ = static_cast<size_t>(uncommon) == terms_.size();
  if (uncommon == 0) return std::nullopt;
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction_.Execute(kCasesWithWords, {tenant_, ArrayOf(places),
                                                                ArrayOf(terms), uncommon}));
  Ids ids = IdsIn(rows);
  std::sort(ids.begin(), ids.end());
  return ids;
}

// At most so many, behind a case or from the beginning.
absl::StatusOr<CaseSearch::Part> CaseSearch::First(bool oldest, const std::string& behind,
                                                   size_t most) {
  if (!candidates_.has_value()) return FirstWithWords(oldest, behind, most);
  auto begin = candidates_->begin();
  auto end = candidates_->end();
  if (!behind.empty() && oldest) begin = std::upper_bound(begin, end, behind);
  if (!behind.empty() && !oldest) end = std::lower_bound(begin, end, behind);
  const bool all = static_cast<size_t>(end - begin) <= most;
  if (!all && oldest) end = begin + static_cast<ptrdiff_t>(most);
  if (!all && !oldest) begin = end - static_cast<ptrdiff_t>(most);
  return Part{.cases = Ids(begin, end), .all = all};
}

absl::StatusOr<CaseSearch::Part> CaseSearch::FirstWithWords(bool oldest, const std::string& behind,
                                                            size_t most) {
  if (kept_.has_value() && kept_->oldest == oldest && kept_->behind == behind &&
      (kept_->part.all || kept_->part.cases.size() >= most)) {
    Part part = kept_->part;
    part.all = part.all && part.cases.size() <= most;
    part.cases.resize(std::min(part.cases.size(), most));
    return part;
  }
  std::vector<pg::Param> params{tenant_,
                                behind.empty() ? pg::Param(std::nullopt) : pg::Param(behind),
                                static_cast<int64_t>(most) + 1};
  const bool several = terms_.size() > 1;
  for (size_t i = 0; i < (several ? kMerged : 1); ++i) {
    std::vector<int64_t> terms = terms_[i];
    if (terms.size() <= kOwnParams) terms.resize(kOwnParams + 1, kNoTerm);
    const auto more = terms.begin() + kOwnParams;
    params.insert(params.end(), terms.begin(), more);
    params.push_back(ArrayOf(std::vector<int64_t>(more, terms.end())));
  }
  for (size_t i = kMerged; several && i < kMostAsked; ++i) {
    params.push_back(ArrayOf(i < terms_.size() ? terms_[i] : std::vector<int64_t>()));
  }
  const pg::Statement& newest = several ? kNewestWithWords : kNewestWithWord;
  const pg::Statement& statement = !oldest ? newest : several ? kOldestWithWords : kOldestWithWord;
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction_.ExecuteWith(statement, params));
  Part part{.cases = IdsIn(rows), .all = rows.size() <= most};
  part.cases.erase(std::unique(part.cases.begin(), part.cases.end()), part.cases.end());
  kept_ = Kept{.oldest = oldest, .behind = behind, .part = part};
  return part;
}

std::vector<pg::Param> CaseSearch::FilterParams(bool known) const {
  int properties = 0;
  for (const auto property : filter_.properties) properties |= PropertyBit(property);
  const organisation::VisibleParams cases(sight_.cases);
  const organisation::VisibleParams reports(sight_.reports);
  std::vector<pg::Param> params{
      tenant_,
      cases.spheres,
      cases.places,
      cases.keys,
      ArrayOf(filter_.states),
      pg::TextArray(filter_.units),
      filter_.system,
      filter_.owner,
      filter_.not_owner,
      static_cast<int>(filter_.minimum_severity),
      ArrayOf(filter_.categories),
      properties,
      filter_.received_from,
      filter_.received_before,
      ArrayOf(filter_.spheres),
      static_cast<int>(filter_.overdue),
      filter_.now,
      static_cast<int>(filter_.grouped),
      static_cast<int>(filter_.held),
      ArrayOf(filter_.causes),
      filter_.group.empty() ? pg::Param(std::nullopt) : pg::Param(filter_.group)};
  for (size_t i = 0; i < kMostAsked; ++i) {
    const bool asked = !known && i < terms_.size();
    params.push_back(ArrayOf(asked ? terms_[i] : std::vector<int64_t>()));
  }
  params.emplace_back(settled_);
  params.push_back(reports.spheres);
  params.push_back(reports.places);
  params.push_back(reports.keys);
  return params;
}

}  // namespace avvik::triage
