// Where everything stands: a document as pages of things to draw.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/document/document.h"
#include "common/document/logo.h"
#include "common/document/structure.h"
#include "common/document/text_setter.h"

namespace avvik::document {

// A4, in points.
inline constexpr double kPageWidth = 595.276;
inline constexpr double kPageHeight = 841.89;

// Red, green and blue, from 0 to 1.
struct Colour {
  double red = 0;
  double green = 0;
  double blue = 0;
};

// Something to draw, with what it belongs to.
struct Mark {
  enum class Kind { kText, kBox, kFrame, kLogo, kAcross };

  Kind kind = Kind::kText;
  Element element = kArtifact;
  double x = 0;
  double y = 0;                     // Of the upper edge; with kText, of the baseline.
  double width = 0;                 // Not with kText.
  double height = 0;                // Not with kText.
  PangoLayoutLine* text = nullptr;  // With kText and kAcross.
  Colour colour;
};

struct Page {
  std::vector<Mark> marks;  // In the order of drawing and of reading.
};

struct Layout {
  std::unique_ptr<TextSetter> setter;  // Holds the lines that the marks draw.
  std::optional<Logo> logo;
  std::vector<Page> pages;
  Structure structure;
  std::vector<Bookmark> bookmarks;
};

// INVALID_ARGUMENT when the document holds more than it may, or its logo is no image.
absl::StatusOr<Layout> LayOut(const Document& document);

}  // namespace avvik::document
