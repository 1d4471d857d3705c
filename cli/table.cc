#include "cli/table.h"

#include <algorithm>

#include "common/validate/text.h"

namespace avvik::cli {
namespace {

constexpr char kGap[] = "  ";
constexpr char kBold[] = "\x1b[1m";
constexpr char kPlain[] = "\x1b[0m";

bool IsWithoutWidth(int code) {
  return (code >= 0x300 && code <= 0x36F) || (code >= 0x200B && code <= 0x200F) || code == 0xAD ||
         code == 0xFEFF || (code >= 0xFE00 && code <= 0xFE0F);
}

bool IsWide(int code) {
  return (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF) ||
         (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) ||
         (code >= 0xFF00 && code <= 0xFF60) || (code >= 0x1F300 && code <= 0x1FAFF) ||
         code >= 0x20000;
}

// Also what turns the direction of writing, by which a text can show what it does not say.
bool IsCommand(int code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x2028 || code == 0x2029 ||
         (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    const int code = validate::DecodeUtf8(text, &at);
    if (code < 0) ++at;
    width += code < 0 ? 1 : IsWithoutWidth(code) ? 0 : IsWide(code) ? 2 : 1;
  }
  return width;
}

std::string Harmless(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const int code = validate::DecodeUtf8(text, &at);
    if (code < 0) at = begin + 1;
    if (code < 0 || IsCommand(code)) {
      out += "·";
    } else {
      out.append(text.substr(begin, at - begin));
    }
  }
  return out;
}

void Table::Add(const std::vector<std::string>& cells) {
  std::vector<std::string>& row = rows_.emplace_back();
  for (const std::string& cell : cells) row.push_back(Harmless(cell));
  row.resize(columns_.size());
}

std::string Table::Render(bool bold) const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t width = DisplayWidth(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[i]));
    widths.push_back(width);
  }
  std::string out;
  auto add_row = [&](auto cell_of) {
    std::string line;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string& cell = cell_of(i);
      const std::string space(widths[i] - DisplayWidth(cell), ' ');
      line +=
          (i == 0 ? "" : kGap) + (columns_[i].align == Align::kRight ? space + cell : cell + space);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  };
  const std::string titles =
      add_row([&](size_t i) -> const std::string& { return columns_[i].title; });
  out += (bold ? kBold + titles + kPlain : titles) + "\n";
  for (const auto& row : rows_) {
    out += add_row([&](size_t i) -> const std::string& { return row[i]; }) + "\n";
  }
  return out;
}

}  // namespace avvik::cli
