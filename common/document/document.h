// A document as a value: what it says, in what order. How it looks is the library's affair (pdf.h).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"

namespace avvik::document {

// A heading below the title, which is of level 1.
struct Heading {
  int level = 2;  // 2 to 4.
  std::string text;
};

// Text in which line breaks are kept.
struct Paragraph {
  std::string text;
  bool quiet = false;  // Smaller and paler, for what explains.
};

// A box that stands out, such as what a draft is not yet.
struct Notice {
  std::string title;
  std::string text;
};

// What somebody filled in: the label above, the value below.
struct Field {
  std::string number;  // Stands before the label; may be empty.
  std::string label;
  std::string value;
  bool empty =
      false;  // The value is said in its place, such as "not filled in", and is shown paler.
};
struct Fields {
  std::vector<Field> fields;
};

// Short facts: the label to the left, the value to the right.
struct Fact {
  std::string label;
  std::string value;
};
struct Facts {
  std::vector<Fact> facts;
};

struct List {
  bool numbered = false;
  std::vector<std::string> items;
};

struct Column {
  std::string title;
  double share = 1;        // Of the width, beside the other columns' shares.
  bool numbers = false;    // Aligned to the right.
  bool heads_row = false;  // Its cells say what their rows are about.
};
// The head is shown anew on every page the table goes on to.
struct Table {
  std::string caption;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // Each with a text for every column.
};

using Block = std::variant<Heading, Paragraph, Notice, Fields, Facts, List, Table>;

// A stamp in the upper right corner, such as that of secrecy.
struct Marking {
  std::string title;
  std::vector<std::string> lines;
};

struct Document {
  std::string language;  // `sv`, `da` or `en`.
  std::string title;
  std::string subtitle;
  std::string organisation;  // The letterhead, such as the municipality's name.
  std::string logo_svg;      // Beside the letterhead; may be empty.
  std::optional<Marking> marking;
  std::string state;   // Large and pale across every page, such as `UTKAST`; empty for what holds.
  std::string header;  // At the top of every page but the first; empty means the organisation and
                       // the title.
  std::string footer;  // At the foot of every page, beside its number.
  absl::Time date;     // When it was made; nothing else in the file depends on when or where.
  std::vector<Block> blocks;
};

// What a document may hold; more is INVALID_ARGUMENT.
inline constexpr size_t kMostTextBytes = 4 * 1024 * 1024;
inline constexpr size_t kMostTexts = 100'000;  // Texts of all blocks, a cell of a table being one.
inline constexpr size_t kMostLines = 100'000;  // Lines as they are set.
inline constexpr size_t kMostColumns = 12;
inline constexpr size_t kMostLogoBytes = 100'000;
inline constexpr size_t kMostTitleBytes = 1000;  // Also the subtitle.
inline constexpr size_t kMostFrameBytes =
    300;  // Each text that is not of the body, and each line of the marking.
inline constexpr size_t kMostMarkingLines = 6;

}  // namespace avvik::document
