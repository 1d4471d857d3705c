#include "services/intake/upload_ticket.h"

#include <sodium.h>

#include <algorithm>

#include "services/intake/attachment_errors.h"

namespace avvik::intake {
namespace {

constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kCodeBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr size_t kTimeBytes = 8;
constexpr size_t kIdBytes = 36;
// Of the plain text, before the name.
constexpr size_t kFixedBytes = kTimeBytes + 2 * kIdBytes;
constexpr int kLetters = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// What the code covers beside the ticket.
std::string ContextOf(std::string_view tenant) { return "upload/" + std::string(tenant); }

// Seconds since 1970, the most significant byte first.
std::string TimeText(absl::Time time) {
  const auto seconds = static_cast<uint64_t>(absl::ToUnixSeconds(time));
  std::string text(kTimeBytes, '\0');
  for (size_t i = 0; i < kTimeBytes; ++i) {
    text[i] = static_cast<char>(seconds >> (8 * (kTimeBytes - 1 - i)));
  }
  return text;
}

absl::Time TimeIn(std::string_view text) {
  uint64_t seconds = 0;
  for (const char c : text) seconds = seconds << 8 | static_cast<unsigned char>(c);
  return absl::FromUnixSeconds(static_cast<int64_t>(seconds));
}

}  // namespace

std::string UploadTickets::Seal(std::string_view tenant, const UploadTicket& ticket) const {
  const std::string plain =
      TimeText(ticket.expires) + ticket.attachment_id + ticket.report_id + ticket.filename;
  const std::string context = ContextOf(tenant);
  std::string sealed(kNonceBytes + plain.size() + kCodeBytes, '\0');
  randombytes_buf(sealed.data(), kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(Bytes(sealed) + kNonceBytes, nullptr, Bytes(plain),
                                             plain.size(), Bytes(context), context.size(), nullptr,
                                             Bytes(sealed), keys_.front().data());
  std::string letters(sodium_base64_encoded_len(sealed.size(), kLetters), '\0');
  sodium_bin2base64(letters.data(), letters.size(), Bytes(sealed), sealed.size(), kLetters);
  letters.pop_back();
  return letters;
}

absl::StatusOr<UploadTicket> UploadTickets::Open(std::string_view tenant, std::string_view sealed,
                                                 absl::Time now) const {
  std::string bytes(sealed.size(), '\0');
  size_t size = 0;
  if (sodium_base642bin(Bytes(bytes), bytes.size(), sealed.data(), sealed.size(), nullptr, &size,
                        nullptr, kLetters) != 0 ||
      size < kNonceBytes + kFixedBytes + kCodeBytes) {
    return error::BadUploadTicket();
  }
  const std::string context = ContextOf(tenant);
  std::string plain(size - kNonceBytes - kCodeBytes, '\0');
  const bool opened = std::any_of(keys_.begin(), keys_.end(), [&](const Key& key) {
    return crypto_aead_xchacha20poly1305_ietf_decrypt(
               Bytes(plain), nullptr, nullptr, Bytes(bytes) + kNonceBytes, size - kNonceBytes,
               Bytes(context), context.size(), Bytes(bytes), key.data()) == 0;
  });
  if (!opened) return error::BadUploadTicket();
  UploadTicket ticket;
  ticket.expires = TimeIn(std::string_view(plain).substr(0, kTimeBytes));
  ticket.attachment_id = plain.substr(kTimeBytes, kIdBytes);
  ticket.report_id = plain.substr(kTimeBytes + kIdBytes, kIdBytes);
  ticket.filename = plain.substr(kFixedBytes);
  if (ticket.expires <= now) return error::BadUploadTicket();
  return ticket;
}

}  // namespace avvik::intake
