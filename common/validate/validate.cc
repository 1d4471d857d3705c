#include "common/validate/validate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "common/status/error.h"
#include "common/validate/format.h"
#include "common/validate/plan.h"
#include "common/validate/text.h"
#include "google/protobuf/timestamp.pb.h"

namespace avvik::validate {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int64_t kEarliestSecond = -2208988800;  // 1900-01-01T00:00:00Z
constexpr int64_t kLatestSecond = 253402300799;   // 9999-12-31T23:59:59Z
constexpr int kMostNamesListed = 20;

// Where the walk is; the path is written only when something is wrong.
struct Place {
  const Place* above = nullptr;
  const FieldDescriptor* field = nullptr;
  int index = -1;          // In a repeated field.
  bool sensitive = false;  // The field or one above it is.
  int depth = 0;

  std::string Path() const {
    std::string path = above != nullptr && above->field != nullptr ? above->Path() + "." : "";
    path += field->name();
    if (index >= 0) path += "[" + std::to_string(index) + "]";
    return path;
  }
};

std::string NamesOf(const google::protobuf::EnumDescriptor* type) {
  std::string names;
  int listed = 0;
  for (int i = 0; i < type->value_count(); ++i) {
    if (type->value(i)->number() == 0) continue;
    if (listed++ == kMostNamesListed) return names + ", …";
    names += (names.empty() ? "" : ", ") + type->value(i)->name();
  }
  return names;
}

// Reads item `index` of a repeated field, or the field itself when `index` is negative.
int64_t IntegerAt(const Message& message, const FieldDescriptor* field, int index) {
  const Reflection* r = message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return index < 0 ? r->GetInt32(message, field) : r->GetRepeatedInt32(message, field, index);
    case FieldDescriptor::CPPTYPE_INT64:
      return index < 0 ? r->GetInt64(message, field) : r->GetRepeatedInt64(message, field, index);
    case FieldDescriptor::CPPTYPE_UINT32:
      return index < 0 ? r->GetUInt32(message, field) : r->GetRepeatedUInt32(message, field, index);
    case FieldDescriptor::CPPTYPE_UINT64: {
      uint64_t value =
          index < 0 ? r->GetUInt64(message, field) : r->GetRepeatedUInt64(message, field, index);
      return static_cast<int64_t>(std::min<uint64_t>(value, std::numeric_limits<int64_t>::max()));
    }
    default:
      return 0;
  }
}

double RealAt(const Message& message, const FieldDescriptor* field, int index) {
  const Reflection* r = message.GetReflection();
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_FLOAT) {
    return index < 0 ? r->GetFloat(message, field) : r->GetRepeatedFloat(message, field, index);
  }
  return index < 0 ? r->GetDouble(message, field) : r->GetRepeatedDouble(message, field, index);
}

std::string BoundsOf(const FieldCheck& check) {
  return "must be from " + std::to_string(check.minimum) + " to " + std::to_string(check.maximum);
}

class Walk {
 public:
  void Visit(const Message& message, const MessagePlan& plan, const Place& at) {
    for (const FieldCheck& check : plan.checks) {
      Place place{&at, check.field, -1, at.sensitive || check.sensitive, at.depth};
      if (check.field->is_repeated()) {
        CheckList(message, check, place);
      } else if (!Present(message, check)) {
        if (check.required) Missing(check, place);
      } else {
        CheckValue(message, check, place);
      }
    }
  }

  const std::vector<status::FieldViolation>& violations() const { return violations_; }

 private:
  void Add(const Place& place, std::string description) {
    if (violations_.size() < kMaxViolations)
      violations_.push_back({place.Path(), std::move(description)});
  }

  void Missing(const FieldCheck& check, const Place& place) {
    std::string description = "is required";
    if (check.kind == CheckKind::kEnum) {
      description += ": one of " + NamesOf(check.field->enum_type());
    }
    Add(place, std::move(description));
  }

  // Whether there is a value to check. A text without presence is looked at always: emptiness is
  // found together with the rest.
  static bool Present(const Message& message, const FieldCheck& check) {
    const Reflection* r = message.GetReflection();
    if (check.field->has_presence()) return r->HasField(message, check.field);
    if (check.kind == CheckKind::kEnum) return r->GetEnumValue(message, check.field) != 0;
    return true;
  }

  void CheckList(const Message& message, const FieldCheck& check, Place& place) {
    int size = message.GetReflection()->FieldSize(message, check.field);
    if (size == 0) {
      if (check.required) Add(place, "is required: at least one item");
      return;
    }
    if (size > check.max_items) {
      Add(place, "must have at most " + std::to_string(check.max_items) + " items, has " +
                     std::to_string(size));
    }
    for (place.index = 0; place.index < std::min(size, check.max_items); ++place.index) {
      CheckValue(message, check, place);
    }
  }

  void CheckValue(const Message& message, const FieldCheck& check, const Place& place) {
    switch (check.kind) {
      case CheckKind::kText:
      case CheckKind::kBytes:
        return CheckString(message, check, place);
      case CheckKind::kEnum:
        return CheckEnum(message, check, place);
      case CheckKind::kInteger:
        return CheckInteger(message, check, place);
      case CheckKind::kReal:
        return CheckReal(message, check, place);
      case CheckKind::kTimestamp:
        return CheckTimestamp(message, check, place);
      case CheckKind::kMessage:
        return CheckMessage(message, check, place);
      case CheckKind::kNothing:
        return;
    }
  }

  void CheckString(const Message& message, const FieldCheck& check, const Place& place) {
    const Reflection* r = message.GetReflection();
    std::string scratch;
    const std::string& text =
        place.index < 0
            ? r->GetStringReference(message, check.field, &scratch)
            : r->GetRepeatedStringReference(message, check.field, place.index, &scratch);
    if (check.kind == CheckKind::kBytes) {
      if (text.empty() && check.required) return Missing(check, place);
      return CheckLength(check, place, text.size(), "bytes");
    }
    TextFacts facts = Inspect(text);
    if (!facts.valid_utf8) return Add(place, "must be valid UTF-8");
    if (facts.controls) return Add(place, "must hold no control characters");
    if (facts.blank && place.index >= 0) return Add(place, "must not be empty");
    if (facts.blank && check.required) return Missing(check, place);
    if (facts.line_breaks && !check.multiline) return Add(place, "must be one line, without tabs");
    if (facts.length > check.max_length)
      return CheckLength(check, place, facts.length, "characters");
    if (!text.empty() && !HasFormat(check.format, text)) {
      Add(place, "must " + std::string(Expectation(check.format)));
    }
  }

  void CheckLength(const FieldCheck& check, const Place& place, size_t length, const char* what) {
    if (length <= check.max_length) return;
    Add(place, "must be at most " + std::to_string(check.max_length) + " " + what + ", has " +
                   std::to_string(length));
  }

  void CheckEnum(const Message& message, const FieldCheck& check, const Place& place) {
    const Reflection* r = message.GetReflection();
    int value = place.index < 0 ? r->GetEnumValue(message, check.field)
                                : r->GetRepeatedEnumValue(message, check.field, place.index);
    if (check.field->enum_type()->FindValueByNumber(value) != nullptr) return;
    Add(place, "must be one of " + NamesOf(check.field->enum_type()) +
                   (place.sensitive ? "" : ", is the unknown number " + std::to_string(value)));
  }

  void CheckInteger(const Message& message, const FieldCheck& check, const Place& place) {
    if (!check.bounded) return;
    int64_t value = IntegerAt(message, check.field, place.index);
    if (value >= check.minimum && value <= check.maximum) return;
    Add(place, BoundsOf(check) + (place.sensitive ? "" : ", is " + std::to_string(value)));
  }

  void CheckReal(const Message& message, const FieldCheck& check, const Place& place) {
    double value = RealAt(message, check.field, place.index);
    if (!std::isfinite(value)) return Add(place, "must be a finite number");
    if (!check.bounded || (value >= static_cast<double>(check.minimum) &&
                           value <= static_cast<double>(check.maximum))) {
      return;
    }
    Add(place, BoundsOf(check));
  }

  void CheckTimestamp(const Message& message, const FieldCheck& check, const Place& place) {
    const Reflection* r = message.GetReflection();
    const auto& time = static_cast<const google::protobuf::Timestamp&>(
        place.index < 0 ? r->GetMessage(message, check.field)
                        : r->GetRepeatedMessage(message, check.field, place.index));
    if (time.seconds() < kEarliestSecond || time.seconds() > kLatestSecond) {
      Add(place, "must be a time between 1900-01-01 and 9999-12-31");
    } else if (time.nanos() < 0 || time.nanos() > 999'999'999) {
      Add(place, "must be a time whose nanoseconds are from 0 to 999999999");
    }
  }

  void CheckMessage(const Message& message, const FieldCheck& check, Place place) {
    if (++place.depth > kMaxDepth) {
      return Add(place, "must be nested at most " + std::to_string(kMaxDepth) + " levels deep");
    }
    const Reflection* r = message.GetReflection();
    Visit(place.index < 0 ? r->GetMessage(message, check.field)
                          : r->GetRepeatedMessage(message, check.field, place.index),
          *check.nested, place);
  }

  std::vector<status::FieldViolation> violations_;
};

}  // namespace

absl::Status Validate(const Message& message) {
  Walk walk;
  walk.Visit(message, PlanOf(message.GetDescriptor()), Place{});
  return walk.violations().empty() ? absl::OkStatus() : status::InvalidFields(walk.violations());
}

void ClearOutputOnly(Message* message) {
  const MessagePlan& plan = PlanOf(message->GetDescriptor());
  const Reflection* r = message->GetReflection();
  for (const FieldDescriptor* field : plan.output_only) r->ClearField(message, field);
  for (const FieldCheck& check : plan.checks) {
    if (check.kind != CheckKind::kMessage) continue;
    if (!check.field->is_repeated()) {
      if (r->HasField(*message, check.field))
        ClearOutputOnly(r->MutableMessage(message, check.field));
      continue;
    }
    for (int i = 0, size = r->FieldSize(*message, check.field); i < size; ++i) {
      ClearOutputOnly(r->MutableRepeatedMessage(message, check.field, i));
    }
  }
}

}  // namespace avvik::validate
