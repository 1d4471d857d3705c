#include "services/triage/case_page_token.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"
#include "common/validate/format.h"

namespace avvik::triage {

std::string ToText(const CasePageKey& key) {
  return std::to_string(key.total.count) + (key.total.at_least ? "+." : ".") +
         std::to_string(key.place.value) + "." + key.place.id;
}

absl::StatusOr<CasePageKey> CasePageKeyFrom(const std::string& text, v1::CaseOrder order) {
  CasePageKey key;
  key.place.order = order;
  if (text.empty()) return key;
  std::vector<std::string> parts = absl::StrSplit(text, '.');
  bool good = parts.size() == 3;
  if (good) {
    key.total.at_least = parts[0].ends_with('+');
    if (key.total.at_least) parts[0].pop_back();
    good = absl::SimpleAtoi(parts[0], &key.total.count) &&
           absl::SimpleAtoi(parts[1], &key.place.value) &&
           validate::HasFormat(options::v1::FORMAT_UUID, parts[2]);
    key.place.id = parts[2];
    // A severity is a small number.
    if (order == v1::CASE_ORDER_SEVERITY) {
      good = good && key.place.value >= 0 && key.place.value <= type::v1::Severity_MAX;
    }
  }
  if (!good) {
    return status::InvalidField("page_token", "is not from a page of this list; begin without it");
  }
  return key;
}

}  // namespace avvik::triage
