#include "common/process/wiping.h"

#include <google/protobuf/wrappers.pb.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include "absl/strings/cord.h"
#include "gtest/gtest.h"

namespace avvik::process {
namespace {

// The marked text is nowhere in this program; it is made from this, letter by letter.
constexpr char kHidden[] = "sjfu1gjoot1jouf1{jhhjou1jhjfo/gpsh{uuf";
constexpr size_t kLength = sizeof kHidden - 1;

char Letter(size_t at) { return static_cast<char>(kHidden[at % kLength] - 1); }

bool IsMarked(const char* at) {
  for (size_t i = 0; i < kLength; ++i) {
    if (at[i] != Letter(i)) return false;
  }
  return true;
}

// Fills the memory with the text, as often as there is room.
void Mark(char* to, size_t size) {
  for (size_t i = 0; i < size; ++i) to[i] = Letter(i);
}

// How often the text is found in all that this process may write to.
int Copies() {
  int copies = 0;
  std::ifstream maps("/proc/self/maps");
  std::string line;
  while (std::getline(maps, line)) {
    uintptr_t begin = 0;
    uintptr_t end = 0;
    char rights[5] = {};
    if (std::sscanf(line.c_str(), "%zx-%zx %4s", &begin, &end, rights) != 3) continue;
    if (rights[0] != 'r' || rights[1] != 'w') continue;
    const char* last = reinterpret_cast<const char*>(end) - kLength;
    for (const char* at = reinterpret_cast<const char*>(begin); at <= last; ++at) {
      at = static_cast<const char*>(std::memchr(at, Letter(0), static_cast<size_t>(last - at) + 1));
      if (at == nullptr) break;
      if (IsMarked(at)) ++copies;
    }
  }
  return copies;
}

class WipingTest : public ::testing::TestWithParam<size_t> {
 protected:
  void SetUp() override {
    if (!WipesFreedMemory()) GTEST_SKIP() << "a sanitizer keeps the heap";
    ASSERT_EQ(Copies(), 0);
  }
};

TEST_P(WipingTest, NothingOfATextIsLeftInMemoryWhenItIsFreed) {
  {
    std::string text(GetParam(), '\0');
    Mark(text.data(), text.size());
    google::protobuf::StringValue message;
    message.set_value(text);
    const std::string bytes = message.SerializeAsString();
    const absl::Cord cord(bytes);
    std::string grown = text;
    grown += text;
    EXPECT_GE(Copies(), 5);
  }
  EXPECT_EQ(Copies(), 0);
}

TEST_P(WipingTest, NothingIsLeftWhereABlockWasMovedFromOrCutOff) {
  auto* block = static_cast<char*>(std::malloc(GetParam()));
  ASSERT_NE(block, nullptr);
  Mark(block, GetParam());
  // Something behind it, so that it cannot grow in its place.
  void* wall = std::malloc(100);
  block = static_cast<char*>(std::realloc(block, 3 * GetParam()));
  ASSERT_NE(block, nullptr);
  EXPECT_TRUE(IsMarked(block)) << "what it held moves along";
  const int copies = Copies();
  EXPECT_EQ(copies, static_cast<int>(GetParam() / kLength));
  block = static_cast<char*>(std::realloc(block, GetParam() * 2));
  EXPECT_EQ(Copies(), copies);
  block = static_cast<char*>(std::realloc(block, kLength + 1));
  EXPECT_TRUE(IsMarked(block));
  EXPECT_EQ(Copies(), 1);
  std::free(block);
  std::free(wall);
  EXPECT_EQ(Copies(), 0);
}

// Of the size that a thread keeps for itself, of one that all share, and of one with a mapping of its own.
INSTANTIATE_TEST_SUITE_P(Sizes, WipingTest, ::testing::Values(200, 20'000, 3'000'000));

}  // namespace
}  // namespace avvik::process
