#include "common/document/painter.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/time/time.h"
#include "common/document/glib_ptr.h"
#include "common/status/macros.h"
#include "fmt/format.h"

namespace avvik::document {
namespace {

// What cairo calls every piece; tagging gives them their names.
constexpr char kPiece[] = "P";

cairo_status_t Append(void* text, const unsigned char* bytes, unsigned int size) {
  static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(bytes), size);
  return CAIRO_STATUS_SUCCESS;
}

class Painter {
 public:
  Painter(cairo_t* cairo, const std::optional<Logo>& logo) : cairo_(cairo), logo_(logo) {}

  absl::Status Paint(const Mark& mark) {
    cairo_set_source_rgb(cairo_, mark.colour.red, mark.colour.green, mark.colour.blue);
    switch (mark.kind) {
      case Mark::Kind::kText:
        cairo_move_to(cairo_, mark.x, mark.y);
        pango_cairo_show_layout_line(cairo_, mark.text);
        return absl::OkStatus();
      case Mark::Kind::kBox:
        cairo_rectangle(cairo_, mark.x, mark.y, mark.width, mark.height);
        cairo_fill(cairo_);
        return absl::OkStatus();
      case Mark::Kind::kFrame:
        cairo_set_line_width(cairo_, 1.2);
        cairo_rectangle(cairo_, mark.x + 0.6, mark.y + 0.6, mark.width - 1.2, mark.height - 1.2);
        cairo_stroke(cairo_);
        return absl::OkStatus();
      case Mark::Kind::kAcross:
        PaintAcross(mark);
        return absl::OkStatus();
      case Mark::Kind::kLogo:
        return logo_->Draw(cairo_, mark.x, mark.y, mark.width, mark.height);
    }
    return absl::OkStatus();
  }

 private:
  // As a shape, not as text: it is not found by search, and not copied along with what it lies
  // behind.
  void PaintAcross(const Mark& mark) {
    cairo_save(cairo_);
    const double angle = std::atan2(kPageHeight, kPageWidth);
    const double room = 0.66 * std::hypot(kPageWidth, kPageHeight);
    const double scale = std::min(1.3, room / std::max(mark.width, 1.0));
    cairo_translate(cairo_, kPageWidth / 2, kPageHeight / 2);
    cairo_rotate(cairo_, -angle);
    cairo_scale(cairo_, scale, scale);
    cairo_move_to(cairo_, -mark.width / 2, mark.height * 0.36);
    pango_cairo_layout_line_path(cairo_, mark.text);
    cairo_fill(cairo_);
    cairo_restore(cairo_);
  }

  cairo_t* cairo_;
  const std::optional<Logo>& logo_;
};

}  // namespace

absl::StatusOr<Painted> Paint(const Document& document, const Layout& layout) {
  Painted painted;
  const SurfacePtr surface(
      cairo_pdf_surface_create_for_stream(Append, &painted.pdf, kPageWidth, kPageHeight));
  // Else cairo asks the machine's clock.
  const std::string date =
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", document.date, absl::UTCTimeZone());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, date.c_str());
  const CairoPtr cairo(cairo_create(surface.get()));
  Painter painter(cairo.get(), layout.logo);
  for (const Page& page : layout.pages) {
    std::vector<Element>& pieces = painted.pieces.emplace_back();
    for (size_t i = 0; i < page.marks.size(); ++i) {
      const Element element = page.marks[i].element;
      if (i == 0 || element != page.marks[i - 1].element) {
        cairo_tag_begin(cairo.get(), kPiece, nullptr);
        pieces.push_back(element);
      }
      AVVIK_RETURN_IF_ERROR(painter.Paint(page.marks[i]));
      if (i + 1 == page.marks.size() || element != page.marks[i + 1].element) {
        cairo_tag_end(cairo.get(), kPiece);
      }
    }
    cairo_show_page(cairo.get());
  }
  cairo_surface_finish(surface.get());
  for (const cairo_status_t status :
       {cairo_status(cairo.get()), cairo_surface_status(surface.get())}) {
    if (status != CAIRO_STATUS_SUCCESS) {
      return absl::InternalError(fmt::format("cairo: {}", cairo_status_to_string(status)));
    }
  }
  return painted;
}

}  // namespace avvik::document
