#include "common/secrecy/data_key.h"

#include <sodium.h>

#include <utility>

#include "common/status/error.h"

namespace avvik::secrecy {

DataKey& DataKey::operator=(DataKey&& other) noexcept {
  if (this != &other) {
    Wipe();
    keys_ = std::move(other.keys_);
    format_ = other.format_;
    wrapped_ = std::move(other.wrapped_);
  }
  return *this;
}

DataKey::~DataKey() { Wipe(); }

void DataKey::Wipe() {
  for (Bytes& key : keys_) sodium_memzero(key.data(), key.size());
}

std::string DataKey::Seal(std::string_view plaintext, std::string_view context) const {
  return secrecy::Seal(format_, keys_.front().data(), plaintext, context);
}

absl::StatusOr<std::string> DataKey::Open(std::string_view sealed, std::string_view context) const {
  absl::StatusOr<std::string> opened =
      status::Error(absl::StatusCode::kDataLoss, "the key was given away", "SEAL_BROKEN");
  for (const Bytes& key : keys_) {
    opened = secrecy::Open(key.data(), sealed, context);
    if (opened.ok()) break;
  }
  return opened;
}

bool DataKey::IsCurrent(std::string_view sealed, std::string_view context) const {
  if (keys_.empty() || FormatOf(sealed) != format_) return false;
  absl::StatusOr<std::string> opened = secrecy::Open(keys_.front().data(), sealed, context);
  if (opened.ok()) secrecy::Wipe(&*opened);
  return opened.ok();
}

}  // namespace avvik::secrecy
