// A file's lines, one at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace avvik::cli {

// Longest line in bytes, and longest value that runs over several lines. A report with every text
// at its longest needs less.
inline constexpr size_t kMaxLineBytes = 256 * 1024;

struct Line {
  int64_t number = 0;     // From 1.
  std::string text;       // Without its line break (LF or CRLF).
  bool too_long = false;  // `text` is its beginning.
};

// One thread reads; `bytes_read` may be asked for by others.
class LineReader {
 public:
  // `input` must outlive it. A UTF-8 byte order mark at the beginning is skipped.
  explicit LineReader(std::istream& input) : input_(input), buffer_(64 * 1024) {}

  // False at the end; an error when reading failed.
  absl::StatusOr<bool> Next(Line* line);

  // Gives lines back, which are then read once more, in their order.
  void GiveBack(std::vector<Line> lines);

  int64_t bytes_read() const { return bytes_read_; }

 private:
  bool Fill();

  std::istream& input_;
  std::vector<char> buffer_;
  size_t position_ = 0;
  size_t filled_ = 0;
  int64_t number_ = 0;
  std::deque<Line> given_back_;
  std::atomic<int64_t> bytes_read_{0};
};

}  // namespace avvik::cli
