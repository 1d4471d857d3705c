// Ownership of what GLib's libraries and cairo give.
#pragma once

#include <cairo.h>
#include <glib-object.h>
#include <pango/pango.h>

#include <memory>

namespace avvik::document {

template <auto free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};

template <typename T>
using ObjectPtr = std::unique_ptr<T, Freed<g_object_unref>>;
using FontPtr = std::unique_ptr<PangoFontDescription, Freed<pango_font_description_free>>;
using LinePtr = std::unique_ptr<PangoLayoutLine, Freed<pango_layout_line_unref>>;
using CairoPtr = std::unique_ptr<cairo_t, Freed<cairo_destroy>>;
using SurfacePtr = std::unique_ptr<cairo_surface_t, Freed<cairo_surface_destroy>>;

}  // namespace avvik::document
