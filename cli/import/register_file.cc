#include "cli/import/register_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <utility>

#include "cli/import/csv_reader.h"
#include "cli/import/json_lines_reader.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::cli {
namespace {

// How many lines may be broken before the first good one; more are no JSON lines.
constexpr size_t kMostAhead = 100;

absl::Status Unusable(const std::string& path, const std::string& what) {
  return status::Error(absl::StatusCode::kInvalidArgument, path + ": " + what, "INVALID_FILE");
}

absl::Status NotOpened(const std::string& path, int error) {
  const auto code =
      error == ENOENT ? absl::StatusCode::kNotFound : absl::StatusCode::kFailedPrecondition;
  return status::Error(code, path + ": " + std::strerror(error), "FILE_UNREADABLE");
}

}  // namespace

absl::StatusOr<std::unique_ptr<RegisterFile>> RegisterFile::Open(const std::string& path,
                                                                 Encoding encoding) {
  std::unique_ptr<RegisterFile> file(new RegisterFile);
  std::istream* input = &std::cin;
  if (path != "-") {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return NotOpened(path, EISDIR);
    errno = 0;
    file->file_.open(path, std::ios::binary);
    if (!file->file_) return NotOpened(path, errno != 0 ? errno : EIO);
    if (std::filesystem::is_regular_file(path, error)) {
      file->size_ = static_cast<int64_t>(std::filesystem::file_size(path, error));
    }
    input = &file->file_;
  }
  file->lines_ = std::make_unique<LineReader>(*input);

  Line first;
  do {
    AVVIK_ASSIGN_OR_RETURN(const bool any, file->lines_->Next(&first));
    if (!any) return Unusable(path, "the file is empty");
  } while (Trim(first.text).empty());
  if (first.text.rfind("\xff\xfe", 0) == 0 || first.text.rfind("\xfe\xff", 0) == 0) {
    return Unusable(path, "the file is UTF-16; save it as UTF-8");
  }
  const char begin = Trim(first.text).front();
  if (begin == '[') return Unusable(path, "the file is a JSON list; write one object on each line");
  file->lines_->GiveBack({std::move(first)});

  if (begin != '{') {
    auto csv = CsvReader::Open(*file->lines_, encoding);
    if (!csv.ok()) return Unusable(path, std::string(csv.status().message()));
    file->reader_ = *std::move(csv);
    return file;
  }
  file->kind_ = FileKind::kJsonLines;
  file->reader_ = std::make_unique<JsonLinesReader>(*file->lines_, encoding);
  while (file->reader_->columns().empty()) {
    Item item;
    AVVIK_ASSIGN_OR_RETURN(const bool any, file->reader_->Next(&item));
    if (!any || file->ahead_.size() == kMostAhead) {
      const auto* fault =
          file->ahead_.empty() ? nullptr : std::get_if<Rejection>(&file->ahead_.front());
      return Unusable(
          path,
          "no line is a JSON object with fields" +
              (fault == nullptr ? "" : "; the first " + fault->violations.front().description));
    }
    file->ahead_.push_back(std::move(item));
  }
  std::reverse(file->ahead_.begin(), file->ahead_.end());
  return file;
}

absl::StatusOr<bool> RegisterFile::Next(Item* item) {
  if (ahead_.empty()) return reader_->Next(item);
  *item = std::move(ahead_.back());
  ahead_.pop_back();
  return true;
}

}  // namespace avvik::cli
