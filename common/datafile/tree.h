// A data file as a tree of values that know where they stood.
#pragma once

#include <deque>
#include <string>
#include <vector>

namespace avvik::datafile {

// A place in a file, counted from 1.
struct Position {
  int line = 1;
  int column = 1;
};

struct Value;

struct Entry {
  std::string key;
  Position at;  // Of the key.
  const Value* value = nullptr;
};

struct Value {
  enum class Kind { kNull, kText, kList, kMap };
  Kind kind = Kind::kNull;
  Position at;
  std::string text;                 // For kText.
  bool quoted = false;              // Whether the text stood in quotes or as a block.
  std::vector<const Value*> items;  // For kList.
  std::vector<Entry> entries;       // For kMap, in the order of the file, duplicates included.
};

// What makes a file unreadable as a whole.
struct Fault {
  Position at;
  std::string what;
};

class Tree {
 public:
  // Reads YAML 1.2, or strict JSON when `json`. False, with `*fault` filled, when the text is too
  // large, not UTF-8, holds control characters, is no such thing, is nested too deep, holds too
  // many values, uses tags or more than one document, or has an alias of something that holds it.
  bool Read(const std::string& text, bool json, Fault* fault);

  // The document; null for an empty one.
  const Value& root() const { return *root_; }

 private:
  friend class TreeBuilder;
  std::deque<Value> values_;
  const Value* root_ = nullptr;
};

// Whether `text` is strict JSON (RFC 8259); else fills `*fault`.
bool IsJson(const std::string& text, Fault* fault);

// Writes escaped surrogate pairs of JSON (`\ud83d\udd12`) as the character they stand for, which
// YAML has no escape for. Needs strict JSON.
std::string JoinSurrogates(const std::string& json);

}  // namespace avvik::datafile
