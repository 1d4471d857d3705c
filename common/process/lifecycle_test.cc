#include "common/process/lifecycle.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "gtest/gtest.h"

namespace avvik::process {
namespace {

TEST(LifecycleTest, MemoryIsWrittenToNoCoreFileAndReadByNoOtherProcess) {
  ForbidDumps();
  EXPECT_EQ(prctl(PR_GET_DUMPABLE), 0);
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_CORE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, 0u);
  EXPECT_EQ(limit.rlim_max, 0u);
}

}  // namespace
}  // namespace avvik::process
