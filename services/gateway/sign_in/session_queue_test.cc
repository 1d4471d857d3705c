#include "services/gateway/sign_in/session_queue.h"

#include <future>
#include <vector>

#include "common/ids/fake_id_source.h"
#include "gtest/gtest.h"

namespace avvik::gateway {
namespace {

class SessionQueueTest : public testing::Test {
 protected:
  static SessionDeed Deed(const std::string& login) {
    return {.tenant = "kalix", .login = login, .at = absl::FromUnixSeconds(1'790'000'000)};
  }
  bool Says(const std::string& line) {
    return registry_.Text().find("\n" + line + "\n") != std::string::npos;
  }

  FakeIdSource ids_;
  telemetry::Registry registry_;
  absl::Status answer_;
  std::vector<SessionDeed> sent_;
  SessionQueue queue_{[this](const SessionDeed& deed) {
                        sent_.push_back(deed);
                        return answer_;
                      },
                      ids_, registry_, 3};
};

TEST_F(SessionQueueTest, DeedsAreSentInOrderEachWithItsOwnId) {
  queue_.Add(Deed("anna.berg"));
  queue_.Add(Deed("bo.ek"));
  EXPECT_TRUE(Says("avvik_session_records_waiting 2"));
  EXPECT_EQ(*queue_.RunOnce(), 2);
  ASSERT_EQ(sent_.size(), 2u);
  EXPECT_EQ(sent_[0].login, "anna.berg");
  EXPECT_EQ(sent_[1].login, "bo.ek");
  EXPECT_NE(sent_[0].id, "");
  EXPECT_NE(sent_[0].id, sent_[1].id);
  EXPECT_TRUE(Says("avvik_session_records_waiting 0"));
}

TEST_F(SessionQueueTest, WhatCannotBeRecordedNowIsSentAgainWithTheSameId) {
  for (const absl::Status& away :
       {absl::UnavailableError("away"), absl::DeadlineExceededError("slow"),
        absl::PermissionDeniedError("an old role catalogue"), absl::InternalError("broken")}) {
    sent_.clear();
    answer_ = away;
    queue_.Add(Deed("anna.berg"));
    EXPECT_FALSE(queue_.RunOnce().ok());
    answer_ = absl::OkStatus();
    EXPECT_EQ(*queue_.RunOnce(), 1);
    ASSERT_EQ(sent_.size(), 2u);
    EXPECT_EQ(sent_[0].id, sent_[1].id);
  }
  EXPECT_TRUE(Says("avvik_session_records_lost_total 0"));
}

TEST_F(SessionQueueTest, WhatIsRefusedForGoodIsCountedAndHoldsNobodyUp) {
  answer_ = absl::InvalidArgumentError("no such login");
  queue_.Add(Deed("anna.berg"));
  queue_.Add(Deed("bo.ek"));
  EXPECT_EQ(*queue_.RunOnce(), 0);
  EXPECT_EQ(sent_.size(), 2u);
  EXPECT_TRUE(Says("avvik_session_records_lost_total 2"));
}

TEST_F(SessionQueueTest, WhatIsBeyondTheBoundIsLostAndCounted) {
  for (int i = 0; i < 5; ++i) queue_.Add(Deed("anna.berg"));
  EXPECT_TRUE(Says("avvik_session_records_lost_total 2"));
  EXPECT_EQ(*queue_.RunOnce(), 3);
}

TEST_F(SessionQueueTest, StoppingTriesOnceMoreAndCountsWhatRemains) {
  answer_ = absl::UnavailableError("away");
  queue_.Add(Deed("anna.berg"));
  queue_.Add(Deed("bo.ek"));
  queue_.Stop();
  EXPECT_EQ(sent_.size(), 1u);
  EXPECT_TRUE(Says("avvik_session_records_lost_total 2"));
  EXPECT_TRUE(Says("avvik_session_records_waiting 0"));
}

TEST(SessionQueueLoopTest, DeedWakesTheSender) {
  FakeIdSource ids;
  telemetry::Registry registry;
  std::promise<std::string> login;
  SessionQueue queue(
      [&](const SessionDeed& deed) {
        login.set_value(deed.login);
        return absl::OkStatus();
      },
      ids, registry);
  ASSERT_TRUE(queue.Start().ok());
  queue.Add({.tenant = "kalix", .login = "anna.berg"});
  EXPECT_EQ(login.get_future().get(), "anna.berg");
  queue.Stop();
}

}  // namespace
}  // namespace avvik::gateway
