#include "common/document/text_setter.h"

#include <pango/pangocairo.h>

#include <algorithm>
#include <string>

#include "common/document/document.h"
#include "common/status/error.h"

namespace avvik::document {
namespace {

constexpr char kFont[] = "Open Sans";
// Text is set in pieces: Pango's time grows with the square of what it is given at once.
constexpr size_t kPieceBytes = 1024;

FontPtr Describe(const Style& style) {
  FontPtr font(pango_font_description_new());
  pango_font_description_set_family_static(font.get(), kFont);
  pango_font_description_set_weight(font.get(), static_cast<PangoWeight>(style.weight));
  pango_font_description_set_absolute_size(font.get(), style.size * PANGO_SCALE);
  return font;
}

bool HasFont(PangoFontMap* fonts, PangoContext* context) {
  const FontPtr wanted = Describe({});
  const ObjectPtr<PangoFont> found(pango_font_map_load_font(fonts, context, wanted.get()));
  if (!found) return false;
  const FontPtr described(pango_font_describe(found.get()));
  const char* family = pango_font_description_get_family(described.get());
  return family != nullptr && std::string_view(family) == kFont;
}

// The first bytes of the text, in whole characters.
std::string_view Piece(std::string_view text) {
  if (text.size() <= kPieceBytes) return text;
  size_t end = kPieceBytes;
  while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

absl::StatusOr<std::unique_ptr<TextSetter>> TextSetter::Create(std::string_view language) {
  std::unique_ptr<TextSetter> setter(new TextSetter());
  setter->fonts_.reset(pango_cairo_font_map_new());
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(setter->fonts_.get()), 72);
  setter->context_.reset(pango_font_map_create_context(setter->fonts_.get()));
  PangoContext* context = setter->context_.get();
  pango_context_set_language(context, pango_language_from_string(std::string(language).c_str()));
  pango_context_set_round_glyph_positions(context, FALSE);
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context, options);
  cairo_font_options_destroy(options);
  if (!HasFont(setter->fonts_.get(), context)) {
    return status::Error(absl::StatusCode::kFailedPrecondition,
                         "The font Open Sans is missing: install Debian's package fonts-open-sans.",
                         "FONT_MISSING");
  }
  return setter;
}

absl::StatusOr<std::vector<Line>> TextSetter::Set(std::string_view text, const Style& style,
                                                  double width) {
  const FontPtr font = Describe(style);
  std::vector<Line> lines;
  do {
    const std::string_view piece = Piece(text);
    const bool last = piece.size() == text.size();
    PangoLayout* layout = layouts_.emplace_back(pango_layout_new(context_.get())).get();
    pango_layout_set_font_description(layout, font.get());
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_width(layout, static_cast<int>(std::max(width, style.size) * PANGO_SCALE));
    PangoAttrList* attributes = pango_attr_list_new();
    // A broken address or number must not look as if it had a hyphen.
    pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
    pango_layout_set_attributes(layout, attributes);
    pango_attr_list_unref(attributes);
    pango_layout_set_text(layout, piece.data(), static_cast<int>(piece.size()));
    int count = pango_layout_get_line_count(layout);
    // The last line of a piece goes on in the next, and is set anew with it.
    if (!last && count > 1) --count;
    size_t used = piece.size();
    for (int i = 0; i < count; ++i) {
      if (lines_.size() == kMostLines) {
        return status::Error(absl::StatusCode::kInvalidArgument, "The document has too many lines.",
                             "DOCUMENT_TOO_LONG");
      }
      PangoLayoutLine* glyphs =
          lines_.emplace_back(pango_layout_line_ref(pango_layout_get_line_readonly(layout, i)))
              .get();
      PangoRectangle box;
      pango_layout_line_get_extents(glyphs, nullptr, &box);
      const double height = style.size * style.leading;
      lines.push_back({.glyphs = glyphs,
                       .width = static_cast<double>(box.width) / PANGO_SCALE,
                       .height = height,
                       .baseline = height / 2 + style.size * 0.36});
    }
    if (!last && count < pango_layout_get_line_count(layout)) {
      used = static_cast<size_t>(pango_layout_get_line_readonly(layout, count)->start_index);
    }
    text.remove_prefix(used);
  } while (!text.empty());
  return lines;
}

}  // namespace avvik::document
