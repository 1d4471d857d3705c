// From a receipt to the key under which its report is found. The key is Argon2id (RFC 9106) of the digits with
// a salt of the tenant's, and that hashed again with a secret (pepper): who reads the database has
// nothing to try receipts against, and who has the secret as well pays for every try.
#pragma once

#include <array>
#include <mutex>
#include <semaphore>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/intake/proof_of_work.h"
#include "services/intake/upload_ticket.h"

namespace avvik::intake {

// Cost of one hash: three passes over 64 MiB, the second recommendation of RFC 9106 (section 4) with one
// lane; above OWASP's least (19 MiB, two passes). About a tenth of a second.
inline constexpr unsigned long long kReceiptPasses = 3;
inline constexpr size_t kReceiptMemoryBytes = size_t{64} << 20;

// Thread-safe.
class ReceiptKeys {
 public:
  using Secret = std::array<unsigned char, 32>;
  // Hashes at one time, and calls that wait for their turn beside them. Bounds the memory to 128 MiB and the
  // wait to a second or two, and leaves places for the other calls of the service.
  static constexpr int kAtOnce = 2;
  static constexpr int kMostPlaces = 16;

  explicit ReceiptKeys(const Secret& secret);

  // Reads the secret: 64 hexadecimal digits in a file. Everything here is derived from it; without it no
  // receipt opens anything. INVALID_ARGUMENT when it is not that.
  static absl::StatusOr<Secret> ReadSecret(const std::string& path);

  // The key of the challenges, derived from the same secret.
  ChallengeMaker::Key ChallengeKey() const { return challenge_key_; }
  // The key of the leaves to send a file, likewise.
  UploadTickets::Key UploadKey() const { return upload_key_; }

  // A place in the queue, given back with it.
  class Place {
   public:
    explicit Place(ReceiptKeys* keys) : keys_(keys) {}
    Place(Place&& other) noexcept : keys_(other.keys_) { other.keys_ = nullptr; }
    Place& operator=(Place&&) = delete;
    ~Place();

   private:
    ReceiptKeys* keys_;
  };

  // RESOURCE_EXHAUSTED, reason `RECEIPTS_BUSY`, when all places are taken.
  absl::StatusOr<Place> Enter();

  // The key of a receipt's digits, 32 bytes. Waits for its turn; takes as long whatever the digits are.
  // Not to be called where nothing may block. RESOURCE_EXHAUSTED when there is no memory for it.
  absl::StatusOr<std::string> KeyOf(const Place& place, std::string_view tenant,
                                    std::string_view digits);

 private:
  Secret salt_key_;
  Secret pepper_;
  ChallengeMaker::Key challenge_key_;
  UploadTickets::Key upload_key_;
  std::mutex mutex_;
  int places_ = 0;
  std::counting_semaphore<kAtOnce> turns_{kAtOnce};
};

}  // namespace avvik::intake
