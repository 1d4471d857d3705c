#include "services/gateway/field_names.h"

#include <algorithm>
#include <numeric>

namespace avvik::gateway {
namespace {

// Names longer than this are compared with nothing: the work grows with the product of the lengths.
constexpr size_t kMaxCompared = 100;
// Enums with at most so many values are listed whole.
constexpr int kMaxListed = 8;

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

const google::protobuf::FieldDescriptor* FindField(const google::protobuf::Descriptor& message,
                                                   std::string_view name) {
  const auto* field = message.FindFieldByName(std::string(name));
  if (field != nullptr) return field;
  for (int i = 0; i < message.field_count(); ++i) {
    if (message.field(i)->json_name() == name) return message.field(i);
  }
  return nullptr;
}

std::string UnknownField(const google::protobuf::Descriptor& message, std::string_view name) {
  std::vector<std::string> names;
  for (int i = 0; i < message.field_count(); ++i) names.push_back(message.field(i)->name());
  const std::string nearest = Nearest(name, names);
  return "is not a field of " + message.name() +
         (nearest.empty() ? "" : "; did you mean `" + nearest + "`?");
}

std::string UnknownEnumValue(const google::protobuf::EnumDescriptor& type, std::string_view name) {
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) names.push_back(type.value(i)->name());
  const std::string nearest = Nearest(name, names);
  if (!nearest.empty())
    return "is not a value of " + type.name() + "; did you mean `" + nearest + "`?";
  std::string list;
  for (int i = 0; i < type.value_count() && i < kMaxListed; ++i) {
    list += (i == 0 ? "`" : ", `") + names[static_cast<size_t>(i)] + "`";
  }
  if (type.value_count() > kMaxListed) list += ", …";
  return "must be a value of " + type.name() + ": " + list;
}

std::string Nearest(std::string_view name, const std::vector<std::string>& candidates) {
  if (name.empty() || name.size() > kMaxCompared) return "";
  std::string nearest;
  size_t least = std::max<size_t>(2, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    if (const size_t distance = EditDistance(name, candidate); distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace avvik::gateway
