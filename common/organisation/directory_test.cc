#include "common/organisation/directory.h"

#include <atomic>
#include <thread>

#include "common/clock/fake_clock.h"
#include "common/organisation/example_organisation.h"
#include "common/status/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::organisation {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

v1::Organisation Named(const std::string& tenant, const std::string& name = "Bys kommun") {
  v1::Organisation organisation = ExampleOrganisation();
  organisation.set_tenant(tenant);
  organisation.set_name(name);
  return organisation;
}

class FakeSource final : public Source {
 public:
  absl::StatusOr<std::optional<Snapshot>> Fetch(const std::string& tenant,
                                                int64_t known_version) override {
    ++fetches;
    last_known_version = known_version;
    if (during_fetch) during_fetch();
    if (!error.ok()) return error;
    auto found = snapshots.find(tenant);
    if (found == snapshots.end() || found->second.version <= known_version) return std::nullopt;
    return found->second;
  }
  absl::StatusOr<std::vector<std::string>> Tenants() override {
    if (!error.ok()) return error;
    std::vector<std::string> tenants;
    for (const auto& [tenant, snapshot] : snapshots) tenants.push_back(tenant);
    return tenants;
  }

  std::map<std::string, Snapshot> snapshots;
  absl::Status error;
  std::function<void()> during_fetch;
  std::atomic<int> fetches{0};
  int64_t last_known_version = -1;
};

class FakeKeeper final : public Keeper {
 public:
  absl::Status Keep(const Snapshot& snapshot) override {
    if (!error.ok()) return error;
    kept[snapshot.organisation.tenant()] = snapshot;
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<Snapshot>> Load() override {
    if (!error.ok()) return error;
    std::vector<Snapshot> all;
    for (const auto& [tenant, snapshot] : kept) all.push_back(snapshot);
    return all;
  }

  std::map<std::string, Snapshot> kept;
  absl::Status error;
};

class DirectoryTest : public testing::Test {
 protected:
  FakeClock clock_{absl::UnixEpoch()};
  FakeSource source_;
  FakeKeeper keeper_;
  Directory directory_{clock_, &source_, &keeper_};
};

TEST_F(DirectoryTest, UnknownTenantIsNull) { EXPECT_EQ(directory_.Find("by"), nullptr); }

TEST_F(DirectoryTest, PutPublishesAndKeeps) {
  ASSERT_EQ(directory_.Put(Named("by"), 3), absl::OkStatus());
  EXPECT_EQ(directory_.Find("by")->version(), 3);
  EXPECT_EQ(keeper_.kept["by"].version, 3);
  EXPECT_THAT(directory_.Tenants(), ElementsAre("by"));
}

TEST_F(DirectoryTest, OlderAndEqualVersionsAreIgnored) {
  ASSERT_EQ(directory_.Put(Named("by", "new"), 3), absl::OkStatus());
  EXPECT_EQ(directory_.Put(Named("by", "old"), 2), absl::OkStatus());
  EXPECT_EQ(directory_.Put(Named("by", "same"), 3), absl::OkStatus());
  EXPECT_EQ(directory_.Find("by")->proto().name(), "new");
  EXPECT_EQ(keeper_.kept["by"].organisation.name(), "new");
}

TEST_F(DirectoryTest, WhatCannotBeKeptIsNotPublished) {
  keeper_.error = absl::UnavailableError("database away");
  EXPECT_EQ(directory_.Put(Named("by"), 1).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(directory_.Find("by"), nullptr);
  keeper_.error = absl::OkStatus();
  EXPECT_EQ(directory_.Put(Named("by"), 1), absl::OkStatus());
  EXPECT_NE(directory_.Find("by"), nullptr);
}

TEST_F(DirectoryTest, WhatDoesNotHoldTogetherLeavesTheOneBefore) {
  ASSERT_EQ(directory_.Put(Named("by"), 1), absl::OkStatus());
  v1::Organisation broken = Named("by");
  broken.mutable_people(0)->clear_roles();
  EXPECT_EQ(directory_.Put(broken, 2).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(directory_.Find("by")->version(), 1);
}

TEST_F(DirectoryTest, SnapshotInHandsStaysAsItWas) {
  ASSERT_EQ(directory_.Put(Named("by", "before"), 1), absl::OkStatus());
  auto held = directory_.Find("by");
  ASSERT_EQ(directory_.Put(Named("by", "after"), 2), absl::OkStatus());
  EXPECT_EQ(held->proto().name(), "before");
  EXPECT_EQ(directory_.Find("by")->proto().name(), "after");
}

TEST_F(DirectoryTest, RestoreBringsBackWhatWasKept) {
  keeper_.kept["by"] = {Named("by"), 7};
  ASSERT_EQ(directory_.Restore(), absl::OkStatus());
  EXPECT_EQ(directory_.Find("by")->version(), 7);
  EXPECT_EQ(source_.fetches, 0);
}

TEST_F(DirectoryTest, RestoreLeavesOutWhatIsNoLongerAcceptable) {
  keeper_.kept["bad"] = {v1::Organisation(), 1};
  keeper_.kept["by"] = {Named("by"), 7};
  EXPECT_EQ(directory_.Restore().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(directory_.Tenants(), ElementsAre("by"));
}

TEST_F(DirectoryTest, RefreshFetchesOnlyWhatIsNewer) {
  source_.snapshots["by"] = {Named("by"), 2};
  ASSERT_EQ(directory_.RefreshNow("by"), absl::OkStatus());
  EXPECT_EQ(source_.last_known_version, 0);
  ASSERT_EQ(directory_.RefreshNow("by"), absl::OkStatus());
  EXPECT_EQ(source_.last_known_version, 2);
  EXPECT_EQ(directory_.Find("by")->version(), 2);
}

TEST_F(DirectoryTest, AnswerForAnotherTenantIsRefused) {
  source_.snapshots["by"] = {Named("other"), 2};
  EXPECT_EQ(directory_.RefreshNow("by").code(), absl::StatusCode::kInternal);
  EXPECT_THAT(directory_.Tenants(), IsEmpty());
}

TEST_F(DirectoryTest, UnreachableSourceLeavesWhatIsKnown) {
  ASSERT_EQ(directory_.Put(Named("by"), 1), absl::OkStatus());
  source_.error = absl::UnavailableError("away");
  EXPECT_EQ(directory_.RefreshNow("by").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(directory_.Find("by")->version(), 1);
}

TEST_F(DirectoryTest, AtLeastFetchesOnlyWhenBehind) {
  ASSERT_EQ(directory_.Put(Named("by"), 2), absl::OkStatus());
  EXPECT_EQ((*directory_.AtLeast("by", 2))->version(), 2);
  EXPECT_EQ(source_.fetches, 0);
  source_.snapshots["by"] = {Named("by"), 5};
  EXPECT_EQ((*directory_.AtLeast("by", 3))->version(), 5);
  EXPECT_EQ(source_.fetches, 1);
}

TEST_F(DirectoryTest, AtLeastSaysWhenTheSourceIsBehind) {
  absl::Status status = directory_.AtLeast("by", 1).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status::ReasonOf(status), "ORGANISATION_BEHIND");
}

TEST_F(DirectoryTest, RefreshIfOlderThanIsLimitedPerTenant) {
  source_.snapshots["by"] = {Named("by"), 1};
  auto refresh = [&](const char* tenant) {
    return directory_.RefreshIfOlderThan(tenant, absl::Seconds(5));
  };
  ASSERT_EQ(refresh("by"), absl::OkStatus());
  ASSERT_EQ(refresh("by"), absl::OkStatus());
  clock_.Advance(absl::Seconds(5));
  ASSERT_EQ(refresh("by"), absl::OkStatus());
  EXPECT_EQ(source_.fetches, 1);
  ASSERT_EQ(refresh("other"), absl::OkStatus());
  EXPECT_EQ(source_.fetches, 2);
  clock_.Advance(absl::Seconds(1));
  ASSERT_EQ(refresh("by"), absl::OkStatus());
  EXPECT_EQ(source_.fetches, 3);
}

TEST_F(DirectoryTest, FailedRefreshCountsForTheLimitToo) {
  source_.error = absl::UnavailableError("away");
  EXPECT_FALSE(directory_.RefreshIfOlderThan("by", absl::Seconds(5)).ok());
  EXPECT_TRUE(directory_.RefreshIfOlderThan("by", absl::Seconds(5)).ok());
  EXPECT_EQ(source_.fetches, 1);
}

TEST_F(DirectoryTest, WhileOneRefreshesOthersDoNotWait) {
  source_.during_fetch = [&] {
    source_.during_fetch = nullptr;
    clock_.Advance(absl::Hours(1));
    std::thread([&] {
      EXPECT_EQ(directory_.RefreshIfOlderThan("by", absl::Seconds(5)), absl::OkStatus());
    }).join();
  };
  EXPECT_EQ(directory_.RefreshIfOlderThan("by", absl::Seconds(5)), absl::OkStatus());
  EXPECT_EQ(source_.fetches, 1);
}

TEST_F(DirectoryTest, RefreshAllGoesOnAfterAnError) {
  source_.snapshots["a"] = {Named("wrong"), 1};
  source_.snapshots["by"] = {Named("by"), 1};
  EXPECT_EQ(directory_.RefreshAll().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(directory_.Tenants(), ElementsAre("by"));
}

TEST_F(DirectoryTest, WithoutSourceAndKeeperItHoldsWhatItIsGiven) {
  Directory own(clock_, nullptr, nullptr);
  EXPECT_EQ(own.Restore(), absl::OkStatus());
  EXPECT_EQ(own.RefreshAll(), absl::OkStatus());
  EXPECT_EQ(own.RefreshIfOlderThan("by", absl::ZeroDuration()), absl::OkStatus());
  EXPECT_EQ(own.Put(Named("by"), 1), absl::OkStatus());
  EXPECT_EQ((*own.AtLeast("by", 1))->version(), 1);
}

TEST_F(DirectoryTest, ReadersAndWritersMayCrossPaths) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 1; i <= 50; ++i) {
        EXPECT_EQ(directory_.Put(Named("by"), t * 50 + i), absl::OkStatus());
        EXPECT_GE(directory_.Find("by")->version(), i);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(directory_.Find("by")->version(), 200);
  EXPECT_EQ(keeper_.kept["by"].version, 200);
}

}  // namespace
}  // namespace avvik::organisation
