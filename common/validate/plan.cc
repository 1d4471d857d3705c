#include "common/validate/plan.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "common/validate/validate.h"
#include "google/api/field_behavior.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace avvik::validate {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Every plan known, as a table that is replaced whole, so that readers need no lock.
using Table = std::unordered_map<const Descriptor*, const MessagePlan*>;

class Cache {
 public:
  const MessagePlan* Find(const Descriptor* type) const {
    const Table* table = table_.load(std::memory_order_acquire);
    if (table == nullptr) return nullptr;
    auto found = table->find(type);
    return found == table->end() ? nullptr : found->second;
  }

  const MessagePlan& Build(const Descriptor* type) {
    std::lock_guard lock(mutex_);
    auto next =
        tables_.empty() ? std::make_unique<Table>() : std::make_unique<Table>(*tables_.back());
    const MessagePlan& plan = Add(type, next.get());
    tables_.push_back(std::move(next));
    table_.store(tables_.back().get(), std::memory_order_release);
    return plan;
  }

 private:
  // Enters the plan before filling it, for types that hold themselves.
  const MessagePlan& Add(const Descriptor* type, Table* table) {
    if (auto found = table->find(type); found != table->end()) return *found->second;
    MessagePlan* plan = plans_.emplace_back(std::make_unique<MessagePlan>()).get();
    table->emplace(type, plan);
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      if (HasBehavior(field, google::api::OUTPUT_ONLY)) {
        plan->output_only.push_back(field);
        continue;
      }
      FieldCheck check = Compile(field);
      if (check.kind == CheckKind::kMessage) check.nested = &Add(field->message_type(), table);
      if (check.kind != CheckKind::kNothing) plan->checks.push_back(check);
    }
    return *plan;
  }

  static bool HasBehavior(const FieldDescriptor* field, google::api::FieldBehavior behavior) {
    const auto& declared = field->options().GetRepeatedExtension(google::api::field_behavior);
    return std::find(declared.begin(), declared.end(), behavior) != declared.end();
  }

  static CheckKind KindOf(const FieldDescriptor* field) {
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return field->type() == FieldDescriptor::TYPE_BYTES ? CheckKind::kBytes : CheckKind::kText;
      case FieldDescriptor::CPPTYPE_ENUM:
        return CheckKind::kEnum;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return field->message_type() == google::protobuf::Timestamp::descriptor()
                   ? CheckKind::kTimestamp
                   : CheckKind::kMessage;
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT:
        return CheckKind::kReal;
      case FieldDescriptor::CPPTYPE_BOOL:
        return CheckKind::kNothing;
      default:
        return CheckKind::kInteger;
    }
  }

  static FieldCheck Compile(const FieldDescriptor* field) {
    const options::v1::FieldRules& rules = field->options().GetExtension(options::v1::rules);
    FieldCheck check;
    check.field = field;
    check.kind = KindOf(field);
    check.required = HasBehavior(field, google::api::REQUIRED);
    check.sensitive = field->options().GetExtension(options::v1::sensitive);
    check.multiline = rules.multiline();
    check.bounded = rules.bounded();
    check.format = rules.format();
    check.max_length = rules.max_length() != 0 ? rules.max_length() : uint32_t{kDefaultMaxLength};
    check.max_items =
        static_cast<int>(rules.max_items() != 0 ? rules.max_items() : kDefaultMaxItems);
    check.minimum = rules.minimum();
    check.maximum = rules.maximum();
    bool free_number = check.kind == CheckKind::kInteger && !check.bounded;
    bool free_flag = check.kind == CheckKind::kNothing;
    bool must_be_there = check.required && field->has_presence();
    if ((free_number || free_flag) && !must_be_there && !field->is_repeated()) {
      check.kind = CheckKind::kNothing;
    } else if (free_flag) {
      check.kind = CheckKind::kInteger;
    }
    return check;
  }

  std::mutex mutex_;
  std::atomic<const Table*> table_{nullptr};
  std::vector<std::unique_ptr<Table>> tables_;
  std::vector<std::unique_ptr<MessagePlan>> plans_;
};

}  // namespace

const MessagePlan& PlanOf(const Descriptor* type) {
  static Cache& cache =
      *new Cache;  // Never destroyed: requests may still run while the process ends.
  const MessagePlan* plan = cache.Find(type);
  return plan != nullptr ? *plan : cache.Build(type);
}

}  // namespace avvik::validate
