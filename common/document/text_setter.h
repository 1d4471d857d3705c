// Sets text: breaks it into lines of a width.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/document/glib_ptr.h"

namespace avvik::document {

struct Style {
  double size = 10;  // Of the letters, in points.
  int weight = PANGO_WEIGHT_NORMAL;
  double colour = 0.11;   // From 0, black, to 1, white.
  double leading = 1.45;  // Height of a line, in sizes.
};

// A line as it is drawn; lives as long as its TextSetter.
struct Line {
  PangoLayoutLine* glyphs = nullptr;
  double width = 0;
  double height = 0;
  double baseline = 0;  // From the top.
};

// One for each document; not thread-safe.
class TextSetter {
 public:
  // FAILED_PRECONDITION, reason `FONT_MISSING`, where the font is not installed.
  static absl::StatusOr<std::unique_ptr<TextSetter>> Create(std::string_view language);

  // Lines of at most `width`; a word that is longer is broken. An empty text has one empty line.
  // INVALID_ARGUMENT when the document has more lines than it may. `text` must be clean
  // (CleanText).
  absl::StatusOr<std::vector<Line>> Set(std::string_view text, const Style& style, double width);

 private:
  TextSetter() = default;

  ObjectPtr<PangoFontMap> fonts_;
  ObjectPtr<PangoContext> context_;
  std::vector<ObjectPtr<PangoLayout>> layouts_;
  std::vector<LinePtr> lines_;
};

}  // namespace avvik::document
