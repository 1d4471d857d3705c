// Whatever the fuzzers found interesting is given to the targets again.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "gtest/gtest.h"
#include "tests/fuzz/targets.h"

namespace avvik::fuzz {
namespace {

std::filesystem::path Corpus() {
  const char* root = std::getenv("AVVIK_SOURCE_DIR");
  return std::filesystem::path(root == nullptr ? "." : root) / "tests/fuzz/corpus";
}

std::string Content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(FuzzReplayTest, EveryTargetStandsItsCorpus) {
  for (const auto& [name, target] : Targets()) {
    SCOPED_TRACE(name);
    target("");
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(Corpus() / name)) {
      target(Content(entry.path()));
      ++files;
    }
    EXPECT_GT(files, 0);
  }
}

TEST(FuzzReplayTest, EveryCorpusHasItsTarget) {
  for (const auto& entry : std::filesystem::directory_iterator(Corpus())) {
    EXPECT_EQ(Targets().count(entry.path().filename()), 1u) << entry.path();
  }
}

}  // namespace
}  // namespace avvik::fuzz
