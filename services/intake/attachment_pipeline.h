// What happens to a file on its way in: its first bytes tell what it is, metadata is removed where it
// must be, and it is cut into the chunks in which it is kept. Holds one chunk, however large the file is.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/intake/attachment.h"
#include "services/intake/attachment_type.h"
#include "services/intake/image_filter.h"

struct evp_md_ctx_st;

namespace avvik::intake {

// Bytes of every chunk but the last.
inline constexpr size_t kChunkBytes = 128 << 10;

// Used once, by one thread.
class AttachmentPipeline {
 public:
  // Keeps a chunk; `last` tells whether it is the last one.
  using Keep = std::function<absl::Status(int index, bool last, std::string_view chunk)>;

  // With `hide_reporter`, images lose everything but the picture.
  AttachmentPipeline(std::string filename, bool hide_reporter, Keep keep);
  ~AttachmentPipeline();

  // Takes the next piece. INVALID_ARGUMENT when the file is too large, of a type that is not taken, or not
  // the image it says to be; whatever `keep` answers otherwise.
  absl::Status Add(std::string_view piece);

  // Ends the file, and fills in what is known of it by now: name, type, size, chunks, digest.
  absl::Status Finish(Attachment* attachment);

 private:
  absl::Status Begin();
  absl::Status Pass(std::string_view piece);
  absl::Status Cut(std::string_view piece);

  const std::string filename_;
  const bool hide_reporter_;
  const Keep keep_;
  const MediaType* type_ = nullptr;
  std::unique_ptr<ImageFilter> filter_;
  std::string head_;  // Until the type is known.
  std::string chunk_;
  int chunks_ = 0;
  int64_t taken_ = 0;
  int64_t kept_ = 0;
  evp_md_ctx_st* const digest_;
};

}  // namespace avvik::intake
