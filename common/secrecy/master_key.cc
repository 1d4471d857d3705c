#include "common/secrecy/master_key.h"

#include <sodium.h>

#include <utility>

#include "common/secrecy/box.h"

namespace avvik::secrecy {
namespace {

constexpr char kPurpose[] = "avvikmid";  // Of what is derived to tell master keys apart.
static_assert(sizeof kPurpose == crypto_kdf_CONTEXTBYTES + 1);

class KeyInProcess final : public MasterKey {
 public:
  explicit KeyInProcess(std::shared_ptr<const Secret> secret)
      : secret_(std::move(secret)), identity_(secret_->Derive(1, kPurpose)->view()) {}

  absl::StatusOr<std::string> Seal(std::string_view plaintext,
                                   std::string_view context) const override {
    return secrecy::Seal(secret_->bytes(), plaintext, context);
  }
  absl::StatusOr<std::string> Open(std::string_view sealed,
                                   std::string_view context) const override {
    return secrecy::Open(secret_->bytes(), sealed, context);
  }
  const std::string& identity() const override { return identity_; }

 private:
  const std::shared_ptr<const Secret> secret_;
  const std::string identity_;
};

}  // namespace

std::shared_ptr<const MasterKey> MasterKeyOf(std::shared_ptr<const Secret> secret) {
  return std::make_shared<KeyInProcess>(std::move(secret));
}

}  // namespace avvik::secrecy
