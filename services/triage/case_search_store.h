// Where cases are listed, counted, searched and compared.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/organisation/rights.h"
#include "services/triage/case.h"
#include "services/triage/case_words.h"
#include "services/triage/similar_cases.h"

namespace avvik::triage {

using organisation::Visibility;

// What somebody may see: cases, and of which of them the report.
struct Sight {
  Visibility cases;
  Visibility reports;
};

// What a list is narrowed to; what is empty, unspecified or unset does not narrow.
struct CaseFilter {
  std::vector<v1::CaseState> states;
  std::vector<std::string> units;
  std::string system;
  std::optional<std::string> owner;      // Empty: nobody.
  std::optional<std::string> not_owner;  // Somebody, and somebody else than this.
  type::v1::Severity minimum_severity = type::v1::SEVERITY_UNSPECIFIED;
  std::vector<type::v1::Category> categories;
  std::vector<type::v1::SecurityProperty> properties;
  std::optional<absl::Time> received_from;
  std::optional<absl::Time> received_before;
  std::vector<type::v1::Sphere> spheres;
  type::v1::Answer overdue = type::v1::ANSWER_UNSPECIFIED;
  type::v1::Answer grouped = type::v1::ANSWER_UNSPECIFIED;
  type::v1::Answer held = type::v1::ANSWER_UNSPECIFIED;
  std::vector<v1::Cause> causes;
  std::string group;             // The case that they are grouped into.
  absl::Time now;                // What `overdue` goes by.
  bool nothing = false;          // The filter contradicts itself.
  std::vector<AskedWord> words;  // All of them occur.
};

// Where a page of a list begins.
struct CasePlace {
  v1::CaseOrder order = v1::CASE_ORDER_NEWEST;
  // The last case of the page before; empty for the first page.
  std::string id;
  // That one's value in the order: severity, or microseconds since 1970. What has no due time has the largest.
  int64_t value = 0;
};

// How many, counted up to a bound.
struct CaseTotal {
  int64_t count = 0;
  bool at_least = false;  // Counting stopped at the bound.
};

struct CasePage {
  std::vector<Case> cases;  // In order, without notes.
  std::optional<CasePlace> next;
  CaseTotal total;  // Of the first page: how many the whole list would show.
};

// Cases that are alike in what is counted.
struct CaseTally {
  v1::CaseState state = v1::CASE_STATE_UNSPECIFIED;
  type::v1::Severity severity = type::v1::SEVERITY_UNSPECIFIED;
  v1::Ownership ownership = v1::OWNERSHIP_UNSPECIFIED;
  bool overdue = false;
  int64_t count = 0;
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached.
class CaseSearchStore {
 public:
  virtual ~CaseSearchStore() = default;

  // At most `limit` cases behind `place`. The total is counted to `bound`; with 0 it is not.
  virtual absl::StatusOr<CasePage> List(const std::string& tenant, const Sight& sight,
                                        const CaseFilter& filter, const CasePlace& place, int limit,
                                        int bound) = 0;

  // How many a list would show, counted to `bound`, in groups; `me` is the login whose cases are OWNERSHIP_ME.
  virtual absl::StatusOr<std::vector<CaseTally>> Tally(const std::string& tenant,
                                                       const Sight& sight,
                                                       const CaseFilter& filter,
                                                       const std::string& me, int bound) = 0;

  // Cases that have something in common with `subject`, which has its notes; in no order.
  virtual absl::StatusOr<std::vector<LikeCase>> Like(const Case& subject, const Sight& sight) = 0;
};

}  // namespace avvik::triage
