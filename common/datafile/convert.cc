#include "common/datafile/convert.h"

#include "common/datafile/datafile.h"
#include "common/datafile/names.h"
#include "common/datafile/scalar.h"

namespace avvik::datafile {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string Join(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

std::string At(const std::string& path, size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

// The path of what holds `path`: `a[2].b` → `a[2]` → `a` → nothing.
std::string Above(const std::string& path) {
  size_t end = path.find_last_of(".[");
  return end == std::string::npos ? "" : path.substr(0, end);
}

void AddDefault(const FieldDescriptor* field, Message* out) {
  const auto* r = out->GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      r->AddMessage(out, field);
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      r->AddString(out, field, "");
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      r->AddEnumValue(out, field, 0);
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      r->AddBool(out, field, false);
      break;
    case FieldDescriptor::CPPTYPE_INT32:
      r->AddInt32(out, field, 0);
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      r->AddInt64(out, field, 0);
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      r->AddUInt32(out, field, 0);
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      r->AddUInt64(out, field, 0);
      break;
    case FieldDescriptor::CPPTYPE_FLOAT:
      r->AddFloat(out, field, 0);
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      r->AddDouble(out, field, 0);
      break;
  }
}

}  // namespace

void Converter::Convert(const Value& root, Message* out) {
  positions_[""] = root.at;
  if (root.kind == Value::Kind::kNull) return;
  FillMessage(root, out, "", 0);
}

Position Converter::PositionOf(const std::string& path) const {
  for (std::string at = path;; at = Above(at)) {
    if (auto found = positions_.find(at); found != positions_.end()) return found->second;
    if (at.empty()) return {};
  }
}

bool Converter::IsSpoilt(const std::string& path) const {
  for (std::string at = path; !at.empty(); at = Above(at)) {
    if (spoilt_.count(at) != 0) return true;
  }
  return spoilt_.count("") != 0;
}

void Converter::Add(Position at, const std::string& path, const std::string& what) {
  mistakes_.push_back({at, path, what});
  spoilt_[path] = true;
}

bool Converter::Count(const Value& value, const std::string& path) {
  if (++values_ <= kMaxValues) return true;
  if (values_ == kMaxValues + 1) {
    Add(value.at, path,
        "must hold at most " + std::to_string(kMaxValues) + " values, aliases followed");
  }
  return false;
}

void Converter::FillMessage(const Value& value, Message* out, const std::string& path, int depth) {
  if (value.kind != Value::Kind::kMap) {
    const Descriptor* type = out->GetDescriptor();
    return Add(
        value.at, path,
        "must be a set of fields" +
            (type->field_count() == 0 ? "" : ", such as `" + type->field(0)->name() + ": …`"));
  }
  if (depth >= kMaxDepth) {
    return Add(value.at, path,
               "must be nested at most " + std::to_string(kMaxDepth) + " levels deep");
  }
  std::unordered_map<std::string, int> seen;  // Key to its line.
  for (const Entry& entry : value.entries) {
    const FieldDescriptor* field = out->GetDescriptor()->FindFieldByName(entry.key);
    if (field == nullptr) {
      UnknownKey(entry, out->GetDescriptor(), path);
      continue;
    }
    std::string field_path = Join(path, entry.key);
    auto [first, is_new] = seen.emplace(entry.key, entry.at.line);
    if (!is_new) {
      Add(entry.at, field_path, "is given twice, first in line " + std::to_string(first->second));
      continue;
    }
    FillField(entry, field, out, field_path, depth);
  }
}

void Converter::UnknownKey(const Entry& entry, const Descriptor* type, const std::string& path) {
  std::vector<std::string> names;
  std::string listed;
  for (int i = 0; i < type->field_count(); ++i) {
    names.push_back(type->field(i)->name());
    listed += (i > 0 ? ", " : "") + names.back();
  }
  std::string nearest = Nearest(entry.key, names);
  std::string what = nearest.empty() ? "is not known here; known are " + listed
                                     : "is not known here; did you mean `" + nearest + "`?";
  std::string quoted = Quote(entry.key);
  mistakes_.push_back({entry.at, Join(path, quoted.substr(1, quoted.size() - 2)), what});
  if (!nearest.empty()) spoilt_[Join(path, nearest)] = true;
}

bool Converter::IsNewOneofMember(const Entry& entry, const FieldDescriptor* field,
                                 const Message& out, const std::string& path) {
  const auto* oneof = field->real_containing_oneof();
  if (oneof == nullptr) return true;
  const FieldDescriptor* other = out.GetReflection()->GetOneofFieldDescriptor(out, oneof);
  if (other == nullptr || other == field) return true;
  Add(entry.at, path,
      "must not stand beside `" + other->name() + "`: only one of them can be given");
  return false;
}

void Converter::FillField(const Entry& entry, const FieldDescriptor* field, Message* out,
                          const std::string& path, int depth) {
  const Value& value = *entry.value;
  positions_[path] = value.kind == Value::Kind::kText ? value.at : entry.at;
  if (value.kind == Value::Kind::kNull || !Count(value, path)) return;
  if (!IsNewOneofMember(entry, field, *out, path)) return;
  if (field->is_map()) return FillProtoMap(value, field, out, path, depth);
  if (field->is_repeated()) return FillList(value, field, out, path, depth);
  FillOne(value, field, out, path, depth);
}

void Converter::FillList(const Value& value, const FieldDescriptor* field, Message* out,
                         const std::string& path, int depth) {
  if (value.kind != Value::Kind::kList) return Add(value.at, path, "must be a list, such as `[…]`");
  for (size_t i = 0; i < value.items.size(); ++i) {
    const Value& item = *value.items[i];
    std::string item_path = At(path, i);
    positions_[item_path] = item.at;
    if (!Count(item, item_path)) return;
    int size_before = out->GetReflection()->FieldSize(*out, field);
    if (item.kind == Value::Kind::kNull) {
      Add(item.at, item_path, "must not be empty");
    } else {
      FillOne(item, field, out, item_path, depth);
    }
    // A bad item keeps its place, so that the paths of those behind it hold.
    if (out->GetReflection()->FieldSize(*out, field) == size_before) AddDefault(field, out);
  }
}

void Converter::FillProtoMap(const Value& value, const FieldDescriptor* field, Message* out,
                             const std::string& path, int depth) {
  if (value.kind != Value::Kind::kMap)
    return Add(value.at, path, "must be a set of names and values");
  const Descriptor* entry_type = field->message_type();
  std::unordered_map<std::string, int> seen;
  for (size_t i = 0; i < value.entries.size(); ++i) {
    const Entry& entry = value.entries[i];
    std::string item_path = At(path, i);
    positions_[item_path] = entry.at;
    if (!Count(*entry.value, item_path)) return;
    auto [first, is_new] = seen.emplace(entry.key, entry.at.line);
    if (!is_new) {
      Add(entry.at, item_path, "is given twice, first in line " + std::to_string(first->second));
      continue;
    }
    Message* item = out->GetReflection()->AddMessage(out, field);
    Value key;
    key.kind = Value::Kind::kText;
    key.at = entry.at;
    key.text = entry.key;
    FillOne(key, entry_type->map_key(), item, item_path + ".key", depth);
    if (entry.value->kind == Value::Kind::kNull) continue;
    FillOne(*entry.value, entry_type->map_value(), item, item_path + ".value", depth);
  }
}

void Converter::FillOne(const Value& value, const FieldDescriptor* field, Message* out,
                        const std::string& path, int depth) {
  if (IsScalar(field)) {
    if (std::string what = SetScalar(value, field, out); !what.empty()) Add(value.at, path, what);
    return;
  }
  Message* inner = field->is_repeated() ? out->GetReflection()->AddMessage(out, field)
                                        : out->GetReflection()->MutableMessage(out, field);
  FillMessage(value, inner, path, depth + 1);
}

}  // namespace avvik::datafile
