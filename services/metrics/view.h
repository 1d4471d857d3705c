// What a caller looks at: the part of the municipality and the time they ask for, within what they may see.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/metrics/v1/metrics.pb.h"
#include "avvik/type/v1/classification.pb.h"
#include "common/organisation/organisation.h"
#include "common/organisation/rights.h"

namespace avvik::metrics {

// A span of local months, 12 × year + month − 1 each, both included.
struct Months {
  int32_t first = 0;
  int32_t last = 0;

  friend auto operator<=>(const Months&, const Months&) = default;
};

// A unit with its place in the organisation.
struct PlacedUnit {
  std::string id;
  std::string parent;     // Empty for the root.
  int32_t employees = 0;  // 0 when not known.

  friend auto operator<=>(const PlacedUnit&, const PlacedUnit&) = default;
};

// Two equal views show the same.
struct View {
  std::string tenant;
  std::string zone;                               // IANA name; months are of it.
  std::optional<std::vector<std::string>> units;  // In order; unset: everything, also what has no unit.
  // In order. Cases of other spheres do not show, whoever has a part in them.
  std::vector<organisation::Sphere> spheres = {type::v1::SPHERE_OPEN,
                                               type::v1::SPHERE_PERSONAL_DATA};
  std::string system;  // Empty: all.
  type::v1::Kind kind = type::v1::KIND_UNSPECIFIED;
  type::v1::SecurityProperty property = type::v1::SECURITY_PROPERTY_UNSPECIFIED;
  std::optional<Months> months;  // Unset: all, also what has none.
  std::string unit;  // The unit asked for; empty: all that the caller may see.
  // All that the caller may see, as `units`, and its units in the order of the file.
  std::optional<std::vector<std::string>> reach;
  std::vector<PlacedUnit> tree;
  // Fewest cases that a figure may rest on; 0 for a caller who may read all the cases behind the figures.
  int smallest_group = 0;

  friend auto operator<=>(const View&, const View&) = default;
};

// The month a text such as `2026-11` names; nothing when it names none.
std::optional<int32_t> ParseMonth(const std::string& text);
// The text ParseMonth reads.
std::string MonthText(int32_t month);

// The view of a caller with `grant`: of everything when that is reached in some sphere, with the spheres
// of which that is so, otherwise of units. Errors: NoUnitInReach, UnitOutOfReach, and INVALID_ARGUMENT naming
// `filter.from_month` or `filter.to_month`.
// `cases` is what the caller may read: where that is less than is asked for, figures of small groups are
// withheld.
absl::StatusOr<View> MakeView(const v1::FigureFilter& filter, const organisation::Grant& grant,
                              const organisation::Grant& cases,
                              const organisation::Organisation& organisation);

}  // namespace avvik::metrics
