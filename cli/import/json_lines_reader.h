// Registers as JSON lines: one object a line.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/import/encoding.h"
#include "cli/import/line_reader.h"
#include "cli/import/record.h"

namespace avvik::cli {

// Deepest nesting of objects and lists within a line.
inline constexpr int kMaxJsonDepth = 8;

class JsonLinesReader final : public RecordReader {
 public:
  // `lines` must outlive it.
  JsonLinesReader(LineReader& lines, Encoding encoding) : lines_(lines), encoding_(encoding) {}

  // A line is rejected when it is too long, not valid UTF-8, or no JSON object. Empty lines are
  // passed over. Numbers and yes/no become their text, a list the texts of its items parted by `,
  // `, an object its fields as `object.field`; null is no value.
  absl::StatusOr<bool> Next(Item* item) override;

  // Of the first object; none before it was read.
  const std::vector<std::string>& columns() const override { return columns_; }

 private:
  LineReader& lines_;
  const Encoding encoding_;
  std::vector<std::string> columns_;
};

}  // namespace avvik::cli
