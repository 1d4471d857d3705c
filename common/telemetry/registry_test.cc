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

TEST(ExposerTest, FiguresAreForLoopbackOnly) {
  for (const char* address : {"", "127.0.0.1:8091", "[::1]:8091", "localhost:8091"}) {
    EXPECT_TRUE(Exposer::Check(address).ok()) << address;
  }
  // The last ones are what its HTTP server would understand as well.
  for (const char* address : {"0.0.0.0:8091", "[::]:8091", "10.0.0.1:8091", "metrics.example:8091", "8091",
                              ":8091", "127.0.0.1:", "127.0.0.1:8091,8092", "127.0.0.1:8091s", "+8091"}) {
    EXPECT_EQ(Exposer::Check(address).code(), absl::StatusCode::kInvalidArgument) << address;
  }
  Registry registry;
  EXPECT_EQ(Exposer(registry, "0.0.0.0:0").Start().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace avvik::telemetry
