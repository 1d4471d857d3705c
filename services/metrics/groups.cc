#include "services/metrics/groups.h"

#include <algorithm>
#include <numeric>

#include "avvik/type/v1/classification.pb.h"
#include "services/metrics/view.h"

namespace avvik::metrics {

Groups::Groups(const Ledger& ledger, v1::Breakdown breakdown)
    : ledger_(ledger), breakdown_(breakdown) {
  switch (breakdown) {
    case v1::BREAKDOWN_UNIT:
      size_ = ledger.units().size();
      break;
    case v1::BREAKDOWN_SYSTEM:
      size_ = ledger.systems().size();
      break;
    case v1::BREAKDOWN_KIND:
      size_ = type::v1::Kind_ARRAYSIZE;
      break;
    case v1::BREAKDOWN_PROPERTY:
      size_ = kProperties + 1;
      break;
    case v1::BREAKDOWN_CAUSE:
      size_ = triage::v1::Cause_ARRAYSIZE;
      break;
    case v1::BREAKDOWN_MONTH:
      first_month_ = ledger.first_month();
      if (ledger.last_month() != kNoMonth) {
        size_ = static_cast<size_t>(ledger.last_month() - first_month_ + 2);
      }
      break;
    default:
      break;
  }
}

std::string Groups::NameOf(size_t group) const {
  if (group == 0) return breakdown_ == v1::BREAKDOWN_UNSPECIFIED ? "" : kNoGroup;
  switch (breakdown_) {
    case v1::BREAKDOWN_UNIT:
      return ledger_.units()[group];
    case v1::BREAKDOWN_SYSTEM:
      return ledger_.systems()[group];
    case v1::BREAKDOWN_KIND:
      return type::v1::Kind_Name(static_cast<int>(group));
    case v1::BREAKDOWN_PROPERTY:
      return type::v1::SecurityProperty_Name(static_cast<int>(group));
    case v1::BREAKDOWN_CAUSE:
      return triage::v1::Cause_Name(static_cast<int>(group));
    case v1::BREAKDOWN_MONTH:
      return MonthText(first_month_ + static_cast<int32_t>(group) - 1);
    default:
      return "";
  }
}

std::vector<size_t> Groups::InOrder() const {
  std::vector<size_t> order(size_);
  std::iota(order.begin(), order.end(), size_t{0});
  // None is group 0 everywhere.
  std::rotate(order.begin(), order.begin() + 1, order.end());
  if (breakdown_ == v1::BREAKDOWN_UNIT || breakdown_ == v1::BREAKDOWN_SYSTEM) {
    std::sort(order.begin(), order.end() - 1,
              [this](size_t a, size_t b) { return NameOf(a) < NameOf(b); });
  }
  return order;
}

}  // namespace avvik::metrics
