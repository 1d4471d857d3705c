// Registers as CSV (RFC 4180), as spreadsheets write them: `;`, `,` or tab between the fields,
// quotation marks, line breaks within them.
#pragma once

#include <istream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/import/encoding.h"
#include "cli/import/line_reader.h"
#include "cli/import/record.h"

namespace avvik::cli {

// Most columns.
inline constexpr size_t kMaxColumns = 1000;

class CsvReader final : public RecordReader {
 public:
  // Reads the header: the first line that is not empty, after `sep=;` where Excel has put that.
  // INVALID_ARGUMENT when there is none, when it is not readable, or names a column twice. `lines`
  // must outlive it.
  static absl::StatusOr<std::unique_ptr<CsvReader>> Open(LineReader& lines, Encoding encoding);

  // A line is rejected when a quotation mark is not closed or followed by something else than the
  // end of a field, when it has another number of fields than the header (empty ones at its end
  // apart), is not valid UTF-8 or too long. The next line is then read as if that one were not
  // there. Lines without anything in them are passed over.
  absl::StatusOr<bool> Next(Item* item) override;

  const std::vector<std::string>& columns() const override { return columns_; }
  char delimiter() const { return delimiter_; }

 private:
  CsvReader(LineReader& lines, Encoding encoding) : lines_(lines), encoding_(encoding) {}

  // The fields of the next record that has anything in it, and where it begins. `*fault` tells why
  // there are none.
  absl::StatusOr<bool> ReadFields(std::vector<std::string>* fields, int64_t* line,
                                  std::string* fault);
  absl::Status ReadHeader();

  LineReader& lines_;
  const Encoding encoding_;
  char delimiter_ = ',';
  std::vector<std::string> columns_;
};

}  // namespace avvik::cli
