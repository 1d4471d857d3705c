#include "common/organisation/diff.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "google/protobuf/text_format.h"

namespace avvik::organisation {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

// The values of a field, as text to compare.
std::vector<std::string> ValuesOf(const Message& message, const FieldDescriptor* field) {
  const auto* r = message.GetReflection();
  std::vector<std::string> values;
  std::string text;
  if (field->is_repeated()) {
    for (int i = 0, size = r->FieldSize(message, field); i < size; ++i) {
      TextFormat::PrintFieldValueToString(message, field, i, &text);
      values.push_back(text);
    }
  } else if (!field->has_presence() || r->HasField(message, field)) {
    TextFormat::PrintFieldValueToString(message, field, -1, &text);
    values.push_back(text);
  }
  return values;
}

// An entry field by field, each list in it sorted but for the steps of a ladder.
using Entry = std::vector<std::vector<std::string>>;

Entry EntryOf(const Message& message) {
  Entry entry;
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    entry.push_back(ValuesOf(message, field));
    const bool in_order = field->message_type() == v1::LadderStep::descriptor();
    if (!in_order) std::sort(entry.back().begin(), entry.back().end());
  }
  return entry;
}

// What an entry is known by: its id, login, group or role.
std::string IdOf(const Message& entry) {
  for (const char* name : {"id", "login", "group", "role"}) {
    const FieldDescriptor* field = entry.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr) continue;
    return field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM
               ? entry.GetReflection()->GetEnum(entry, field)->name()
               : entry.GetReflection()->GetString(entry, field);
  }
  return "";
}

std::map<std::string, Entry> EntriesOf(const v1::Organisation& organisation,
                                       const FieldDescriptor* list) {
  std::map<std::string, Entry> entries;
  const auto* r = organisation.GetReflection();
  for (int i = 0, size = r->FieldSize(organisation, list); i < size; ++i) {
    const Message& entry = r->GetRepeatedMessage(organisation, list, i);
    entries[IdOf(entry)] = EntryOf(entry);
  }
  return entries;
}

void DiffList(const v1::Organisation& from, const v1::Organisation& to, const FieldDescriptor* list,
              std::vector<Change>* changes) {
  const auto before = EntriesOf(from, list);
  const auto after = EntriesOf(to, list);
  std::map<std::string, ChangeKind> found;
  for (const auto& [id, entry] : before) {
    auto now = after.find(id);
    if (now == after.end()) {
      found[id] = ChangeKind::kRemoved;
    } else if (now->second != entry) {
      found[id] = ChangeKind::kChanged;
    }
  }
  for (const auto& [id, entry] : after) {
    if (before.count(id) == 0) found[id] = ChangeKind::kAdded;
  }
  for (const auto& [id, kind] : found) changes->push_back({list->name() + "/" + id, kind});
}

// Whether the first entry that matches decides.
bool IsTriedFromTheTop(const FieldDescriptor* list) {
  return list->number() == v1::Organisation::kRoutingFieldNumber ||
         list->number() == v1::Organisation::kRetentionFieldNumber ||
         list->number() == v1::Organisation::kLaddersFieldNumber ||
         list->number() == v1::Organisation::kAuthorityContactsFieldNumber;
}

std::vector<std::string> IdsOf(const v1::Organisation& organisation, const FieldDescriptor* list) {
  std::vector<std::string> ids;
  const auto* r = organisation.GetReflection();
  for (int i = 0, size = r->FieldSize(organisation, list); i < size; ++i) {
    ids.push_back(IdOf(r->GetRepeatedMessage(organisation, list, i)));
  }
  return ids;
}

// Whether the entries that both have come in another order.
bool IsReordered(const v1::Organisation& from, const v1::Organisation& to,
                 const FieldDescriptor* list) {
  const auto common = [](const std::vector<std::string>& one,
                         const std::vector<std::string>& other) {
    std::vector<std::string> ids;
    std::copy_if(one.begin(), one.end(), std::back_inserter(ids), [&](const std::string& id) {
      return std::find(other.begin(), other.end(), id) != other.end();
    });
    return ids;
  };
  const std::vector<std::string> before = IdsOf(from, list);
  const std::vector<std::string> after = IdsOf(to, list);
  return common(before, after) != common(after, before);
}

}  // namespace

std::vector<Change> Diff(const v1::Organisation& from, const v1::Organisation& to) {
  std::vector<Change> changes;
  const auto* type = v1::Organisation::descriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (field->is_repeated() && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      DiffList(from, to, field, &changes);
      if (IsTriedFromTheTop(field) && IsReordered(from, to, field)) {
        changes.push_back({field->name(), ChangeKind::kChanged});
      }
    } else if (ValuesOf(from, field) != ValuesOf(to, field)) {
      changes.push_back({field->name(), ChangeKind::kChanged});
    }
  }
  return changes;
}

}  // namespace avvik::organisation
