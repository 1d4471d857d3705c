#include "services/gateway/json_reader.h"

#include <algorithm>
#include <string>
#include <vector>

#include "common/status/error.h"
#include "services/gateway/utf8.h"

namespace avvik::gateway {
namespace {

using nlohmann::json;

// Longest name shown in a path; longer ones are cut.
constexpr size_t kMaxShownName = 64;

// Builds the value from the parser's events and keeps the path to where it is.
class Builder final : public nlohmann::json_sax<json> {
 public:
  explicit Builder(std::string_view text) : text_(text) {}

  bool null() override { return Add(nullptr); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(number_integer_t value) override { return Add(value); }
  bool number_unsigned(number_unsigned_t value) override { return Add(value); }
  bool number_float(number_float_t value, const string_t&) override { return Add(value); }
  bool binary(binary_t&) override { return Fail("binary values are not JSON"); }
  bool string(string_t& value) override {
    if (value.find('\0') != std::string::npos) {
      BeginElement();
      return Fail("must not contain the character U+0000");
    }
    return Add(std::move(value));
  }

  bool start_object(std::size_t) override { return Open(json::object()); }
  bool start_array(std::size_t) override { return Open(json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(string_t& name) override {
    Level& level = levels_.back();
    level.name.clear();
    if (name.find('\0') != std::string::npos) return Fail("has a name with the character U+0000");
    level.name = name;
    if (level.value->contains(name)) return Fail("is given twice");
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const json::exception& error) override {
    if (!levels_.empty() && levels_.back().value->is_array()) BeginElement();
    const size_t at = position == 0 ? 0 : std::min(position, text_.size()) - 1;
    const size_t invalid = FindInvalidUtf8(text_);
    if (invalid != std::string_view::npos && invalid <= at && at - invalid < 4) {
      return Fail("is not valid UTF-8 at " + Where(invalid));
    }
    // 406: a number too large for a double.
    if (error.id == 406) return Fail("is a number out of range at " + Where(at));
    if (position > text_.size()) return Fail("is not valid JSON: it ends in the middle");
    const auto byte = static_cast<unsigned char>(text_.empty() ? 0 : text_[at]);
    if (byte == 0) return Fail("must not contain a NUL byte, at " + Where(at));
    if (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') {
      return Fail("must not contain a control character, at " + Where(at));
    }
    return Fail("is not valid JSON at " + Where(at));
  }

  absl::Status error() const { return error_; }
  json Take() { return std::move(root_); }

 private:
  struct Level {
    json* value;
    std::string name;    // In an object, the member being read.
    size_t index = 0;    // In an array, the element being read.
    bool begun = false;  // In an array, whether `index` is being read or was just read.
  };

  void BeginElement() {
    if (levels_.empty() || !levels_.back().value->is_array()) return;
    levels_.back().index = levels_.back().value->size();
    levels_.back().begun = true;
  }

  json* Place(json value) {
    if (levels_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    BeginElement();
    Level& level = levels_.back();
    if (level.value->is_array()) {
      level.value->push_back(std::move(value));
      return &level.value->back();
    }
    return &((*level.value)[level.name] = std::move(value));
  }

  bool Add(json value) {
    Place(std::move(value));
    return true;
  }

  bool Open(json value) {
    if (levels_.size() >= kMaxJsonDepth) {
      BeginElement();
      return Fail("is nested more than " + std::to_string(kMaxJsonDepth) + " levels deep");
    }
    json* placed = Place(std::move(value));
    levels_.push_back({placed, "", 0, false});
    return true;
  }

  bool Close() {
    levels_.pop_back();
    return true;
  }

  std::string Path() const {
    std::string path;
    for (const Level& level : levels_) {
      if (level.value->is_array()) {
        if (level.begun) path += "[" + std::to_string(level.index) + "]";
      } else if (!level.name.empty()) {
        if (!path.empty()) path += ".";
        path += CutUtf8(SnakeCase(level.name), kMaxShownName);
      }
    }
    return path.empty() ? "body" : path;
  }

  std::string Where(size_t offset) const {
    const std::string_view before = text_.substr(0, offset);
    const size_t line = 1 + static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
    const size_t newline = before.rfind('\n');
    const size_t column = offset - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
    return "line " + std::to_string(line) + ", byte " + std::to_string(column);
  }

  bool Fail(const std::string& why) {
    error_ = status::InvalidField(Path(), why);
    return false;
  }

  const std::string_view text_;
  json root_;
  std::vector<Level> levels_;
  absl::Status error_ = absl::OkStatus();
};

}  // namespace

absl::StatusOr<json> ReadJson(std::string_view text) {
  Builder builder(text);
  if (!json::sax_parse(text.begin(), text.end(), &builder)) return builder.error();
  // The parser takes a NUL byte for the end of the text.
  if (text.find('\0') != std::string_view::npos) {
    return status::InvalidField("body", "must not contain a NUL byte");
  }
  return builder.Take();
}

std::string SnakeCase(std::string_view name) {
  std::string snake;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      if (!snake.empty()) snake.push_back('_');
      snake.push_back(static_cast<char>(c - 'A' + 'a'));
    } else {
      snake.push_back(c);
    }
  }
  return snake;
}

}  // namespace avvik::gateway
