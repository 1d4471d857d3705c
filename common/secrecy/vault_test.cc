#include "common/secrecy/vault.h"

#include <thread>

#include "absl/time/clock.h"
#include "common/secrecy/test_vault.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace avvik::secrecy {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using ::testing::ElementsAre;

const std::string kOld = MasterKeyLine("old", 'a');
const std::string kNew = MasterKeyLine("new", 'b');

class VaultTest : public ::testing::Test {
 protected:
  std::unique_ptr<Vault> Open() {
    auto vault = Vault::Open(file_.path(), store_);
    EXPECT_OK(vault);
    return *std::move(vault);
  }
  std::string MasterOf(const std::string& tenant) {
    return store_.Find(tenant)->front().master_key_id;
  }

  MasterKeyFile file_{kOld};
  MemoryTenantKeyStore store_;
};

TEST_F(VaultTest, KeyComesBackFromItsWrappingAlsoInAnotherProcess) {
  const auto key = Open()->NewKey("kalix");
  ASSERT_OK(key);
  const std::string sealed = key->Seal("text", "c");
  const auto again = Open()->Unwrap("kalix", key->wrapped());
  ASSERT_OK(again);
  EXPECT_EQ(*again->Open(sealed, "c"), "text");
}

TEST_F(VaultTest, KeyOfOneTenantOpensForNoOther) {
  const auto vault = Open();
  const auto key = vault->NewKey("kalix");
  EXPECT_THAT(vault->Unwrap("tyreso", key->wrapped()), HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(vault->Unwrap("kalix", "nothing"), HasCode(absl::StatusCode::kDataLoss));
}

TEST_F(VaultTest, PseudonymIsTheSameForALoginAndDifferentBetweenTenantsAndPurposes) {
  const auto vault = Open();
  const std::string pseudonym = *vault->Pseudonym("kalix", "anna");
  EXPECT_EQ(pseudonym.size(), 32u);
  EXPECT_EQ(pseudonym, *Open()->Pseudonym("kalix", "anna"));
  EXPECT_NE(pseudonym, *vault->Pseudonym("kalix", "anne"));
  EXPECT_NE(pseudonym, *vault->Pseudonym("tyreso", "anna"));
  EXPECT_NE(pseudonym, *vault->Fingerprint("kalix", "request", "anna"));
  EXPECT_NE(*vault->Fingerprint("kalix", "a", "bc"), *vault->Fingerprint("kalix", "ab", "c"));
}

TEST_F(VaultTest, RotationRewrapsWhileEverythingStaysReadable) {
  const auto vault = Open();
  const auto other_copy = Open();
  const auto key = vault->NewKey("kalix");
  const std::string sealed = key->Seal("text", "c");
  const std::string pseudonym = *vault->Pseudonym("kalix", "anna");
  std::atomic<bool> stop{false};
  std::atomic<int> reads{0};
  std::thread reader([&] {
    while (!stop) {
      const auto again = vault->Unwrap("kalix", key->wrapped());
      if (!again.ok() || *again->Open(sealed, "c") != "text") {
        ADD_FAILURE() << "not readable during rotation";
        return;
      }
      ++reads;
    }
  });
  for (int round = 0; round < 20; ++round) {
    file_.Write(round % 2 == 0 ? kNew + kOld : kOld + kNew);
    const auto rewrapped = vault->Rotate();
    ASSERT_OK(rewrapped);
    EXPECT_EQ(*rewrapped, 1u);
  }
  file_.Write(kNew + kOld);
  EXPECT_EQ(*vault->Rotate(), 1u);
  stop = true;
  reader.join();
  EXPECT_GT(reads, 0);
  EXPECT_EQ(MasterOf("kalix"), "new");
  // A copy that has not looked at the file since, nor used the tenant yet.
  EXPECT_OK(other_copy->Unwrap("kalix", key->wrapped()));
  // Without the old master key.
  file_.Write(kNew);
  const auto afterwards = Open();
  EXPECT_EQ(*afterwards->Unwrap("kalix", key->wrapped())->Open(sealed, "c"), "text");
  EXPECT_EQ(*afterwards->Pseudonym("kalix", "anna"), pseudonym);
}

TEST_F(VaultTest, StartRewrapsWhatAnOlderMasterKeyWraps) {
  ASSERT_OK(Open()->NewKey("kalix"));
  file_.Write(kNew + kOld);
  Open();
  EXPECT_EQ(MasterOf("kalix"), "new");
}

TEST_F(VaultTest, MasterKeyGivenUpTooEarlyIsRememberedUntilTheEndOfTheProcess) {
  const auto vault = Open();
  ASSERT_OK(vault->NewKey("kalix"));
  file_.Write(kNew);
  EXPECT_EQ(*vault->Rotate(), 1u);
  EXPECT_EQ(MasterOf("kalix"), "new");
}

TEST_F(VaultTest, VaultDoesNotOpenWithoutTheMasterKeyOrWithAnotherOfItsName) {
  ASSERT_OK(Open()->NewKey("kalix"));
  file_.Write(kNew);
  EXPECT_THAT(Vault::Open(file_.path(), store_),
              IsError(absl::StatusCode::kFailedPrecondition, "MASTER_KEY_MISSING"));
  file_.Write(MasterKeyLine("old", 'c'));
  EXPECT_THAT(Vault::Open(file_.path(), store_),
              IsError(absl::StatusCode::kFailedPrecondition, "MASTER_KEY_WRONG"));
}

TEST_F(VaultTest, SpoiltFileLeavesTheKeysInUse) {
  const auto vault = Open();
  const auto key = vault->NewKey("kalix");
  file_.Write("no keys\n");
  EXPECT_FALSE(vault->Rotate().ok());
  EXPECT_OK(vault->Unwrap("kalix", key->wrapped()));
  EXPECT_OK(vault->NewKey("tyreso"));
}

TEST_F(VaultTest, FirstUseOfATenantByManyAtOnceMakesOneKey) {
  const auto vault = Open();
  const auto other = Open();
  std::vector<std::string> pseudonyms(8);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < pseudonyms.size(); ++i) {
    threads.emplace_back(
        [&, i] { pseudonyms[i] = *(i % 2 == 0 ? vault : other)->Pseudonym("kalix", "anna"); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& pseudonym : pseudonyms) EXPECT_EQ(pseudonym, pseudonyms[0]);
}

TEST_F(VaultTest, TenantsKeyIsReplacedWhileCopiesGoOnAndTheOldOneIsDestroyed) {
  const auto vault = Open();
  const auto other_copy = Open();
  const auto key = vault->NewKey("kalix");
  ASSERT_OK(other_copy->Unwrap("kalix", key->wrapped()));
  const std::string sealed = key->Seal("text", "c");
  const std::string old = store_.Find("kalix")->front().wrapped;
  const absl::Time asked = absl::Now();
  EXPECT_EQ(vault->ReplaceTenantKeys(asked)->size(), 1u);
  EXPECT_EQ(vault->ReplaceTenantKeys(asked)->size(), 0u);
  ASSERT_EQ(store_.Find("kalix")->size(), 2u);

  const auto both = vault->WithNewKey("kalix", key->wrapped());
  ASSERT_OK(both);
  EXPECT_EQ(both->size(), 2u);
  EXPECT_EQ(*both->Open(sealed, "c"), "text");
  EXPECT_FALSE(both->IsCurrent(sealed, "c"));
  const std::string anew = both->Seal("text", "c");
  EXPECT_TRUE(both->IsCurrent(anew, "c"));
  EXPECT_THAT(key->Open(anew, "c"), HasCode(absl::StatusCode::kDataLoss));
  // A copy that has not heard of the new generation looks for it.
  EXPECT_EQ(*other_copy->Unwrap("kalix", both->wrapped())->Open(anew, "c"), "text");

  const auto newest = vault->NewestOnly("kalix", both->wrapped());
  ASSERT_OK(newest);
  EXPECT_THAT(newest->Open(sealed, "c"), HasCode(absl::StatusCode::kDataLoss));
  EXPECT_EQ(*vault->DestroyOlderTenantKeys(), std::vector<std::string>{"kalix"});
  EXPECT_TRUE(vault->DestroyOlderTenantKeys()->empty());
  for (const WrappedTenantKey& left : *store_.Find("kalix")) EXPECT_NE(left.wrapped, old);
  const auto afterwards = Open();
  EXPECT_EQ(*afterwards->Unwrap("kalix", newest->wrapped())->Open(anew, "c"), "text");
  EXPECT_THAT(afterwards->Unwrap("kalix", key->wrapped()), HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(vault->Unwrap("kalix", key->wrapped()), HasCode(absl::StatusCode::kDataLoss));
}

TEST_F(VaultTest, HashesAreMadeByTheNewKeyOnlyWhenEveryCopyLooksForThemAndFoundByTheOldOneUntilItIsDestroyed) {
  const auto vault = Open();
  const auto other_copy = Open();
  const std::string before = *vault->Pseudonym("kalix", "anna");
  EXPECT_THAT(*vault->Pseudonyms("kalix", "anna"), ElementsAre(before));
  EXPECT_EQ(*other_copy->Pseudonym("kalix", "anna"), before);
  const absl::Time asked = absl::Now();
  ASSERT_OK(vault->ReplaceTenantKeys(asked));
  // Made as before, looked for by both.
  EXPECT_EQ(*vault->Pseudonym("kalix", "anna"), before);
  const std::vector<std::string> both = *vault->Pseudonyms("kalix", "anna");
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0], before);
  EXPECT_NE(both[1], before);
  ASSERT_OK(other_copy->Rotate());
  EXPECT_EQ(*other_copy->Pseudonyms("kalix", "anna"), both);

  ASSERT_OK(vault->HashWithNewest(asked));
  EXPECT_EQ(*vault->Pseudonym("kalix", "anna"), both[1]);
  EXPECT_THAT(*vault->Pseudonyms("kalix", "anna"), ElementsAre(both[1], both[0]));
  // A copy that has not heard of it yet finds what is written now, too.
  EXPECT_EQ(*other_copy->Pseudonyms("kalix", "anna"), both);
  ASSERT_OK(other_copy->Rotate());
  EXPECT_EQ(*other_copy->Pseudonym("kalix", "anna"), both[1]);
  EXPECT_EQ(*other_copy->Fingerprints("kalix", "login", "anna"), *vault->Pseudonyms("kalix", "anna"));

  // Not while it wraps keys yet, nor as long as it is to be recognised.
  EXPECT_TRUE(vault->DestroyOlderHashingKeys(asked)->empty());
  ASSERT_OK(vault->DestroyOlderTenantKeys());
  EXPECT_TRUE(vault->DestroyOlderHashingKeys(asked - absl::Seconds(1))->empty());
  EXPECT_THAT(*Open()->Pseudonyms("kalix", "anna"), ElementsAre(both[1], both[0]));
  EXPECT_THAT(*vault->DestroyOlderHashingKeys(asked), ElementsAre("kalix"));
  EXPECT_TRUE(vault->DestroyOlderHashingKeys(asked)->empty());
  EXPECT_EQ(store_.Find("kalix")->size(), 1u);
  EXPECT_THAT(*vault->Pseudonyms("kalix", "anna"), ElementsAre(both[1]));
  EXPECT_THAT(*Open()->Pseudonyms("kalix", "anna"), ElementsAre(both[1]));
  ASSERT_OK(other_copy->Rotate());
  EXPECT_THAT(*other_copy->Pseudonyms("kalix", "anna"), ElementsAre(both[1]));
}

TEST_F(VaultTest, CopyWithASpoiltFileHearsOfANewKeyForHashes) {
  const auto vault = Open();
  ASSERT_OK(vault->NewKey("kalix"));
  MasterKeyFile spoilt(kOld);
  const auto other_copy = *Vault::Open(spoilt.path(), store_);
  spoilt.Write("no keys\n");
  ASSERT_OK(vault->ReplaceTenantKeys(absl::Now()));
  EXPECT_FALSE(other_copy->Rotate().ok());
  EXPECT_EQ(other_copy->Pseudonyms("kalix", "anna")->size(), 2u);
}

TEST_F(VaultTest, PartForHashesIsRewrappedByANewMasterKey) {
  const auto vault = Open();
  ASSERT_OK(vault->NewKey("kalix"));
  ASSERT_OK(vault->ReplaceTenantKeys(absl::Now()));
  ASSERT_OK(vault->HashWithNewest(absl::Now()));
  ASSERT_OK(vault->DestroyOlderTenantKeys());
  const auto before = *vault->Pseudonyms("kalix", "anna");
  file_.Write(kNew + kOld);
  EXPECT_EQ(*vault->Rotate(), 2u);
  file_.Write(kNew);
  EXPECT_EQ(*Open()->Pseudonyms("kalix", "anna"), before);
}

TEST_F(VaultTest, MoreTenantsThanAreRememberedAreServed) {
  const auto vault = Open();
  const auto first = vault->NewKey("tenant-0");
  for (int i = 1; i < 1'100; ++i) ASSERT_OK(vault->NewKey("tenant-" + std::to_string(i)));
  EXPECT_OK(vault->Unwrap("tenant-0", first->wrapped()));
}

}  // namespace
}  // namespace avvik::secrecy
