#include "services/escalation/receipt_type.h"

#include <algorithm>
#include <cctype>

#include "common/status/error.h"
#include "common/validate/text.h"

namespace avvik::escalation {
namespace {

using namespace std::string_view_literals;

// Marks and embeddings that let a name be read in another order than it is (Unicode, UAX #9).
constexpr std::string_view kTurning[] = {"\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d",
                                         "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"};

bool EndsWith(const std::string& filename, std::string_view extension) {
  return filename.size() > extension.size() &&
         std::equal(extension.begin(), extension.end(), filename.end() - static_cast<std::ptrdiff_t>(extension.size()),
                    [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
}

}  // namespace

std::optional<ReceiptType> TypeOfReceipt(std::string_view content) {
  if (content.starts_with("%PDF-")) return ReceiptType{"application/pdf", ".pdf"};
  if (content.starts_with("\x89PNG\r\n\x1a\n"sv)) return ReceiptType{"image/png", ".png"};
  if (content.starts_with("\xff\xd8\xff"sv)) return ReceiptType{"image/jpeg", ".jpg"};
  const validate::TextFacts text = validate::Inspect(content);
  // What begins with a tag or a script's first line is a page or a program to somebody's computer.
  const std::size_t first = content.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (!text.valid_utf8 || text.controls || text.blank || first == std::string_view::npos) {
    return std::nullopt;
  }
  if (content[first] == '<' || content.substr(first).starts_with("#!")) return std::nullopt;
  return ReceiptType{"text/plain", ".txt"};
}

absl::Status CheckReceiptName(const std::string& filename) {
  if (filename.find_first_of("/\\") != std::string::npos) {
    return status::InvalidField("filename", "must be a name without a path");
  }
  if (filename.find_first_not_of(". ") == std::string::npos) {
    return status::InvalidField("filename", "must hold more than dots and spaces");
  }
  for (const std::string_view turning : kTurning) {
    if (filename.find(turning) != std::string::npos) {
      return status::InvalidField("filename",
                                  "must hold no characters that turn the direction of writing");
    }
  }
  return absl::OkStatus();
}

std::string ReceiptName(const std::string& filename, const ReceiptType& type) {
  const bool jpeg = type.extension == ".jpg"sv && EndsWith(filename, ".jpeg");
  return jpeg || EndsWith(filename, type.extension) ? filename : filename + type.extension;
}

}  // namespace avvik::escalation
