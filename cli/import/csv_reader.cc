#include "cli/import/csv_reader.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "cli/import/text.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::cli {
namespace {

constexpr std::array<char, 3> kDelimiters = {';', ',', '\t'};

// Takes a record apart, line by line.
class Parser {
 public:
  explicit Parser(char delimiter) : delimiter_(delimiter) {}

  // Whether the record ends with this line. A fault, when there is one, stands in fault().
  bool Take(const std::string& line) {
    if (in_quotes_) field_.push_back('\n');
    for (const char c : line) {
      if (in_quotes_) {
        Quoted(c);
      } else {
        Plain(c);
      }
      if (!fault_.empty()) return true;
    }
    // A quotation mark at the end of the line closes.
    if (in_quotes_ && after_quote_) in_quotes_ = false;
    if (in_quotes_) return false;
    EndField();
    return true;
  }

  const std::string& fault() const { return fault_; }
  std::vector<std::string> fields() { return std::move(fields_); }

 private:
  void Plain(char c) {
    if (c == delimiter_) {
      EndField();
    } else if (c == '"' && field_.empty()) {
      in_quotes_ = true;
      after_quote_ = false;
    } else {
      field_.push_back(
          c);  // A quotation mark within a field without them is an ordinary character.
    }
  }

  void Quoted(char c) {
    if (!after_quote_) {
      if (c == '"') {
        after_quote_ = true;
      } else {
        field_.push_back(c);
      }
      return;
    }
    after_quote_ = false;
    if (c == '"') {
      field_.push_back(c);
    } else if (c == delimiter_) {
      in_quotes_ = false;
      EndField();
    } else {
      fault_ = "field " + std::to_string(fields_.size() + 1) +
               " goes on after its closing quotation mark; a quotation mark within a field is "
               "written twice";
    }
  }

  void EndField() {
    if (fields_.size() > kMaxColumns) return;
    fields_.push_back(std::move(field_));
    field_.clear();
  }

  const char delimiter_;
  std::vector<std::string> fields_;
  std::string field_;
  bool in_quotes_ = false;
  bool after_quote_ = false;  // Within quotes, the character before was a quotation mark.
  std::string fault_;
};

// The delimiter that occurs most outside quotation marks.
char DelimiterOf(const std::string& header) {
  std::array<size_t, 256> counts{};
  bool in_quotes = false;
  for (const char c : header) {
    if (c == '"') in_quotes = !in_quotes;
    if (!in_quotes) ++counts[static_cast<unsigned char>(c)];
  }
  return *std::max_element(kDelimiters.begin(), kDelimiters.end(), [&](char a, char b) {
    return counts[static_cast<unsigned char>(a)] < counts[static_cast<unsigned char>(b)];
  });
}

absl::Status BadHeader(int64_t line, const std::string& what) {
  return status::Error(absl::StatusCode::kInvalidArgument,
                       "line " + std::to_string(line) + ": the header " + what, "INVALID_FILE");
}

}  // namespace

absl::StatusOr<std::unique_ptr<CsvReader>> CsvReader::Open(LineReader& lines, Encoding encoding) {
  std::unique_ptr<CsvReader> reader(new CsvReader(lines, encoding));
  AVVIK_RETURN_IF_ERROR(reader->ReadHeader());
  return reader;
}

absl::Status CsvReader::ReadHeader() {
  Line first;
  AVVIK_ASSIGN_OR_RETURN(bool any, lines_.Next(&first));
  while (any && Trim(first.text).empty()) {
    AVVIK_ASSIGN_OR_RETURN(any, lines_.Next(&first));
  }
  if (!any) return BadHeader(1, "is missing: the file is empty");
  if (first.text.size() == 5 && first.text.rfind("sep=", 0) == 0) {
    delimiter_ = first.text.back();
  } else {
    delimiter_ = DelimiterOf(first.text);
    lines_.GiveBack({std::move(first)});
  }

  int64_t line = 0;
  std::string fault;
  AVVIK_ASSIGN_OR_RETURN(any, ReadFields(&columns_, &line, &fault));
  if (!any) return BadHeader(2, "is missing");
  if (!fault.empty()) return BadHeader(line, fault);
  if (columns_.size() > kMaxColumns) {
    return BadHeader(line, "has more than " + std::to_string(kMaxColumns) + " columns");
  }
  std::set<std::string> seen;
  for (std::string& column : columns_) {
    column = Trim(column);
    if (!column.empty() && !seen.insert(Fold(column)).second) {
      return BadHeader(line, "names the column '" + column + "' twice");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> CsvReader::ReadFields(std::vector<std::string>* fields, int64_t* line,
                                           std::string* fault) {
  fault->clear();
  while (true) {
    Parser parser(delimiter_);
    std::vector<Line> taken;
    size_t size = 0;
    bool ended = false;
    while (!ended && fault->empty()) {
      Line next;
      AVVIK_ASSIGN_OR_RETURN(const bool any, lines_.Next(&next));
      if (!any) {
        if (taken.empty()) return false;
        *fault = "has a quotation mark that is not closed";
        break;
      }
      size += next.text.size();
      if (next.too_long || size > kMaxLineBytes) {
        *fault = taken.empty() ? "is longer than " + std::to_string(kMaxLineBytes) + " bytes"
                               : "has a quotation mark that is not closed within " +
                                     std::to_string(kMaxLineBytes) + " bytes";
      } else if (std::string text = next.text; Decode(encoding_, &text, fault)) {
        ended = parser.Take(text);
        *fault = parser.fault();
      }
      taken.push_back(std::move(next));
    }
    *line = taken.front().number;
    if (!fault->empty()) {
      // Only the first line is given up: whatever was swallowed with it may be good.
      taken.erase(taken.begin());
      lines_.GiveBack(std::move(taken));
      return true;
    }
    *fields = parser.fields();
    const bool empty = std::all_of(fields->begin(), fields->end(),
                                   [](const std::string& field) { return Trim(field).empty(); });
    if (!empty) return true;
  }
}

absl::StatusOr<bool> CsvReader::Next(Item* item) {
  std::vector<std::string> fields;
  int64_t line = 0;
  std::string fault;
  AVVIK_ASSIGN_OR_RETURN(const bool any, ReadFields(&fields, &line, &fault));
  if (!any) return false;
  while (fields.size() > columns_.size() && Trim(fields.back()).empty()) fields.pop_back();
  if (fault.empty() && fields.size() != columns_.size()) {
    fault = "has " + std::to_string(fields.size()) + " fields, the header " +
            std::to_string(columns_.size());
  }
  if (!fault.empty()) {
    *item = Rejection{.line = line, .violations = {{"", fault}}};
    return true;
  }
  Record record{.line = line, .values = {}};
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!columns_[i].empty()) record.Set(columns_[i], fields[i]);
  }
  *item = std::move(record);
  return true;
}

}  // namespace avvik::cli
