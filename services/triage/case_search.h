// One question for cases: where its statements begin, and the parameters of their filter.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/triage/case_search_store.h"

namespace avvik::triage {

// By what each word of a search stands in the table of words.
using WordTerms = std::vector<std::vector<int64_t>>;

// Not thread-safe.
class CaseSearch {
 public:
  struct Limits {
    // Most cases that a statement begins with instead of going along an index.
    int candidates = 5'000;
    // Whether whoever sees no whole sphere goes along the indexes of the places.
    bool by_place = true;
  };

  // All of them must outlive it.
  CaseSearch(pg::Transaction& transaction, const std::string& tenant, const Sight& sight,
             const CaseFilter& filter, const Limits& limits)
      : transaction_(transaction), tenant_(tenant), sight_(sight), filter_(filter), limits_(limits) {}

  // Finds out what is few. The others are called after it.
  absl::Status Prepare(secrecy::Vault& vault);

  // Whether nothing can be found.
  bool nothing() const { return candidates_.has_value() && candidates_->empty(); }

  // The same question along an index and from candidates, which are the last parameter. The parameters in between are
  // `more`.
  struct Statements {
    const pg::Statement& along;
    const pg::Statement& candidates;
    std::vector<pg::Param> more;
  };
  // What is asked for of the cases that are found.
  struct Wanted {
    size_t cases;                      // So many.
    v1::CaseOrder order;               // The first in this order,
    std::string behind;                // behind this case when it is not empty.
    std::function<size_t(const pg::Rows&)> count;  // How many an answer has.
  };
  absl::StatusOr<pg::Rows> Run(const Statements& statements, const Wanted& wanted);

 private:
  using Ids = std::vector<std::string>;
  // The first of the cases that may be found.
  struct Part {
    Ids cases;
    bool all = false;  // There are no others.
  };

  absl::StatusOr<std::optional<Ids>> Reached();
  absl::StatusOr<std::optional<Ids>> WithUncommonWords();
  absl::StatusOr<Part> First(bool oldest, const std::string& behind, size_t most);
  absl::StatusOr<Part> FirstWithWords(bool oldest, const std::string& behind, size_t most);
  absl::StatusOr<pg::Rows> RunWith(const Statements& statements, const Part& part);
  // `known` when what the statement begins with has the words.
  std::vector<pg::Param> FilterParams(bool known) const;

  pg::Transaction& transaction_;
  const std::string& tenant_;
  const Sight& sight_;
  const CaseFilter& filter_;
  const Limits& limits_;
  // What is found is among these, in ascending order.
  std::optional<Ids> candidates_;
  WordTerms terms_;
  // What was read last by words.
  struct Kept {
    bool oldest;
    std::string behind;
    Part part;
  };
  std::optional<Kept> kept_;
  bool exact_ = false;   // The candidates have all of the words, not just the uncommon ones.
  bool settled_ = true;  // Words of reports count in every case that the reader sees, or in none.
};

}  // namespace avvik::triage
