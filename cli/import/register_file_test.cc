#include "cli/import/register_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace avvik::cli {
namespace {

using avvik::testing::HasCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RegisterFileTest : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  absl::StatusOr<std::unique_ptr<RegisterFile>> Open(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
    return RegisterFile::Open(path_, Encoding::kUtf8);
  }

  std::string Fault(const std::string& text) {
    const auto file = Open(text);
    EXPECT_THAT(file, HasCode(absl::StatusCode::kInvalidArgument));
    return std::string(file.status().message());
  }

  const std::string path_ = ::testing::TempDir() + "register_file_test." +
                            ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(RegisterFileTest, KnowsJsonLinesAndCsvByTheirBeginning) {
  EXPECT_EQ((*Open("\n {\"a\":1}\n"))->kind(), FileKind::kJsonLines);
  EXPECT_EQ((*Open("a;b\n1;2\n"))->kind(), FileKind::kCsv);
}

TEST_F(RegisterFileTest, KnowsTheColumnsOfJsonLinesBeforeTheFirstRead) {
  const auto file = Open("{broken\n{\"a\":1,\"b\":2}\n{\"c\":3}\n");
  ASSERT_OK(file);
  EXPECT_THAT((*file)->columns(), ElementsAre("a", "b"));
  Item item;
  ASSERT_TRUE(*(*file)->Next(&item));
  EXPECT_EQ(std::get<Rejection>(item).line, 1);
  ASSERT_TRUE(*(*file)->Next(&item));
  EXPECT_EQ(std::get<Record>(item).Get("b"), "2");
  ASSERT_TRUE(*(*file)->Next(&item));
  EXPECT_EQ(std::get<Record>(item).line, 3);
  EXPECT_FALSE(*(*file)->Next(&item));
  EXPECT_EQ((*file)->bytes_read(), (*file)->size());
}

TEST_F(RegisterFileTest, RefusesWhatIsNoRegister) {
  EXPECT_THAT(Fault(""), HasSubstr("is empty"));
  EXPECT_THAT(Fault("\n\n"), HasSubstr("is empty"));
  EXPECT_THAT(Fault("[{\"a\":1}]"), HasSubstr("one object on each line"));
  EXPECT_THAT(Fault(std::string("\xff\xfe"
                                "a\0",
                                4)),
              HasSubstr("UTF-16"));
  EXPECT_THAT(Fault("{nonsense\n"), HasSubstr("is no valid JSON"));
  EXPECT_THAT(RegisterFile::Open(path_ + ".none", Encoding::kUtf8),
              HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(RegisterFile::Open("/", Encoding::kUtf8),
              HasCode(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace avvik::cli
