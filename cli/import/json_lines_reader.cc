#include "cli/import/json_lines_reader.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "common/status/macros.h"

namespace avvik::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string TextOf(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump();
}

// False when it is nested too deeply.
bool Flatten(const std::string& name, const Json& value, int depth, Record* record,
             std::vector<std::string>* columns) {
  if (depth > kMaxJsonDepth) return false;
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) {
      if (!Flatten(name.empty() ? key : name + "." + key, inner, depth + 1, record, columns))
        return false;
    }
    return true;
  }
  columns->push_back(name);
  if (!value.is_array()) {
    record->Set(name, TextOf(value));
    return true;
  }
  std::string text;
  for (const Json& item : value) {
    if (item.is_structured()) return false;
    const std::string part = TextOf(item);
    text += (text.empty() || part.empty() ? "" : ", ") + part;
  }
  record->Set(name, text);
  return true;
}

// The parser's words without its own number and name.
std::string Plain(const std::string& what) {
  const size_t end = what.find("] ");
  return end == std::string::npos ? what : what.substr(end + 2);
}

// Empty when the line is good.
std::string Read(const std::string& text, Record* record, std::vector<std::string>* columns) {
  try {
    // Counting the depth while parsing keeps a line of brackets from growing into a deep tree.
    bool too_deep = false;
    const Json json = Json::parse(text, [&](int depth, Json::parse_event_t, Json&) {
      too_deep = too_deep || depth > kMaxJsonDepth;
      return !too_deep;
    });
    if (too_deep) return "is nested too deeply";
    if (!json.is_object()) return "is no JSON object";
    if (!Flatten("", json, 0, record, columns)) return "is nested too deeply";
    return "";
  } catch (const Json::exception& error) {
    return "is no valid JSON: " + Plain(error.what());
  }
}

}  // namespace

absl::StatusOr<bool> JsonLinesReader::Next(Item* item) {
  Line line;
  do {
    AVVIK_ASSIGN_OR_RETURN(const bool any, lines_.Next(&line));
    if (!any) return false;
  } while (Trim(line.text).empty());

  Record record{.line = line.number, .values = {}};
  std::vector<std::string> columns;
  std::string fault;
  if (line.too_long) {
    fault = "is longer than " + std::to_string(kMaxLineBytes) + " bytes";
  } else if (Decode(encoding_, &line.text, &fault)) {
    fault = Read(line.text, &record, &columns);
  }
  if (!fault.empty()) {
    *item = Rejection{.line = line.number, .violations = {{"", fault}}};
    return true;
  }
  if (columns_.empty()) columns_ = std::move(columns);
  *item = std::move(record);
  return true;
}

}  // namespace avvik::cli
