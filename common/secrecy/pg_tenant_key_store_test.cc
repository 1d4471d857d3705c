#include "common/secrecy/pg_tenant_key_store.h"

#include "common/secrecy/test_vault.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::secrecy {
namespace {

class PgTenantKeyStoreTest : public ::testing::Test {
 protected:
  avvik::testing::TestDatabase database_{Migrations()};
  PgTenantKeyStore store_{database_.pool()};
};

TEST_F(PgTenantKeyStoreTest, FirstKeyIsKeptAndALaterOneIsNot) {
  EXPECT_TRUE(store_.Find("kalix")->empty());
  const std::string bytes("\0\x01\xff key", 7);
  const auto first = store_.Add({.tenant = "kalix", .master_key_id = "a", .wrapped = bytes});
  ASSERT_OK(first);
  EXPECT_EQ(first->front().wrapped, bytes);
  const auto second = store_.Add({.tenant = "kalix", .master_key_id = "b", .wrapped = "other"});
  ASSERT_OK(second);
  ASSERT_EQ(second->size(), 1u);
  EXPECT_EQ(second->front().wrapped, bytes);
  EXPECT_EQ(store_.Find("kalix")->front().master_key_id, "a");
}

TEST_F(PgTenantKeyStoreTest, RewrapReplacesOnlyWhatItSaw) {
  const WrappedTenantKey first{.tenant = "kalix", .master_key_id = "a", .wrapped = "one"};
  const WrappedTenantKey second{.tenant = "kalix", .master_key_id = "b", .wrapped = "two"};
  const WrappedTenantKey third{.tenant = "kalix", .master_key_id = "c", .wrapped = "three"};
  ASSERT_OK(store_.Add(first));
  ASSERT_OK(store_.Rewrap(first, second));
  ASSERT_OK(store_.Rewrap(first, third));
  EXPECT_EQ(store_.Find("kalix")->front().wrapped, "two");
  EXPECT_EQ(store_.All()->size(), 1u);
}

TEST_F(PgTenantKeyStoreTest, GenerationsStandBesideEachOtherUntilTheOlderAreDestroyed) {
  for (int64_t generation = 1; generation <= 3; ++generation) {
    ASSERT_OK(store_.Add({.tenant = "kalix",
                          .generation = generation,
                          .master_key_id = "a",
                          .wrapped = "key " + std::to_string(generation)}));
  }
  ASSERT_OK(store_.Add({.tenant = "orebro", .master_key_id = "a", .wrapped = "other"}));
  const auto all = store_.All();
  ASSERT_EQ(all->size(), 4u);
  EXPECT_EQ((*all)[0].generation, 3);
  EXPECT_EQ((*all)[2].wrapped, "key 1");
  ASSERT_OK(store_.DestroyBefore("kalix", 3));
  ASSERT_EQ(store_.Find("kalix")->size(), 1u);
  EXPECT_EQ(store_.Find("kalix")->front().generation, 3);
  EXPECT_EQ(store_.All()->size(), 2u);
  EXPECT_EQ(database_.Value("SELECT count(*) FROM tenant_key WHERE position('key'::bytea IN wrapped) > 0"), "1");
  // What was destroyed does not come back under its number.
  EXPECT_EQ(store_.Add({.tenant = "kalix", .generation = 2, .master_key_id = "a", .wrapped = "key"})->size(), 1u);
}

TEST_F(PgTenantKeyStoreTest, FirstGenerationHashesAtOnceAndAnotherFromWhenItIsTold) {
  const WrappedTenantKey first{.tenant = "kalix", .master_key_id = "a", .wrapped = "one"};
  ASSERT_OK(store_.Add(first));
  EXPECT_TRUE(store_.Find("kalix")->front().hashes_since.has_value());
  ASSERT_OK(store_.Add({.tenant = "kalix", .generation = 2, .master_key_id = "a", .wrapped = "two"}));
  EXPECT_FALSE(store_.Find("kalix")->front().hashes_since.has_value());
  const absl::Time at = absl::FromUnixSeconds(1'795'000'000);
  ASSERT_OK(store_.HashWith("kalix", 2, at));
  ASSERT_OK(store_.HashWith("kalix", 2, at + absl::Hours(1)));
  EXPECT_EQ(store_.Find("kalix")->front().hashes_since, at);
  WrappedTenantKey rest = first;
  rest.wrapped = "rest";
  rest.hashing_only = true;
  ASSERT_OK(store_.Rewrap(first, rest));
  EXPECT_TRUE((*store_.Find("kalix"))[1].hashing_only);
  EXPECT_FALSE((*store_.All())[0].hashing_only);
}

TEST_F(PgTenantKeyStoreTest, DatabaseHoldsNoKeyInTheClear) {
  const MasterKeyFile file;
  const auto vault = Vault::Open(file.path(), store_);
  ASSERT_OK(vault);
  const auto key = (*vault)->NewKey("kalix");
  ASSERT_OK(key);
  EXPECT_EQ(database_.Value("SELECT length(wrapped) FROM tenant_key"), "105");
  const auto again = Vault::Open(file.path(), store_);
  EXPECT_OK((*again)->Unwrap("kalix", key->wrapped()));
}

}  // namespace
}  // namespace avvik::secrecy
