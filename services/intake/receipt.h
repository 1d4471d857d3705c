// The domain of receipts and of the dialogue about a report. Values in, decision out.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/intake/v1/receipts.pb.h"
#include "common/filing_proof/filing_proof.h"
#include "common/organisation/organisation.h"
#include "services/intake/report.h"

namespace avvik::intake {

// Digits of a receipt: 53 bits, which nobody guesses over the network and a person can copy from a
// screen or say on the telephone.
inline constexpr size_t kReceiptDigits = 16;
// Most messages of one report.
inline constexpr size_t kMostMessages = 1'000;

// New digits, from the operating system's random source.
std::string NewReceipt();

// The digits in what somebody typed: spaces, hyphens and no-break spaces between them do not matter.
// INVALID_ARGUMENT naming `receipt` when there are not 16.
absl::StatusOr<std::string> ParseReceipt(std::string_view typed);

// As people are shown it: `1234 5678 9012 3456`.
std::string ShownReceipt(std::string_view digits);

// A message in the dialogue.
struct Message {
  std::string id;
  std::string request_id;
  v1::MessageAuthor author = v1::MESSAGE_AUTHOR_UNSPECIFIED;
  std::string handler;  // Login; empty when the reporter wrote it.
  std::string text;
  absl::Time created;
};

// A draft that came without an account, as it goes on to Admit: nobody's, whatever it says.
// INVALID_ARGUMENT when it claims an origin; NOT_FOUND (NO_ANONYMOUS_REPORTING) when the organisation,
// null when there is none, takes no such reports.
absl::StatusOr<Draft> AdmitAnonymous(Draft draft, const organisation::Organisation* organisation,
                                     const std::string& tenant);

// What the proof of a report says, before it is signed.
filing_proof::Proof ProofOf(const Report& report);

}  // namespace avvik::intake
