// From a receipt to what is kept of it. Of each receipt two hashes are kept, both Argon2id (RFC 9106) and hashed
// again with a secret (pepper): a short tag with a salt of the tenant's, by which a few candidates are
// found in one look-up, and a whole hash with a random salt of the receipt's own, which tells whether a candidate
// is it. Who reads the database has nothing to try receipts against, and who has the secret as well pays
// for every try.
#pragma once

#include <array>
#include <mutex>
#include <semaphore>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/intake/proof_of_work.h"
#include "services/intake/upload_ticket.h"

namespace avvik::intake {

// Cost of one hash: three passes over 64 MiB, the second recommendation of RFC 9106 (section 4) with one
// lane; above OWASP's least (19 MiB, two passes). About a tenth of a second.
inline constexpr unsigned long long kReceiptPasses = 3;
inline constexpr size_t kReceiptMemoryBytes = size_t{64} << 20;

// Of a tag: so few that it says little about the receipt, so many that hardly ever two of a tenant have
// the same.
inline constexpr size_t kReceiptTagBytes = 3;

// What is kept of a receipt.
struct HashedReceipt {
  std::string key_id;  // The key that it was hashed with.
  std::string tag;     // kReceiptTagBytes.
  std::string salt;    // 16 random bytes, its own.
  std::string hash;    // 32 bytes.
};

// Keys of receipts, the newest first: new receipts are hashed with that one, and those hashed with an older one
// are found as long as it is there. Thread-safe.
class ReceiptKeys {
 public:
  using Secret = std::array<unsigned char, 32>;
  static constexpr size_t kMostKeys = 4;
  // Hashes at one time, and calls that wait for their turn beside them. Bounds the memory to 128 MiB and the
  // wait to a few seconds, and leaves places for the other calls of the service.
  static constexpr int kAtOnce = 2;
  static constexpr int kMostPlaces = 16;

  // At least one secret.
  explicit ReceiptKeys(const std::vector<Secret>& secrets);
  ~ReceiptKeys();

  // Reads the secrets from a file: 64 hexadecimal digits a line, kMostKeys at most. Everything here is derived
  // from them; without them no receipt opens anything. INVALID_ARGUMENT when it is not that.
  static absl::StatusOr<std::vector<Secret>> ReadSecrets(const std::string& path);

  // The keys of the challenges, derived from the same secrets, in their order.
  std::vector<ChallengeMaker::Key> ChallengeKeys() const;
  // The keys of the leaves to send a file, likewise.
  std::vector<UploadTickets::Key> UploadKeys() const;

  // The names of the keys in their order: eight hexadecimal digits, which tell nothing of the key.
  std::vector<std::string> Ids() const;

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

  // These wait for their turn and are not to be called where nothing may block. RESOURCE_EXHAUSTED when there
  // is no memory for a hash.

  // What is to be kept of a receipt: by the newest key, with a new salt. Two hashes.
  absl::StatusOr<HashedReceipt> Hash(const Place& place, std::string_view tenant,
                                     std::string_view digits);
  // The tag that a receipt has by the key of this name, which is one of Ids. One hash.
  absl::StatusOr<std::string> Tag(const Place& place, const std::string& key_id,
                                  std::string_view tenant, std::string_view digits);
  // Whether the digits are those of the receipt kept; takes as long whether they are or not. One hash.
  absl::StatusOr<bool> Matches(const Place& place, const HashedReceipt& kept,
                               std::string_view digits);

 private:
  struct Key {
    std::string id;
    Secret salt;
    Secret tag_pepper;
    Secret hash_pepper;
    ChallengeMaker::Key challenge;
    UploadTickets::Key upload;
  };

  const Key* Find(const std::string& id) const;
  absl::StatusOr<std::string> TagBy(const Key& key, std::string_view tenant,
                                    std::string_view digits);
  absl::StatusOr<std::string> HashBy(const Secret& pepper, std::string_view salt,
                                     std::string_view digits);

  std::vector<Key> keys_;
  std::mutex mutex_;
  int places_ = 0;
  std::counting_semaphore<kAtOnce> turns_{kAtOnce};
};

}  // namespace avvik::intake
