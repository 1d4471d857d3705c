#include "common/document/logo.h"

#include <librsvg/rsvg.h>

#include <algorithm>

#include "common/status/error.h"

namespace avvik::document {
namespace {

absl::Status Unreadable() {
  return status::Error(absl::StatusCode::kInvalidArgument, "The logo is no SVG image.",
                       "LOGO_UNREADABLE");
}

double ShapeOf(RsvgHandle* image) {
  gboolean has_width = FALSE, has_height = FALSE, has_box = FALSE;
  RsvgLength width_length{}, height_length{};
  RsvgRectangle box{};
  rsvg_handle_get_intrinsic_dimensions(image, &has_width, &width_length, &has_height,
                                       &height_length, &has_box, &box);
  double width = box.width;
  double height = box.height;
  if (!has_box) rsvg_handle_get_intrinsic_size_in_pixels(image, &width, &height);
  return width > 0 && height > 0 ? std::clamp(width / height, 0.1, 10.0) : 1;
}

}  // namespace

absl::StatusOr<Logo> Logo::Read(const std::string& svg) {
  Logo logo;
  GError* error = nullptr;
  logo.image_.reset(
      rsvg_handle_new_from_data(reinterpret_cast<const guint8*>(svg.data()), svg.size(), &error));
  g_clear_error(&error);
  if (!logo.image_) return Unreadable();
  rsvg_handle_set_dpi(logo.image_.get(), 72);
  logo.shape_ = ShapeOf(logo.image_.get());
  return logo;
}

absl::Status Logo::Draw(cairo_t* cairo, double x, double y, double width, double height) const {
  const RsvgRectangle place{x, y, width, height};
  GError* error = nullptr;
  cairo_save(cairo);
  const gboolean drawn = rsvg_handle_render_document(image_.get(), cairo, &place, &error);
  cairo_restore(cairo);
  g_clear_error(&error);
  return drawn ? absl::OkStatus() : Unreadable();
}

}  // namespace avvik::document
