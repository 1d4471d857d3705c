// Where a page of cases begins, in a token.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/triage/case_search_store.h"

namespace avvik::triage {

// What the pages of a list pass on: where the next one begins, and how many there were in all.
struct CasePageKey {
  CasePlace place;
  CaseTotal total;
};

std::string ToText(const CasePageKey& key);
// The key in a token of a list in this order; empty text is the first page. INVALID_ARGUMENT naming `page_token`.
absl::StatusOr<CasePageKey> CasePageKeyFrom(const std::string& text, v1::CaseOrder order);

}  // namespace avvik::triage
