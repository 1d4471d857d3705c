#include "services/gateway/sign_in/sealer.h"

#include <set>

#include "gtest/gtest.h"

namespace avvik::gateway {
namespace {

const std::string kOne(64, '1');
const std::string kTwo(64, '2');

TEST(SealerTest, WhatIsSealedIsReadWithTheSameKeyAndContextOnly) {
  const Sealer sealer = *Sealer::FromKeys(kOne);
  const std::string sealed = sealer.Seal("a token", "session/1");
  EXPECT_EQ(sealed.find("a token"), std::string::npos);
  EXPECT_EQ(sealer.Open(sealed, "session/1"), "a token");
  EXPECT_EQ(sealer.Open(sealed, "session/2"), std::nullopt);
  EXPECT_EQ(Sealer::FromKeys(kTwo)->Open(sealed, "session/1"), std::nullopt);
}

TEST(SealerTest, WhatWasAlteredIsNotRead) {
  const Sealer sealer = *Sealer::FromKeys(kOne);
  const std::string sealed = sealer.Seal("a token", "c");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_EQ(sealer.Open(altered, "c"), std::nullopt) << i;
  }
  for (const std::string& other : {std::string(), std::string("x"), sealed.substr(1), sealed + "x"})
    EXPECT_EQ(sealer.Open(other, "c"), std::nullopt);
}

TEST(SealerTest, SealingTwiceGivesTwoTexts) {
  const Sealer sealer = *Sealer::FromKeys(kOne);
  EXPECT_NE(sealer.Seal("x", "c"), sealer.Seal("x", "c"));
}

TEST(SealerTest, ANewKeySealsWhileTheOldOneStillOpens) {
  const Sealer before = *Sealer::FromKeys(kOne);
  const Sealer after = *Sealer::FromKeys(kTwo + "\n" + kOne);
  EXPECT_EQ(after.Open(before.Seal("x", "c"), "c"), "x");
  EXPECT_EQ(before.Open(after.Seal("x", "c"), "c"), std::nullopt);
  EXPECT_EQ(after.Pseudonyms("anna")[1], before.Pseudonyms("anna")[0]);
}

TEST(SealerTest, KeysOfAnotherFormAreRefused) {
  for (const std::string& text :
       {std::string(), std::string("\n"), std::string(63, '1'), std::string(66, '1'),
        std::string(64, 'x'), kOne + "\nx", kOne + " "}) {
    EXPECT_FALSE(Sealer::FromKeys(text).ok()) << text;
  }
  EXPECT_TRUE(Sealer::FromKeys(kOne + "\n").ok());
}

TEST(SealerTest, NamesAreTheSameForTheSameTextAndDoNotShowIt) {
  const Sealer sealer = *Sealer::FromKeys(kOne);
  EXPECT_EQ(sealer.Pseudonyms("anna"), sealer.Pseudonyms("anna"));
  EXPECT_NE(sealer.Pseudonyms("anna"), sealer.Pseudonyms("annb"));
  EXPECT_NE(sealer.Pseudonyms("anna").front(), Fingerprint("anna"));
}

TEST(RandomTextTest, IsLongAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string text = RandomText();
    EXPECT_TRUE(IsRandomText(text)) << text;
    EXPECT_TRUE(seen.insert(text).second);
  }
  EXPECT_FALSE(IsRandomText(""));
  EXPECT_FALSE(IsRandomText(std::string(42, 'a')));
  EXPECT_FALSE(IsRandomText(std::string(42, 'a') + "\n"));
}

}  // namespace
}  // namespace avvik::gateway
