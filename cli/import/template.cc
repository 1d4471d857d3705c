#include "cli/import/template.h"

#include <utility>

#include "cli/import/text.h"
#include "common/status/macros.h"

namespace avvik::cli {

absl::StatusOr<ColumnChoice> ColumnChoice::Parse(std::string_view text) {
  ColumnChoice choice;
  if (Trim(text).empty()) return choice;
  while (true) {
    const size_t bar = text.find('|');
    std::string column = Fold(text.substr(0, bar));
    if (column.empty())
      return absl::InvalidArgumentError("a name of a column is missing beside `|`");
    choice.columns_.push_back(std::move(column));
    if (bar == std::string_view::npos) return choice;
    text.remove_prefix(bar + 1);
  }
}

std::string_view ColumnChoice::ValueIn(const Record& record) const {
  for (const std::string& column : columns_) {
    if (const std::string_view value = record.Get(column); !value.empty()) return value;
  }
  return {};
}

absl::StatusOr<Template> Template::Parse(std::string_view text) {
  Template result;
  Piece piece;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool twice = at + 1 < text.size() && text[at + 1] == c;
    if ((c == '{' || c == '}') && twice) {
      piece.text.push_back(c);
      ++at;
    } else if (c == '}') {
      return absl::InvalidArgumentError("has a `}` without `{`; write `}}` for a brace as such");
    } else if (c != '{') {
      piece.text.push_back(c);
    } else {
      const size_t end = text.find_first_of("{}", at + 1);
      if (end == std::string_view::npos || text[end] == '{') {
        return absl::InvalidArgumentError("has a `{` without `}`; write `{{` for a brace as such");
      }
      AVVIK_ASSIGN_OR_RETURN(piece.choice, ColumnChoice::Parse(text.substr(at + 1, end - at - 1)));
      if (piece.choice.empty())
        return absl::InvalidArgumentError("has `{}` without the name of a column");
      result.pieces_.push_back(std::exchange(piece, {}));
      at = end;
    }
  }
  result.pieces_.push_back(std::move(piece));
  return result;
}

std::optional<std::string> Template::Fill(const Record& record) const {
  std::string text;
  for (const Piece& piece : pieces_) {
    text += piece.text;
    if (piece.choice.empty()) continue;
    const std::string_view value = piece.choice.ValueIn(record);
    if (value.empty()) return std::nullopt;
    text += value;
  }
  return text;
}

std::vector<std::string> Template::columns() const {
  std::vector<std::string> columns;
  for (const Piece& piece : pieces_) {
    columns.insert(columns.end(), piece.choice.columns().begin(), piece.choice.columns().end());
  }
  return columns;
}

std::optional<std::string> FirstComplete(const std::vector<Template>& templates,
                                         const Record& record) {
  for (const Template& candidate : templates) {
    if (auto text = candidate.Fill(record)) return text;
  }
  return std::nullopt;
}

}  // namespace avvik::cli
