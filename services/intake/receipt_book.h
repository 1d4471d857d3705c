// Finds the report that a receipt opens.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/intake/receipt_keys.h"
#include "services/intake/receipt_store.h"

namespace avvik::intake {

// Thread-safe. Both must outlive it.
class ReceiptBook {
 public:
  ReceiptBook(ReceiptKeys& keys, ReceiptStore& store) : keys_(keys), store_(store) {}

  // The id of the report; NOT_FOUND (RECEIPT_UNKNOWN) when the digits are no receipt of the tenant's.
  // What was kept by an older key is kept by the newest afterwards: whoever uses a receipt has it hashed anew.
  // Not to be called where nothing may block.
  absl::StatusOr<std::string> Find(const ReceiptKeys::Place& place, const std::string& tenant,
                                   const std::string& digits);

 private:
  absl::Status HashAnew(const ReceiptKeys::Place& place, const std::string& tenant,
                        const std::string& digits, const HashedReceipt& kept);

  ReceiptKeys& keys_;
  ReceiptStore& store_;
};

}  // namespace avvik::intake
