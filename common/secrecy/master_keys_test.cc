#include "common/secrecy/master_keys.h"

#include <cstdlib>

#include "common/secrecy/test_vault.h"
#include "tests/support/status_matchers.h"

namespace avvik::secrecy {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(MasterKeysTest, FirstLineIsCurrentAndTheOthersAreFound) {
  const auto keys = MasterKeys::Parse(
      "# keys of 2026\n\n" + MasterKeyLine("new", 'b') + "  " + MasterKeyLine("old", 'a'), "keys");
  ASSERT_OK(keys);
  EXPECT_EQ((*keys)->current_id(), "new");
  EXPECT_NE((*keys)->Find("old"), nullptr);
  EXPECT_EQ((*keys)->Find("older"), nullptr);
}

TEST(MasterKeysTest, EachMistakeIsNamedWithItsLineAndWithoutTheKey) {
  const std::string key = std::string(42, 'a') + "A=";
  const std::pair<std::string, std::string> cases[] = {
      {"", "keys: there is no master key"},
      {"# only words\n", "keys: there is no master key"},
      {"\n" + key + "\n", "keys:2: a master key is written id:base64"},
      {":" + key, "keys:1: a master key's id"},
      {"a b:" + key, "keys:1: a master key's id"},
      {"a:" + key + "\na:" + key, "keys:2: the id a is used twice"},
      {"a:" + key.substr(4), "keys:1: the key of a is not 32 bytes in base64"},
      {"a:aaaa" + key, "keys:1: the key of a is not 32 bytes in base64"},
      {"a:" + key + "x", "keys:1: the key of a is not 32 bytes in base64"},
      {"a:", "keys:1: the key of a is not 32 bytes in base64"},
  };
  for (const auto& [text, message] : cases) {
    const auto keys = MasterKeys::Parse(text, "keys");
    EXPECT_THAT(keys, HasCode(absl::StatusCode::kInvalidArgument)) << text;
    EXPECT_THAT(std::string(keys.status().message()), HasSubstr(message));
    EXPECT_THAT(std::string(keys.status().message()), Not(HasSubstr("aaaaaaaa")));
  }
}

TEST(MasterKeysTest, FileSaysHowToSealAndWhenKeysMustBeFrom) {
  const auto quiet = *MasterKeys::Parse(MasterKeyLine("a", 'a'), "keys");
  EXPECT_EQ(quiet->format(), Format::kXChaCha20Poly1305);
  EXPECT_EQ(quiet->renew_before(), absl::InfinitePast());
  const auto keys = MasterKeys::Parse(
      MasterKeyLine("a", 'a') + "@seal-with aes-256-gcm\n@renew-before 2026-11-21T12:00:00+01:00\n", "keys");
  ASSERT_OK(keys);
  EXPECT_EQ((*keys)->format(), Format::kAes256Gcm);
  EXPECT_EQ((*keys)->renew_before(), absl::FromUnixSeconds(1'795'258'800));
  for (const char* wrong : {"@", "@seal-with", "@seal-with rot13", "@renew-before", "@renew-before soon",
                            "@renew-before infinite-future", "@else x"}) {
    EXPECT_THAT(MasterKeys::Parse(MasterKeyLine("a", 'a') + wrong, "keys"),
                HasCode(absl::StatusCode::kInvalidArgument))
        << wrong;
  }
}

TEST(MasterKeysTest, MoreKeysThanTheMostAreRefused) {
  std::string text;
  for (size_t i = 0; i <= MasterKeys::kMost; ++i) {
    text += MasterKeyLine("key" + std::to_string(i), 'a');
  }
  EXPECT_THAT(MasterKeys::Parse(text, "keys"), HasCode(absl::StatusCode::kInvalidArgument));
}

TEST(MasterKeysTest, KeysComeFromAFileOrFromTheEnvironment) {
  const MasterKeyFile file;
  EXPECT_EQ((*MasterKeys::Load(file.path()))->current_id(), "first");
  std::string variable = MasterKeyLine("b", 'b');
  variable.back() = ',';
  ::setenv("AVVIK_TEST_MASTER_KEYS", (variable + MasterKeyLine("a", 'a')).c_str(), 1);
  const auto keys = MasterKeys::Load("env:AVVIK_TEST_MASTER_KEYS");
  ASSERT_OK(keys);
  EXPECT_EQ((*keys)->current_id(), "b");
  EXPECT_NE((*keys)->Find("a"), nullptr);
}

TEST(MasterKeysTest, MissingFileOrVariableIsSaid) {
  for (const char* setting : {"/no/such/file", "/tmp", "env:AVVIK_NO_SUCH_VARIABLE"}) {
    EXPECT_THAT(MasterKeys::Load(setting),
                IsError(absl::StatusCode::kFailedPrecondition, "MASTER_KEY_MISSING"))
        << setting;
  }
}

}  // namespace
}  // namespace avvik::secrecy
