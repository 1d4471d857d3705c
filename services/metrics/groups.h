// What lines are grouped by: a small number for each group, and its name.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "avvik/metrics/v1/metrics.pb.h"
#include "services/metrics/ledger.h"

namespace avvik::metrics {

// The name of the group of what has none.
inline constexpr char kNoGroup[] = "-";

// The groups of one breakdown. Good as long as the ledger is not changed.
class Groups {
 public:
  Groups(const Ledger& ledger, v1::Breakdown breakdown);

  // All groups are below this.
  size_t size() const { return size_; }
  std::string NameOf(size_t group) const;
  // The groups in the order in which they are shown: by name, enumerations in their order, none last.
  std::vector<size_t> InOrder() const;

  // The group of the line's month, with BREAKDOWN_MONTH.
  size_t MonthGroup(const Line& line) const {
    return line.month == kNoMonth ? 0 : static_cast<size_t>(line.month - first_month_ + 1);
  }

  // Calls `use` with each group of the line: one, or one for each property that is hit.
  template <typename Use>
  void ForEach(const Line& line, Use&& use) const {
    switch (breakdown_) {
      case v1::BREAKDOWN_UNIT:
        return use(line.unit);
      case v1::BREAKDOWN_SYSTEM:
        return use(line.system);
      case v1::BREAKDOWN_KIND:
        return use(line.kind);
      case v1::BREAKDOWN_MONTH:
        return use(MonthGroup(line));
      case v1::BREAKDOWN_CAUSE:
        return use(line.cause);
      case v1::BREAKDOWN_PROPERTY: {
        bool hit = false;
        for (size_t i = 0; i < kProperties; ++i) {
          if (line.levels[i] == kNotHit) continue;
          use(i + 1);
          hit = true;
        }
        if (!hit) use(0);
        return;
      }
      default:
        return use(0);
    }
  }

 private:
  const Ledger& ledger_;
  const v1::Breakdown breakdown_;
  size_t size_ = 1;
  int32_t first_month_ = 0;
};

}  // namespace avvik::metrics
