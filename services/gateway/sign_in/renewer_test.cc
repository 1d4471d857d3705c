#include "services/gateway/sign_in/renewer.h"

#include <atomic>
#include <future>
#include <thread>

#include "services/gateway/sign_in/sign_in_fixture.h"

namespace avvik::gateway {
namespace {

class RenewerTest : public SignInFixture {
 protected:
  RenewerTest() { EXPECT_TRUE(workers_.Start().ok()); }
  ~RenewerTest() override {
    workers_.Stop();
    renewer_.Stop();
  }
  std::string Outcome(const absl::StatusOr<Session>& result) {
    return result.ok() ? result->tokens.access : status::ReasonOf(result.status());
  }

  WorkerPool workers_{"test", 4, 100};
  Renewer renewer_{sessions_, provider_, workers_};
};

TEST_F(RenewerTest, NewTokensAreKeptInTheSession) {
  const std::string key = Sessions::KeyOf(Begin());
  clock_.Advance(absl::Minutes(9));
  Grant("", "anna.berg", "refresh-2");
  const auto renewed = renewer_.RenewOnce(key);
  ASSERT_TRUE(renewed.ok()) << renewed.status();
  EXPECT_EQ(renewed->tokens.expiry, clock_.Now() + absl::Minutes(10));
  EXPECT_EQ(renewed->tokens.id, "id-1");
  const auto kept = sessions_.Use(key);
  EXPECT_EQ(kept->tokens.access, renewed->tokens.access);
  EXPECT_EQ(kept->tokens.refresh, "refresh-2");
  EXPECT_EQ(http_.requests.back().body, "grant_type=refresh_token&refresh_token=refresh-1");
}

TEST_F(RenewerTest, ARefusalOfTheProviderEndsTheSession) {
  const std::string key = Sessions::KeyOf(Begin());
  clock_.Advance(absl::Minutes(9));
  Refuse();
  EXPECT_EQ(Outcome(renewer_.RenewOnce(key)), "SESSION_ENDED");
  EXPECT_EQ(store_.size(), 0u);
}

TEST_F(RenewerTest, AProviderThatIsAwayEndsNothing) {
  const std::string key = Sessions::KeyOf(Begin());
  clock_.Advance(absl::Minutes(9));
  http_.Answer(kToken, 500, "");
  EXPECT_EQ(Outcome(renewer_.RenewOnce(key)), "PROVIDER_UNAVAILABLE");
  EXPECT_EQ(store_.size(), 1u);
  Grant("");
  EXPECT_TRUE(renewer_.RenewOnce(key).ok());
}

TEST_F(RenewerTest, WhatHasJustBeenRenewedIsNotRenewedAgain) {
  const std::string key = Sessions::KeyOf(Begin());
  EXPECT_EQ(Outcome(renewer_.RenewOnce(key)), "access-1");
  EXPECT_EQ(http_.Count(kToken), 0u);
}

TEST_F(RenewerTest, ManyRequestsOfASessionAskTheProviderOnce) {
  const std::string key = Sessions::KeyOf(Begin());
  clock_.Advance(absl::Minutes(10));
  Grant("");
  std::atomic<int> good = 0;
  std::promise<void> all;
  constexpr int kRequests = 20;
  for (int i = 0; i < kRequests; ++i) {
    renewer_.Renew(key, [&](const absl::StatusOr<Session>& session) {
      if (session.ok() && ++good == kRequests) all.set_value();
    });
  }
  all.get_future().wait_for(std::chrono::seconds(10));
  EXPECT_EQ(good, kRequests);
  EXPECT_EQ(http_.Count(kToken), 1u);
}

TEST_F(RenewerTest, TwoGatewaysAskTheProviderOnce) {
  const std::string key = Sessions::KeyOf(Begin());
  clock_.Advance(absl::Minutes(10));
  Grant("");
  // The other gateway comes while the first one asks.
  Renewer other(sessions_, provider_, workers_);
  std::future<std::string> second;
  http_.while_sending = [&] {
    http_.while_sending = nullptr;
    second = std::async(std::launch::async, [&] { return Outcome(other.RenewOnce(key)); });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  };
  const std::string first = Outcome(renewer_.RenewOnce(key));
  EXPECT_EQ(second.get(), first);
  EXPECT_EQ(http_.Count(kToken), 1u);
}

TEST_F(RenewerTest, WhoeverStillWaitsAtTheEndIsTold) {
  workers_.Stop();
  std::string outcome;
  renewer_.Renew("key", [&](const absl::StatusOr<Session>& r) { outcome = Outcome(r); });
  EXPECT_EQ(outcome, "SESSION_RENEWING");
}

}  // namespace
}  // namespace avvik::gateway
