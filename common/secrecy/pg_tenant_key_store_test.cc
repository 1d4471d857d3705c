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
  EXPECT_FALSE((*store_.Find("kalix")).has_value());
  const std::string bytes("\0\x01\xff key", 7);
  const auto first = store_.Add({.tenant = "kalix", .master_key_id = "a", .wrapped = bytes});
  ASSERT_OK(first);
  EXPECT_EQ(first->wrapped, bytes);
  const auto second = store_.Add({.tenant = "kalix", .master_key_id = "b", .wrapped = "other"});
  ASSERT_OK(second);
  EXPECT_EQ(second->wrapped, bytes);
  EXPECT_EQ((*store_.Find("kalix"))->master_key_id, "a");
}

TEST_F(PgTenantKeyStoreTest, RewrapReplacesOnlyWhatItSaw) {
  const WrappedTenantKey first{.tenant = "kalix", .master_key_id = "a", .wrapped = "one"};
  const WrappedTenantKey second{.tenant = "kalix", .master_key_id = "b", .wrapped = "two"};
  const WrappedTenantKey third{.tenant = "kalix", .master_key_id = "c", .wrapped = "three"};
  ASSERT_OK(store_.Add(first));
  ASSERT_OK(store_.Rewrap(first, second));
  ASSERT_OK(store_.Rewrap(first, third));
  EXPECT_EQ((*store_.Find("kalix"))->wrapped, "two");
  EXPECT_EQ(store_.All()->size(), 1u);
}

TEST_F(PgTenantKeyStoreTest, DatabaseHoldsNoKeyInTheClear) {
  const MasterKeyFile file;
  const auto vault = Vault::Open(file.path(), store_);
  ASSERT_OK(vault);
  const auto key = (*vault)->NewKey("kalix");
  ASSERT_OK(key);
  EXPECT_EQ(database_.Value("SELECT length(wrapped) FROM tenant_key"), "73");
  const auto again = Vault::Open(file.path(), store_);
  EXPECT_OK((*again)->Unwrap("kalix", key->wrapped()));
}

}  // namespace
}  // namespace avvik::secrecy
