#include "common/datafile/tree.h"

#include <exception>
#include <istream>
#include <sstream>
#include <unordered_map>

#include "common/datafile/datafile.h"
#include "common/validate/text.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/mark.h"
#include "yaml-cpp/parser.h"

namespace avvik::datafile {
namespace {

Position PositionOf(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

// Leaves yaml-cpp, whose own faults are exceptions too.
struct Stop {
  Fault fault;
};

// yaml-cpp replaces bad UTF-8 and ends at byte 4, both without a word.
bool IsCleanText(const std::string& text, Fault* fault) {
  Position at;
  size_t i = text.rfind("\xEF\xBB\xBF", 0) == 0 ? 3 : 0;
  while (i < text.size()) {
    int c = validate::DecodeUtf8(text, &i);
    bool control =
        c >= 0 && (c < 0x20 || (c >= 0x7F && c < 0xA0)) && c != '\n' && c != '\r' && c != '\t';
    if (c < 0 || control) {
      *fault = {at, control ? "must hold no control characters" : "must be valid UTF-8"};
      return false;
    }
    ++at.column;
    if (c == '\n') at = {at.line + 1, 1};
  }
  return true;
}

}  // namespace

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(Tree* tree) : tree_(tree) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0)
      throw Stop{{PositionOf(mark), "must be one document, without `---` further down"}};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Place(New(Value::Kind::kNull, mark, anchor));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    RefuseTag(mark, tag);
    Value* value = New(Value::Kind::kText, mark, anchor);
    value->text = text;
    value->quoted = tag == "!";
    Place(value);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Value* value = anchors_[anchor];
    for (const Open& open : open_) {
      if (open.value == value)
        throw Stop{{PositionOf(mark), "must not be an alias of what holds it"}};
    }
    Place(value);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Begin(Value::Kind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { open_.pop_back(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Begin(Value::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  // A list or map whose end has not been seen.
  struct Open {
    Value* value;
    const Value* key = nullptr;  // In a map: read, and waiting for its value.
  };

  static void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!")
      throw Stop{{PositionOf(mark), "must have no YAML tag"}};
  }

  Value* New(Value::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (tree_->values_.size() == kMaxValues) {
      throw Stop{{PositionOf(mark), "must hold at most " + std::to_string(kMaxValues) + " values"}};
    }
    Value& value = tree_->values_.emplace_back();
    value.kind = kind;
    value.at = PositionOf(mark);
    if (anchor != 0) anchors_[anchor] = &value;
    return &value;
  }

  void Begin(Value::Kind kind, const YAML::Mark& mark, const std::string& tag,
             YAML::anchor_t anchor) {
    RefuseTag(mark, tag);
    Value* value = New(kind, mark, anchor);
    Place(value);
    open_.push_back({value});
    if (open_.size() > static_cast<size_t>(kMaxDepth)) {
      throw Stop{
          {value->at, "must be nested at most " + std::to_string(kMaxDepth) + " levels deep"}};
    }
  }

  void Place(const Value* value) {
    if (open_.empty()) {
      tree_->root_ = value;
      return;
    }
    Open& open = open_.back();
    if (open.value->kind == Value::Kind::kList) {
      open.value->items.push_back(value);
    } else if (open.key == nullptr) {
      if (value->kind != Value::Kind::kText) throw Stop{{value->at, "must have a word as key"}};
      open.key = value;
    } else {
      open.value->entries.push_back({open.key->text, open.key->at, value});
      open.key = nullptr;
    }
  }

  Tree* tree_;
  int documents_ = 0;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, const Value*> anchors_;
};

bool Tree::Read(const std::string& text, bool json, Fault* fault) {
  if (text.size() > kMaxBytes) {
    *fault = {{},
              "must be at most " + std::to_string(kMaxBytes) + " bytes, has " +
                  std::to_string(text.size())};
    return false;
  }
  if (!IsCleanText(text, fault) || (json && !IsJson(text, fault))) return false;
  TreeBuilder builder(this);
  try {
    std::istringstream stream(json ? JoinSurrogates(text) : text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop& stop) {
    *fault = stop.fault;
    return false;
  } catch (const YAML::Exception& error) {
    *fault = {PositionOf(error.mark), "is not YAML: " + error.msg};
    return false;
  } catch (const std::exception& error) {
    *fault = {{}, std::string("is not YAML: ") + error.what()};
    return false;
  }
  if (root_ == nullptr) root_ = &values_.emplace_back();
  return true;
}

}  // namespace avvik::datafile
