// Takes a file in, piece by piece: the same for a signed-in reporter and for one with a receipt.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "services/intake/attachment_store.h"

namespace avvik::intake {

// Thread-safe.
class AttachmentReceiver {
 public:
  // `store` must outlive it. `arrived` is called when a file is in quarantine.
  AttachmentReceiver(AttachmentStore& store, std::function<void()> arrived)
      : store_(store), arrived_(std::move(arrived)) {}

  // What is known of a file before it comes in.
  struct Announced {
    std::string id;
    std::string filename;
    absl::Time at;
  };

  // Gives the next piece of a file, nothing after the last, or why there is none.
  using Next = std::function<absl::StatusOr<std::optional<std::string>>()>;

  // Takes a file for a report that its reporter may change, and puts it in quarantine. When anything goes
  // wrong, nothing of it is kept. INVALID_ARGUMENT, FAILED_PRECONDITION and RESOURCE_EXHAUSTED as
  // attachment_errors.h has them. `trace` gets the report as its subject.
  absl::StatusOr<Attachment> Receive(const Report& report, const Announced& announced,
                                     audit::Record trace, const Next& next);

 private:
  absl::Status TakeIn(const Report& report, const std::string& filename, const Next& next,
                      const secrecy::DataKey& key, Attachment* attachment);

  AttachmentStore& store_;
  const std::function<void()> arrived_;
};

}  // namespace avvik::intake
