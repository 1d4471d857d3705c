#include "common/rpc/read_budget.h"

#include <algorithm>
#include <string_view>

#include "google/protobuf/descriptor.h"

namespace avvik::rpc {
namespace {

using google::protobuf::FieldDescriptor;

constexpr absl::Duration kWhole = absl::Hours(1);

bool IsList(const std::string& name) {
  constexpr std::string_view kEnding = "Response";
  return name.size() > kEnding.size() &&
         name.compare(name.size() - kEnding.size(), kEnding.size(), kEnding) == 0;
}

}  // namespace

int64_t RecordsIn(const google::protobuf::Message& answer) {
  const auto& descriptor = *answer.GetDescriptor();
  int64_t records = 0;
  for (int i = 0; IsList(descriptor.name()) && i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    if (field.is_repeated() && field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      records += answer.GetReflection()->FieldSize(answer, &field);
    }
  }
  return std::max<int64_t>(records, 1);
}

ReadBudget::Bucket& ReadBudget::Filled(const std::string& person, absl::Time now) {
  if (buckets_.size() >= kMaxKept) {
    // Whoever has a debt keeps it for as long as it takes to be paid off.
    std::erase_if(buckets_, [&](const auto& entry) {
      const double refilled = absl::FDivDuration(now - entry.second.filled, kWhole) * most_;
      return entry.second.left + refilled >= most_;
    });
  }
  Bucket& bucket = buckets_.try_emplace(person, Bucket{most_, now}).first->second;
  const absl::Duration rest = std::max(now - bucket.filled, absl::ZeroDuration());
  bucket.left = std::min(most_, bucket.left + absl::FDivDuration(rest, kWhole) * most_);
  bucket.filled = std::max(bucket.filled, now);
  return bucket;
}

bool ReadBudget::Allows(const std::string& person, absl::Time now) {
  if (most_ <= 0) return true;
  std::lock_guard lock(mutex_);
  return Filled(person, now).left > 0;
}

void ReadBudget::Take(const std::string& person, int64_t records, absl::Time now) {
  if (most_ <= 0) return;
  std::lock_guard lock(mutex_);
  Filled(person, now).left -= static_cast<double>(records);
}

}  // namespace avvik::rpc
