#include "cli/import/line_reader.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace avvik::cli {

bool LineReader::Fill() {
  input_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  filled_ = static_cast<size_t>(input_.gcount());
  position_ = 0;
  return filled_ > 0;
}

absl::StatusOr<bool> LineReader::Next(Line* line) {
  if (!given_back_.empty()) {
    *line = std::move(given_back_.front());
    given_back_.pop_front();
    return true;
  }
  *line = Line{.number = number_ + 1, .text = {}, .too_long = false};
  bool any = false, ended = false;
  while (!ended && (position_ < filled_ || Fill())) {
    any = true;
    const auto begin = buffer_.begin() + static_cast<std::ptrdiff_t>(position_);
    const auto end = buffer_.begin() + static_cast<std::ptrdiff_t>(filled_);
    const auto stop = std::find(begin, end, '\n');
    ended = stop != end;
    const auto size = static_cast<size_t>(stop - begin);
    const size_t taken = std::min(size, kMaxLineBytes - line->text.size());
    line->text.append(&*begin, taken);
    line->too_long = line->too_long || taken < size;
    position_ += size + (ended ? 1 : 0);
    bytes_read_ += static_cast<int64_t>(size + (ended ? 1 : 0));
  }
  if (input_.bad())
    return absl::DataLossError("reading failed at line " + std::to_string(line->number));
  if (!any) return false;
  ++number_;
  if (line->number == 1 && line->text.rfind("\xef\xbb\xbf", 0) == 0) line->text.erase(0, 3);
  if (!line->too_long && !line->text.empty() && line->text.back() == '\r') line->text.pop_back();
  return true;
}

void LineReader::GiveBack(std::vector<Line> lines) {
  given_back_.insert(given_back_.begin(), std::make_move_iterator(lines.begin()),
                     std::make_move_iterator(lines.end()));
}

}  // namespace avvik::cli
