// Texts with columns in braces, as mapping files have them: `{typ}: {Rubrik|Titel}`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/import/record.h"

namespace avvik::cli {

// A column, or several of which the first that has a value is meant. Immutable.
class ColumnChoice {
 public:
  // Reads `Rubrik|Titel`. Empty text gives a choice of nothing; an empty name in it is
  // INVALID_ARGUMENT.
  static absl::StatusOr<ColumnChoice> Parse(std::string_view text);

  // Empty when none has a value.
  std::string_view ValueIn(const Record& record) const;
  // The names, folded.
  const std::vector<std::string>& columns() const { return columns_; }
  bool empty() const { return columns_.empty(); }

 private:
  std::vector<std::string> columns_;
};

// Immutable.
class Template {
 public:
  // INVALID_ARGUMENT when a brace is not closed, not opened, or has an empty name in it.
  static absl::StatusOr<Template> Parse(std::string_view text);

  // The text with the record's values; nothing when a brace has no value.
  std::optional<std::string> Fill(const Record& record) const;
  // All columns it names, folded.
  std::vector<std::string> columns() const;

 private:
  struct Piece {
    std::string text;
    ColumnChoice choice;  // Follows the text; empty for none.
  };
  std::vector<Piece> pieces_;
};

// What the first of `templates` that is complete says; nothing when none is.
std::optional<std::string> FirstComplete(const std::vector<Template>& templates,
                                         const Record& record);

}  // namespace avvik::cli
