#include "services/gateway/deferred_sink.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Notes what it is given, and asks for more at once.
class NotingSink final : public BodySink {
 public:
  void Take(std::string piece, std::function<void()> more) override {
    notes_.push_back(std::move(piece));
    more();
  }
  void End() override { notes_.emplace_back("(end)"); }
  void BreakOff() override { notes_.emplace_back("(broken off)"); }

  std::vector<std::string> notes_;
};

class DeferredSinkTest : public testing::Test {
 protected:
  void Take(const std::string& piece) {
    sink_.Take(piece, [this] { ++asked_; });
  }

  const std::shared_ptr<NotingSink> taker_ = std::make_shared<NotingSink>();
  DeferredSink sink_;
  int asked_ = 0;
};

TEST_F(DeferredSinkTest, FirstPieceWaitsAndNoMoreIsAskedForUntilTheTakerIsKnown) {
  Take("first");
  EXPECT_EQ(asked_, 0);
  sink_.Bind(taker_);
  EXPECT_THAT(taker_->notes_, ElementsAre("first"));
  EXPECT_EQ(asked_, 1);
  Take("second");
  sink_.End();
  EXPECT_THAT(taker_->notes_, ElementsAre("first", "second", "(end)"));
  EXPECT_EQ(asked_, 2);
}

TEST_F(DeferredSinkTest, WhatComesAfterTheTakerIsKnownGoesThroughAtOnce) {
  sink_.Bind(taker_);
  Take("first");
  EXPECT_THAT(taker_->notes_, ElementsAre("first"));
  EXPECT_EQ(asked_, 1);
}

TEST_F(DeferredSinkTest, EmptyBodyEndsWhenTheTakerIsKnown) {
  sink_.End();
  EXPECT_THAT(taker_->notes_, IsEmpty());
  sink_.Bind(taker_);
  EXPECT_THAT(taker_->notes_, ElementsAre("(end)"));
}

TEST_F(DeferredSinkTest, BodyThatBreaksOffMeanwhileGivesItsTakerNoPiece) {
  Take("first");
  sink_.BreakOff();
  sink_.Bind(taker_);
  EXPECT_THAT(taker_->notes_, ElementsAre("(broken off)"));
  EXPECT_EQ(asked_, 0);
}

TEST_F(DeferredSinkTest, BodyOfARequestThatWasAnsweredGoesNowhere) {
  Take("first");
  sink_.Bind(nullptr);
  Take("second");
  sink_.End();
  sink_.BreakOff();
  EXPECT_EQ(asked_, 0);
}

TEST_F(DeferredSinkTest, TakerIsLetGoWithTheSink) {
  const std::weak_ptr<NotingSink> taker = [] {
    auto owned = std::make_shared<NotingSink>();
    DeferredSink sink;
    sink.Bind(owned);
    return std::weak_ptr<NotingSink>(owned);
  }();
  EXPECT_TRUE(taker.expired());
}

}  // namespace
}  // namespace avvik::gateway
