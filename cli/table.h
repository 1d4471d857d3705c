// Tables for people: aligned columns, widths in characters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace avvik::cli {

// How many columns of a terminal a text takes. Combining characters take none, East Asian wide ones
// and emoji two.
size_t DisplayWidth(std::string_view text);

// `text` with everything that could command a terminal (control characters, line breaks) or is no
// UTF-8 shown as `·`.
std::string Harmless(std::string_view text);

class Table {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // Adds a row; missing cells are empty. Cells are made harmless.
  void Add(const std::vector<std::string>& cells);
  bool empty() const { return rows_.empty(); }

  // The table with its titles, every line ended; without trailing spaces. `bold` sets the titles
  // off with ANSI codes.
  std::string Render(bool bold) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace avvik::cli
