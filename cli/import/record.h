// What comes out of an older register's file: lines, and lines that cannot be used.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/import/text.h"
#include "common/status/error.h"

namespace avvik::cli {

// One line of the register: values by column. Names of columns are folded (cli/import/text.h);
// values are valid UTF-8 without white space at their ends; columns without a value are not there.
struct Record {
  int64_t line = 0;  // Where it begins in the file, from 1.
  std::map<std::string, std::string, std::less<>> values;

  // Adds a value unless there is nothing in it.
  void Set(std::string_view column, std::string_view value) {
    if (std::string trimmed = Trim(value); !trimmed.empty())
      values[Fold(column)] = std::move(trimmed);
  }

  // Empty when the column has no value. `column` is folded.
  std::string_view Get(std::string_view column) const {
    const auto found = values.find(column);
    return found == values.end() ? std::string_view() : std::string_view(found->second);
  }
};

// A line that becomes no report.
struct Rejection {
  int64_t line = 0;
  std::string key = {};  // `origin.key`, when it came that far.
  // What is wrong; the field is empty when it is the line as a whole.
  std::vector<status::FieldViolation> violations = {};
};

using Item = std::variant<Record, Rejection>;

// Reads a file from beginning to end, in memory that does not grow with it.
class RecordReader {
 public:
  virtual ~RecordReader() = default;

  // Reads on. False at the end of the file; an error when reading failed.
  virtual absl::StatusOr<bool> Next(Item* item) = 0;

  // Names of the columns as the file has them. For JSON lines those of the first line.
  virtual const std::vector<std::string>& columns() const = 0;
};

}  // namespace avvik::cli
