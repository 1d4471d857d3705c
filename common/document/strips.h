// The body of a document as strips across the page, one below the other, before they are cut into
// pages.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/document/document.h"
#include "common/document/layout.h"
#include "common/document/structure.h"
#include "common/document/text_setter.h"

namespace avvik::document {

inline constexpr double kLeft = 68;
inline constexpr double kTextWidth = kPageWidth - 2 * kLeft;

inline constexpr Colour kInk{0.11, 0.12, 0.14};
inline constexpr Colour kPale{0.34, 0.37, 0.41};
inline constexpr Colour kHairline{0.80, 0.82, 0.85};
inline constexpr Colour kShade{0.955, 0.962, 0.97};
inline constexpr Colour kStamp{0.70, 0.11, 0.11};

inline constexpr Style kBody{.size = 10};
inline constexpr Style kSmall{.size = 8.5};
inline constexpr Style kLabel{.size = 9, .weight = PANGO_WEIGHT_SEMIBOLD};
inline constexpr Style kTitle{.size = 20, .weight = PANGO_WEIGHT_SEMIBOLD, .leading = 1.25};

// No head is to be shown anew.
inline constexpr int kNoTable = -1;

// What stands beside each other and is not cut. Its marks' places are from its upper left corner.
struct Strip {
  std::vector<Mark> marks;
  double height = 0;
  double space_before = 0;  // Not at the top of a page.
  bool with_next = false;   // Not the last on its page.
  int table =
      kNoTable;       // Of which table it is a row; its head is shown anew above it on a new page.
  int bookmark = -1;  // Which bookmark leads here.
};

struct Strips {
  std::vector<Strip> strips;
  std::vector<std::vector<Strip>> heads;  // By table; as artifacts.
};

// Makes strips of blocks. One for each document.
class StripMaker {
 public:
  StripMaker(TextSetter* setter, Structure* structure, std::vector<Bookmark>* bookmarks)
      : setter_(setter), structure_(structure), bookmarks_(bookmarks) {}

  absl::Status AddTitle(const std::string& title, const std::string& subtitle);
  absl::Status Add(const Block& block);

  // Once, at the end.
  Strips Take() { return std::move(strips_); }

 private:
  // A text in a place beside others.
  struct Cell {
    std::string text;
    Element element = kArtifact;
    Style style;
    Colour colour = kInk;
    double x = 0;
    double width = kTextWidth;
    bool right = false;
  };
  // What is the same for all strips of a row.
  struct Row {
    double space_before = 0;
    bool with_next = false;
    double above = 0;  // Room within it.
    double below = 0;
    bool rule = false;   // A hairline below.
    bool shade = false;  // A ground behind.
    bool whole = false;  // Kept together where it is not long.
    int table = kNoTable;
  };

  // Sets cells beside each other: a strip for each of their lines.
  absl::StatusOr<std::vector<Strip>> Set(const std::vector<Cell>& cells, const Row& row);
  absl::Status AddRow(const std::vector<Cell>& cells, const Row& row);

  absl::Status AddBlock(const Heading& heading);
  absl::Status AddBlock(const Paragraph& paragraph);
  absl::Status AddBlock(const Notice& notice);
  absl::Status AddBlock(const Fields& fields);
  absl::Status AddBlock(const Facts& facts);
  absl::Status AddBlock(const List& list);
  absl::Status AddBlock(const Table& table);

  TextSetter* setter_;
  Structure* structure_;
  std::vector<Bookmark>* bookmarks_;
  Strips strips_;
};

}  // namespace avvik::document
