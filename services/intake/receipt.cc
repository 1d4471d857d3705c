#include "services/intake/receipt.h"

#include <sodium.h>

#include <utility>

#include "common/status/error.h"
#include "services/intake/errors.h"

namespace avvik::intake {

std::string NewReceipt() {
  std::string digits;
  for (size_t i = 0; i < kReceiptDigits; ++i) {
    digits.push_back(static_cast<char>('0' + randombytes_uniform(10)));
  }
  return digits;
}

absl::StatusOr<std::string> ParseReceipt(std::string_view typed) {
  std::string digits;
  for (size_t i = 0; i < typed.size(); ++i) {
    const char c = typed[i];
    if (c >= '0' && c <= '9') {
      digits.push_back(c);
    } else if (typed.substr(i, 2) == "\u00a0") {
      ++i;
    } else if (c != ' ' && c != '-') {
      digits.clear();
      break;
    }
  }
  if (digits.size() != kReceiptDigits) {
    return status::InvalidField("receipt", "must be 16 digits, such as 1234 5678 9012 3456");
  }
  return digits;
}

std::string ShownReceipt(std::string_view digits) {
  std::string shown;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i % 4 == 0) shown.push_back(' ');
    shown.push_back(digits[i]);
  }
  return shown;
}

absl::StatusOr<Draft> AdmitAnonymous(Draft draft, const organisation::Organisation* organisation,
                                     const std::string& tenant) {
  if (organisation == nullptr || (organisation->proto().has_anonymous_reporting() &&
                                  !organisation->proto().anonymous_reporting())) {
    return error::NoAnonymousReporting(tenant);
  }
  if (draft.origin.has_value()) {
    return status::InvalidField("report.origin", "must be empty without an account");
  }
  draft.reporter = {};
  draft.content.confidentiality = v1::CONFIDENTIALITY_ANONYMOUS;
  return draft;
}

filing_proof::Proof ProofOf(const Report& report) {
  return {.tenant = report.tenant,
          .number = report.number,
          .submitted = filing_proof::TimeText(report.submitted),
          .content_sha256 =
              filing_proof::ContentDigest(report.content.title, report.content.description)};
}

}  // namespace avvik::intake
