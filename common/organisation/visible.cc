#include "common/organisation/visible.h"

namespace avvik::organisation {
namespace {

pg::Param NumbersOf(const std::vector<Sphere>& spheres) {
  std::vector<pg::Param> numbers;
  for (const Sphere sphere : spheres) numbers.emplace_back(static_cast<int>(sphere));
  return pg::Array(numbers);
}

}  // namespace

VisibleParams::VisibleParams(const Visibility& visibility)
    : spheres(NumbersOf(visibility.spheres)),
      places(pg::TextArray(visibility.places)),
      keys(pg::TextArray(visibility.keys)) {}

}  // namespace avvik::organisation
