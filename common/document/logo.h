// A logo in SVG. Nothing outside the image is read for it.
#pragma once

#include <cairo.h>

#include <string>

#include "absl/status/statusor.h"
#include "common/document/glib_ptr.h"

using RsvgHandle = struct _RsvgHandle;

namespace avvik::document {

class Logo {
 public:
  // INVALID_ARGUMENT, reason `LOGO_UNREADABLE`, when it is no SVG image.
  static absl::StatusOr<Logo> Read(const std::string& svg);

  // Width by height; 1 where the image does not say.
  double shape() const { return shape_; }

  // Fills the place; INVALID_ARGUMENT, reason `LOGO_UNREADABLE`, when it cannot be drawn.
  absl::Status Draw(cairo_t* cairo, double x, double y, double width, double height) const;

 private:
  ObjectPtr<RsvgHandle> image_;
  double shape_ = 1;
};

}  // namespace avvik::document
