#include "common/telemetry/registry.h"

#include "gtest/gtest.h"

namespace avvik::telemetry {
namespace {

TEST(RegistryTest, SameNameAndLabelsAreOneCounter) {
  Registry registry;
  registry.Counter("avvik_things_total", "Things.", {{"kind", "a"}}).Add();
  registry.Counter("avvik_things_total", "Things.", {{"kind", "a"}}).Add(2);
  registry.Gauge("avvik_depth", "Depth.").Set(4);
  registry.Histogram("avvik_wait_seconds", "Wait.").Observe(absl::Milliseconds(3));
  const std::string text = registry.Text();
  EXPECT_NE(text.find("avvik_things_total{kind=\"a\"} 3"), std::string::npos) << text;
  EXPECT_NE(text.find("avvik_depth 4"), std::string::npos) << text;
  EXPECT_NE(text.find("avvik_wait_seconds_bucket{le=\"0.005\"} 1"), std::string::npos) << text;
}

}  // namespace
}  // namespace avvik::telemetry
