// An older register's file, opened: its kind is found from its beginning.
#pragma once

#include <fstream>
#include <istream>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "cli/import/encoding.h"
#include "cli/import/line_reader.h"
#include "cli/import/record.h"

namespace avvik::cli {

enum class FileKind { kCsv, kJsonLines };

class RegisterFile {
 public:
  // Opens the file at `path`; `-` is standard input. NOT_FOUND when there is none; INVALID_ARGUMENT
  // when it is empty, UTF-16, a JSON list instead of lines, or has no usable header;
  // FAILED_PRECONDITION when it cannot be read.
  static absl::StatusOr<std::unique_ptr<RegisterFile>> Open(const std::string& path,
                                                            Encoding encoding);

  // As RecordReader::Next. One thread reads.
  absl::StatusOr<bool> Next(Item* item);

  // Names of the columns, as RecordReader::columns; for JSON lines of the first object of the file.
  const std::vector<std::string>& columns() const { return reader_->columns(); }
  FileKind kind() const { return kind_; }
  // Thread-safe.
  int64_t bytes_read() const { return lines_->bytes_read(); }
  // -1 when it is not known.
  int64_t size() const { return size_; }

 private:
  RegisterFile() = default;

  std::ifstream file_;
  std::unique_ptr<LineReader> lines_;
  std::unique_ptr<RecordReader> reader_;
  FileKind kind_ = FileKind::kCsv;
  int64_t size_ = -1;
  std::vector<Item> ahead_;  // Read already to learn the columns; last one first.
};

}  // namespace avvik::cli
