#include "services/intake/receipt_book.h"

#include <vector>

#include "common/log/log.h"
#include "common/status/macros.h"
#include "services/intake/errors.h"

namespace avvik::intake {

absl::StatusOr<std::string> ReceiptBook::Find(const ReceiptKeys::Place& place,
                                              const std::string& tenant,
                                              const std::string& digits) {
  const std::vector<std::string> ids = keys_.Ids();
  for (const std::string& id : ids) {
    AVVIK_ASSIGN_OR_RETURN(const std::string tag, keys_.Tag(place, id, tenant, digits));
    AVVIK_ASSIGN_OR_RETURN(const std::vector<KeptReceipt> candidates,
                           store_.FindReceipts(tenant, id, tag));
    for (const KeptReceipt& candidate : candidates) {
      AVVIK_ASSIGN_OR_RETURN(const bool matches, keys_.Matches(place, candidate.hashed, digits));
      if (!matches) continue;
      if (id != ids.front()) {
        // The receipt opens its report all the same; the next use tries again.
        if (const absl::Status done = HashAnew(place, tenant, digits, candidate.hashed); !done.ok()) {
          log::Warning("receipt_not_hashed_anew", {{"error", done}});
        }
      }
      return candidate.report_id;
    }
  }
  return error::ReceiptUnknown();
}

absl::Status ReceiptBook::HashAnew(const ReceiptKeys::Place& place, const std::string& tenant,
                                   const std::string& digits, const HashedReceipt& kept) {
  AVVIK_ASSIGN_OR_RETURN(const HashedReceipt anew, keys_.Hash(place, tenant, digits));
  return store_.ReplaceReceipt(tenant, kept, anew);
}

}  // namespace avvik::intake
