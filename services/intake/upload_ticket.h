// The leave to bring one file to one report: what a receipt is exchanged for, so that it never is in an
// address. Pure: no store, no clock.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace avvik::intake {

// How long after it was given the sending of a file may begin.
inline constexpr absl::Duration kUploadTicketLife = absl::Minutes(10);

// What a ticket says. A ticket is good for one file because the file's id is in it.
struct UploadTicket {
  std::string attachment_id;  // UUID, as is the next.
  std::string report_id;
  std::string filename;
  absl::Time expires;
};

// Seals tickets (XChaCha20-Poly1305) and knows its own again, without a memory. Immutable, so thread-safe.
class UploadTickets {
 public:
  using Key = std::array<unsigned char, 32>;

  // At least one key: the first seals, and what any of them sealed is known again.
  explicit UploadTickets(std::vector<Key> keys) : keys_(std::move(keys)) {}

  // The ticket in the letters of an address (base64url), good for this tenant.
  std::string Seal(std::string_view tenant, const UploadTicket& ticket) const;

  // What a ticket says. FAILED_PRECONDITION, reason `UPLOAD_TICKET`, when it was not made here for this
  // tenant or has expired.
  absl::StatusOr<UploadTicket> Open(std::string_view tenant, std::string_view sealed,
                                    absl::Time now) const;

 private:
  const std::vector<Key> keys_;
};

}  // namespace avvik::intake
