#include "services/gateway/json_proto.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/gateway/field_names.h"
#include "services/gateway/field_value.h"
#include "services/gateway/json_reader.h"
#include "services/gateway/url.h"
#include "services/gateway/utf8.h"

namespace avvik::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using nlohmann::json;

// Names from outside are cut to this length in paths.
constexpr size_t kMaxShownName = 64;

std::string Join(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

// Collects mistakes while the parts of one request are read into one message.
class RequestReader {
 public:
  RequestReader(const Route& route, const PathTemplate::Bindings& bindings)
      : route_(route), bindings_(bindings) {}

  void ReadBindings(Message* message) {
    for (const auto& [name, value] : bindings_) {
      auto [owner, field] = Resolve(name, message);
      Report(name, SetFromText(value, *field, owner));
    }
  }

  void ReadQuery(std::string_view query, Message* message) {
    const auto parameters = SplitQuery(query);
    if (parameters.size() > kMaxQueryParameters) {
      Report("query", "has more than " + std::to_string(kMaxQueryParameters) + " parameters");
      return;
    }
    std::set<std::string> seen;
    for (const auto& parameter : parameters) ReadParameter(parameter, &seen, message);
  }

  absl::Status ReadBody(std::string_view body, Message* message) {
    if (route_.body.empty()) {
      if (!body.empty()) Report("body", "must be empty: the fields are query parameters here");
      return absl::OkStatus();
    }
    if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return absl::OkStatus();
    AVVIK_ASSIGN_OR_RETURN(const json value, ReadJson(body));
    if (route_.body == "*") {
      ReadObject(value, "", message);
    } else {
      auto [owner, field] = Resolve(route_.body, message);
      ReadField(value, *field, route_.body, owner);
    }
    return absl::OkStatus();
  }

  absl::Status Result() const {
    return violations_.empty() ? absl::OkStatus() : status::InvalidFields(violations_);
  }

 private:
  void Report(const std::string& path, const std::string& why) {
    if (!why.empty() && !Full()) violations_.push_back({path.empty() ? "body" : path, why});
  }

  // Enough mistakes are known: the rest is not looked at.
  bool Full() const { return violations_.size() >= kMaxViolations; }

  // The field at a path that the route table has checked, and the message that holds it.
  static std::pair<Message*, const FieldDescriptor*> Resolve(std::string_view path,
                                                             Message* message) {
    for (;;) {
      const size_t dot = path.find('.');
      const auto* field = FindField(*message->GetDescriptor(), path.substr(0, dot));
      if (dot == std::string_view::npos) return {message, field};
      message = message->GetReflection()->MutableMessage(message, field);
      path.remove_prefix(dot + 1);
    }
  }

  void ReadParameter(const QueryParameter& parameter, std::set<std::string>* seen,
                     Message* message) {
    const auto name = QueryDecode(parameter.name);
    const auto value = QueryDecode(parameter.value);
    if (!name || name->empty() || !WhyNotText(*name).empty()) {
      return Report("query", "has a parameter whose name is not readable");
    }
    const std::string shown = CutUtf8(*name, kMaxShownName);
    if (!value) return Report(shown, "has a % that is not followed by two hex digits");
    if (route_.body == "*") return Report(shown, "belongs in the body, not in the query");

    std::string path;
    std::string_view rest = *name;
    for (;;) {
      const Descriptor& type = *message->GetDescriptor();
      const size_t dot = rest.find('.');
      const auto* field = FindField(type, rest.substr(0, dot));
      if (field == nullptr) return Report(shown, UnknownField(type, rest.substr(0, dot)));
      path = Join(path, field->name());
      if (route_.BindsField(path)) return Report(path, "is given by the path");
      if (path == route_.body) return Report(path, "belongs in the body, not in the query");
      const bool last = dot == std::string_view::npos;
      if (last != !IsPlainMessage(*field) || (!last && field->is_repeated())) {
        return Report(path, "cannot be a query parameter");
      }
      if (last) {
        if (!field->is_repeated() && !seen->insert(path).second)
          return Report(path, "is given twice");
        return Report(path, SetFromText(*value, *field, message));
      }
      message = message->GetReflection()->MutableMessage(message, field);
      rest.remove_prefix(dot + 1);
    }
  }

  void ReadObject(const json& value, const std::string& path, Message* message) {
    if (!value.is_object()) return Report(path, "must be an object");
    std::set<const FieldDescriptor*> seen;
    for (const auto& [name, member] : value.items()) {
      if (Full()) return;
      const auto* field = FindField(*message->GetDescriptor(), name);
      if (field == nullptr) {
        Report(Join(path, CutUtf8(name, kMaxShownName)),
               UnknownField(*message->GetDescriptor(), name));
        continue;
      }
      const std::string field_path = Join(path, field->name());
      if (!seen.insert(field).second) {
        Report(field_path, "is given twice, in both spellings");
      } else if (route_.BindsField(field_path)) {
        ReadBound(member, *field, field_path, *message);
      } else {
        ReadField(member, *field, field_path, message);
      }
    }
  }

  // The path has set the field; the body may only say the same.
  void ReadBound(const json& value, const FieldDescriptor& field, const std::string& path,
                 const Message& message) {
    if (value.is_null()) return;
    const std::unique_ptr<Message> in_body(message.New());
    const std::unique_ptr<Message> in_path(message.New());
    if (std::string why = SetFromJson(value, field, in_body.get()); !why.empty()) {
      return Report(path, why);
    }
    for (const auto& [name, text] : bindings_) {
      if (name == path) SetFromText(text, field, in_path.get());
    }
    if (in_body->SerializeAsString() != in_path->SerializeAsString()) {
      Report(path, "is given by the path; the body must leave it out or say the same");
    }
  }

  void ReadField(const json& value, const FieldDescriptor& field, const std::string& path,
                 Message* message) {
    if (value.is_null() && !IsJsonValue(field)) return;  // As if it were not there.
    if (const auto* oneof = field.real_containing_oneof();
        oneof != nullptr && message->GetReflection()->HasOneof(*message, oneof)) {
      return Report(path, "cannot be given together with another field of `" + oneof->name() + "`");
    }
    if (field.is_map()) return ReadMap(value, field, path, message);
    if (!field.is_repeated()) return ReadItem(value, field, path, message);
    if (!value.is_array()) return Report(path, "must be a list");
    for (size_t i = 0; i < value.size() && !Full(); ++i) {
      const std::string item_path = path + "[" + std::to_string(i) + "]";
      if (value[i].is_null()) {
        Report(item_path, "must not be null");
      } else {
        ReadItem(value[i], field, item_path, message);
      }
    }
  }

  void ReadItem(const json& value, const FieldDescriptor& field, const std::string& path,
                Message* message) {
    if (!IsPlainMessage(field)) return Report(path, SetFromJson(value, field, message));
    const auto* reflection = message->GetReflection();
    ReadObject(value, path,
               field.is_repeated() ? reflection->AddMessage(message, &field)
                                   : reflection->MutableMessage(message, &field));
  }

  void ReadMap(const json& value, const FieldDescriptor& field, const std::string& path,
               Message* message) {
    if (!value.is_object()) return Report(path, "must be an object");
    for (const auto& [key, member] : value.items()) {
      if (Full()) return;
      const std::string entry_path = path + "[" + CutUtf8(key, kMaxShownName) + "]";
      Message* entry = message->GetReflection()->AddMessage(message, &field);
      Report(entry_path, SetFromText(key, *field.message_type()->map_key(), entry));
      if (member.is_null()) {
        Report(entry_path, "must not be null");
      } else {
        ReadItem(member, *field.message_type()->map_value(), entry_path, entry);
      }
    }
  }

  // google.protobuf.Value is the one type that holds a null.
  static bool IsJsonValue(const FieldDescriptor& field) {
    return field.message_type() != nullptr &&
           field.message_type()->well_known_type() == Descriptor::WELLKNOWNTYPE_VALUE;
  }

  const Route& route_;
  const PathTemplate::Bindings& bindings_;
  std::vector<status::FieldViolation> violations_;
};

}  // namespace

absl::Status ReadRequest(const Route& route, const PathTemplate::Bindings& bindings,
                         std::string_view query, std::string_view body, Message* message) {
  RequestReader reader(route, bindings);
  reader.ReadBindings(message);
  reader.ReadQuery(query, message);
  AVVIK_RETURN_IF_ERROR(reader.ReadBody(body, message));
  return reader.Result();
}

}  // namespace avvik::gateway
