#include "common/regimes/regime_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace avvik::regimes {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Kind = Difference::Kind;

std::string Joined(const std::vector<std::string>& parts, const char* between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
  return text;
}

template <typename List>
std::string OneOf(const List& list) {
  return Joined({list.begin(), list.end()}, " or ");
}

std::string InBrackets(const v1::Condition& condition) {
  const bool simple = condition.test_case() != v1::Condition::kAll &&
                      condition.test_case() != v1::Condition::kAny;
  return simple ? Describe(condition) : "(" + Describe(condition) + ")";
}

std::string Combined(const v1::ConditionList& list, const char* between) {
  std::vector<std::string> parts;
  for (const v1::Condition& part : list.of()) parts.push_back(InBrackets(part));
  return Joined(parts, between);
}

// `effective_from` as people say it.
std::string Words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

// One of several: `stages` to `stage`.
std::string Singular(const std::string& name) {
  return Words(name.ends_with('s') ? name.substr(0, name.size() - 1) : name);
}

// What tells a part of a list from the others; empty for parts that nothing tells apart.
std::string KeyOf(const Message& message) {
  for (const char* name : {"id", "code", "version", "name", "title"}) {
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
    if (field != nullptr && field->type() == FieldDescriptor::TYPE_STRING &&
        !field->is_repeated()) {
      return message.GetReflection()->GetString(message, field);
    }
  }
  return "";
}

// Walks through two messages of one type, telling what differs.
class Walker {
 public:
  Walker(std::string regime, std::vector<Difference>& found)
      : regime_(std::move(regime)), found_(found) {}

  void set_version(const std::string& version) { version_ = version; }

  // Fields of these names are left out.
  void Messages(const Message& before, const Message& after, const std::string& path,
                const std::vector<std::string>& but = {}) {
    const google::protobuf::Descriptor* type = before.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      if (std::find(but.begin(), but.end(), field->name()) != but.end()) continue;
      const std::string place = (path.empty() ? "" : path + ", ") + Words(field->name());
      if (!field->is_repeated()) {
        Field(before, after, field, place);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        List(before, after, field, path);
      } else {
        Texts(before, after, field, place);
      }
    }
  }

  void Add(Kind kind, const std::string& what, const std::string& before,
           const std::string& after) {
    found_.push_back({kind, regime_, version_, what, before, after});
  }

 private:
  static bool IsSet(const Message& message, const FieldDescriptor* field) {
    return message.GetReflection()->HasField(message, field);
  }

  static std::string ValueOf(const Message& message, const FieldDescriptor* field, int index = -1) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const Message& part = message.GetReflection()->GetMessage(message, field);
      if (const auto* condition = dynamic_cast<const v1::Condition*>(&part)) {
        return Describe(*condition);
      }
      return part.ShortDebugString();
    }
    std::string text;
    google::protobuf::TextFormat::PrintFieldValueToString(message, field, index, &text);
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      text = index < 0 ? message.GetReflection()->GetString(message, field)
                       : message.GetReflection()->GetRepeatedString(message, field, index);
    }
    return text;
  }

  void Field(const Message& before, const Message& after, const FieldDescriptor* field,
             const std::string& place) {
    const bool was = IsSet(before, field);
    const bool is = IsSet(after, field);
    if (!was && !is) return;
    const bool nested = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
                        field->message_type() != v1::Condition::descriptor();
    if (was && is && nested) {
      Messages(before.GetReflection()->GetMessage(before, field),
               after.GetReflection()->GetMessage(after, field), place);
      return;
    }
    const std::string old_value = was ? ValueOf(before, field) : "";
    const std::string new_value = is ? ValueOf(after, field) : "";
    if (was && is && old_value == new_value) return;
    Add(!was ? Kind::kNew : !is ? Kind::kGone : Kind::kChanged, place, old_value, new_value);
  }

  void Texts(const Message& before, const Message& after, const FieldDescriptor* field,
             const std::string& place) {
    const auto values = [&](const Message& message) {
      std::vector<std::string> all;
      for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
        all.push_back(ValueOf(message, field, i));
      }
      return all;
    };
    const std::vector<std::string> was = values(before), is = values(after);
    for (const std::string& one : was) {
      if (std::find(is.begin(), is.end(), one) == is.end()) Add(Kind::kGone, place, one, "");
    }
    for (const std::string& one : is) {
      if (std::find(was.begin(), was.end(), one) == was.end()) Add(Kind::kNew, place, "", one);
    }
    if (was != is && std::is_permutation(was.begin(), was.end(), is.begin(), is.end())) {
      Add(Kind::kChanged, place + ", order", Joined(was, ", "), Joined(is, ", "));
    }
  }

  void List(const Message& before, const Message& after, const FieldDescriptor* field,
            const std::string& path) {
    const auto parts = [&](const Message& message) {
      std::vector<std::pair<std::string, const Message*>> all;
      for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
        const Message& part = message.GetReflection()->GetRepeatedMessage(message, field, i);
        const std::string key = KeyOf(part);
        all.emplace_back(key.empty() ? fmt::format("{}", i + 1) : key, &part);
      }
      return all;
    };
    const auto find = [](const auto& all, const std::string& key) -> const Message* {
      const auto found =
          std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.first == key; });
      return found == all.end() ? nullptr : found->second;
    };
    const auto was = parts(before), is = parts(after);
    const std::string kind = (path.empty() ? "" : path + ", ") + Singular(field->name()) + " ";
    for (const auto& [key, part] : was) {
      const Message* now = find(is, key);
      if (now == nullptr) {
        Add(Kind::kGone, kind + key, "", "");
      } else {
        Messages(*part, *now, kind + key);
      }
    }
    for (const auto& [key, part] : is) {
      if (find(was, key) == nullptr) Add(Kind::kNew, kind + key, "", "");
    }
    const auto keys = [](const auto& all) {
      std::vector<std::string> names;
      for (const auto& one : all) names.push_back(one.first);
      return names;
    };
    const std::vector<std::string> old_order = keys(was), new_order = keys(is);
    if (old_order != new_order && std::is_permutation(old_order.begin(), old_order.end(),
                                                      new_order.begin(), new_order.end())) {
      Add(Kind::kChanged, (path.empty() ? "" : path + ", ") + Words(field->name()) + ", order",
          Joined(old_order, ", "), Joined(new_order, ", "));
    }
  }

  const std::string regime_;
  std::string version_;
  std::vector<Difference>& found_;
};

const v1::Regime* Find(const RegimeCatalogue& catalogue, const std::string& id) {
  for (const v1::Regime& regime : catalogue.messages()) {
    if (regime.id() == id) return &regime;
  }
  return nullptr;
}

const v1::RegimeVersion* FindVersion(const v1::Regime& regime, const std::string& name) {
  for (const v1::RegimeVersion& version : regime.versions()) {
    if (version.version() == name) return &version;
  }
  return nullptr;
}

void CompareRegimes(const v1::Regime& before, const v1::Regime& after,
                    std::vector<Difference>& found) {
  Walker walker(before.id(), found);
  walker.Messages(before, after, "", {"versions"});
  for (const v1::RegimeVersion& version : before.versions()) {
    walker.set_version(version.version());
    if (const v1::RegimeVersion* now = FindVersion(after, version.version())) {
      walker.Messages(version, *now, "");
    } else {
      walker.Add(Kind::kGone, "", "", "");
    }
  }
  for (const v1::RegimeVersion& version : after.versions()) {
    if (FindVersion(before, version.version()) != nullptr) continue;
    walker.set_version(version.version());
    walker.Add(Kind::kNew, "", "", "");
  }
}

}  // namespace

std::vector<Difference> Compare(const RegimeCatalogue& before, const RegimeCatalogue& after) {
  std::vector<Difference> found;
  std::map<std::string, bool> ids;
  for (const v1::Regime& regime : before.messages()) ids[regime.id()];
  for (const v1::Regime& regime : after.messages()) ids[regime.id()];
  for (const auto& [id, unused] : ids) {
    const v1::Regime* was = Find(before, id);
    const v1::Regime* is = Find(after, id);
    if (was == nullptr || is == nullptr) {
      found.push_back({was == nullptr ? Kind::kNew : Kind::kGone, id, "", "", "", ""});
    } else {
      CompareRegimes(*was, *is, found);
    }
  }
  Walker("", found).Messages(before.questions().message(), after.questions().message(), "");
  return found;
}

std::string Describe(const Difference& difference) {
  std::string text = difference.regime.empty() ? "questions" : difference.regime;
  if (!difference.version.empty()) text += " " + difference.version;
  if (!difference.what.empty()) text += ": " + difference.what;
  switch (difference.kind) {
    case Kind::kNew:
      return text + (difference.after.empty() ? " is new" : ": now " + difference.after);
    case Kind::kGone:
      return text + (difference.before.empty() ? " is gone" : ": no longer " + difference.before);
    case Kind::kChanged:
      break;
  }
  return text + ": " + difference.before + " is now " + difference.after;
}

std::string Describe(const v1::Condition& condition) {
  switch (condition.test_case()) {
    case v1::Condition::kAll:
      return Combined(condition.all(), " and ");
    case v1::Condition::kAny:
      return Combined(condition.any(), " or ");
    case v1::Condition::kNot:
      return "not " + InBrackets(condition.not_());
    case v1::Condition::kKnown:
      return "known: " + InBrackets(condition.known());
    case v1::Condition::kFact:
      return condition.fact();
    case v1::Condition::kKindIn:
      return "kind is " + OneOf(condition.kind_in().of());
    case v1::Condition::kImpact:
      return condition.impact();
    case v1::Condition::kSeverityAtLeast:
      return "severity is at least " + condition.severity_at_least();
    case v1::Condition::kAffectedPersonsAtLeast:
      return fmt::format("at least {} people", condition.affected_persons_at_least());
    case v1::Condition::kSubmitted:
      return condition.submitted() + " is told";
    case v1::Condition::kYes:
      return condition.yes() + " is answered with yes";
    case v1::Condition::kNumber:
      return fmt::format("{} is at least {}", condition.number().question(),
                         condition.number().at_least());
    case v1::Condition::kLasts:
      return fmt::format("{} is more than {} h", condition.lasts().question(),
                         condition.lasts().more_than_hours());
    case v1::Condition::kChoice:
      return condition.choice().question() + " is " + OneOf(condition.choice().of());
    case v1::Condition::kCategoryIn:
      return "category is " + OneOf(condition.category_in().of());
    case v1::Condition::kEntityIn:
      return "entity is " + OneOf(condition.entity_in().of());
    case v1::Condition::kThresholds:
      return "a threshold is reached";
    case v1::Condition::TEST_NOT_SET:
      break;
  }
  return "nothing";
}

}  // namespace avvik::regimes
