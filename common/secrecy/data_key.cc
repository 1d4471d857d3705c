#include "common/secrecy/data_key.h"

#include <sodium.h>

#include <utility>

#include "common/secrecy/box.h"

namespace avvik::secrecy {

DataKey::DataKey(DataKey&& other) noexcept
    : bytes_(other.bytes_), wrapped_(std::move(other.wrapped_)) {
  sodium_memzero(other.bytes_.data(), kKeyBytes);
}

DataKey& DataKey::operator=(DataKey&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    wrapped_ = std::move(other.wrapped_);
    sodium_memzero(other.bytes_.data(), kKeyBytes);
  }
  return *this;
}

DataKey::~DataKey() { sodium_memzero(bytes_.data(), kKeyBytes); }

std::string DataKey::Seal(std::string_view plaintext, std::string_view context) const {
  return secrecy::Seal(bytes_.data(), plaintext, context);
}

absl::StatusOr<std::string> DataKey::Open(std::string_view sealed, std::string_view context) const {
  return secrecy::Open(bytes_.data(), sealed, context);
}

}  // namespace avvik::secrecy
