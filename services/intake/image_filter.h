// Removes from an image, while it streams by, everything that is not the picture: EXIF, XMP, IPTC,
// comments, thumbnails, and whatever hangs on behind its end. Works on the file's structure and decodes
// nothing. What is kept is listed; what is not known is left out.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace avvik::intake {

// Used once, by one thread.
class ImageFilter {
 public:
  virtual ~ImageFilter() = default;

  // Takes the next piece and appends to `out` what stays of it. INVALID_ARGUMENT (ATTACHMENT_DAMAGED) when
  // the image is not built as its format asks.
  virtual absl::Status Add(std::string_view piece, std::string* out) = 0;

  // Says that there is no more. INVALID_ARGUMENT when the image is not whole.
  virtual absl::Status Finish() = 0;
};

// The filter for a media type; null when there is none.
std::unique_ptr<ImageFilter> MakeImageFilter(std::string_view media_type);

}  // namespace avvik::intake
