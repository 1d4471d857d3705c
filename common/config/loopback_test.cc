#include "common/config/loopback.h"

#include "gtest/gtest.h"

namespace avvik::config {
namespace {

TEST(LoopbackTest, OnlyWhatNeverLeavesTheMachineIsLoopback) {
  for (const char* host : {"127.0.0.1", "127.255.0.9", "::1", "[::1]", "localhost"}) {
    EXPECT_TRUE(IsLoopback(host)) << host;
  }
  for (const char* host : {"", "0.0.0.0", "::", "[::]", "10.0.0.1", "127.0.0.1.example", "127.1", "1270.0.1",
                           "localhost.example", "fe80::1", "::ffff:10.0.0.1", "*"}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

TEST(LoopbackTest, HostIsWhatStandsBeforeThePort) {
  EXPECT_EQ(HostOf("127.0.0.1:80"), "127.0.0.1");
  EXPECT_EQ(HostOf("[::1]:80"), "[::1]");
  EXPECT_EQ(HostOf("::1:80"), "");
  EXPECT_EQ(HostOf("8080"), "");
  EXPECT_EQ(HostOf(":8080"), "");
}

}  // namespace
}  // namespace avvik::config
