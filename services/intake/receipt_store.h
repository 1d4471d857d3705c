// Where receipts, used challenges and dialogues are kept.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/audit.h"
#include "services/intake/proof_of_work.h"
#include "services/intake/receipt.h"
#include "services/intake/receipt_keys.h"

namespace avvik::intake {

// A receipt, and what it opens.
struct KeptReceipt {
  HashedReceipt hashed;
  std::string report_id;
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached.
class ReceiptStore {
 public:
  virtual ~ReceiptStore() = default;

  // Remembers that a challenge was used. FAILED_PRECONDITION (PROOF_OF_WORK) when it was before.
  virtual absl::Status Spend(const std::string& tenant, const OpenedChallenge& challenge) = 0;
  // How many challenges of the tenant were used that have not expired by `now`.
  virtual absl::StatusOr<int64_t> SpentLately(const std::string& tenant, absl::Time now) = 0;
  // Forgets the challenges of all tenants that have expired by `now`.
  virtual absl::Status ForgetExpired(absl::Time now) = 0;

  // Lets the receipt open the report.
  virtual absl::Status KeepReceipt(const std::string& tenant, const HashedReceipt& receipt,
                                   const std::string& report_id) = 0;
  // The receipts with this tag by the key of this name: none or one, and two once in a long while.
  virtual absl::StatusOr<std::vector<KeptReceipt>> FindReceipts(const std::string& tenant,
                                                                const std::string& key_id,
                                                                const std::string& tag) = 0;
  // Keeps `to` in the place of `from`; does nothing when that is no longer there.
  virtual absl::Status ReplaceReceipt(const std::string& tenant, const HashedReceipt& from,
                                      const HashedReceipt& to) = 0;
  // How many receipts of all tenants are kept by each key, by its name.
  virtual absl::StatusOr<std::map<std::string, int64_t>> CountReceipts() = 0;

  // The dialogue about a report, oldest first; nothing when the report was erased. DATA_LOSS when something was
  // altered.
  virtual absl::StatusOr<std::vector<Message>> Messages(const std::string& tenant,
                                                        const std::string& report_id) = 0;
  // Adds to it, with audit record and event, and answers with the message; a repeat of its `request_id` by the
  // same author gives the one that is there. NOT_FOUND when there is no such report,
  // FAILED_PRECONDITION when it was erased or the dialogue is full.
  virtual absl::StatusOr<Message> AddMessage(const std::string& tenant,
                                             const std::string& report_id, const Message& message,
                                             const audit::Record& trace) = 0;
};

}  // namespace avvik::intake
