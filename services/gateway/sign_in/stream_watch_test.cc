#include "services/gateway/sign_in/stream_watch.h"

#include "services/gateway/sign_in/sign_in_fixture.h"

namespace avvik::gateway {
namespace {

class TestStream final : public EventStream {
 public:
  bool Send(std::string) override { return true; }
};

// Keeps what a stream's owner wants to be told.
class TestResponder final : public HttpResponder {
 public:
  void Send(HttpResponse) override {}
  std::unique_ptr<EventStream> StartEvents(std::function<void()> closed) override {
    client_gone = std::move(closed);
    return std::make_unique<TestStream>();
  }
  std::unique_ptr<BodyStream> StartBody(HttpResponse, uint64_t) override { return nullptr; }
  std::function<void()> client_gone;
};

class StreamWatchTest : public SignInFixture {
 protected:
  // A stream of the session; `closed` counts how often its owner was told that it ended.
  std::unique_ptr<EventStream> Open(const std::string& id, int* closed) {
    responder_ = std::make_shared<TestResponder>();
    return watch_.Guard(Sessions::KeyOf(id), responder_)->StartEvents([closed] { ++*closed; });
  }

  StreamWatch watch_{sessions_, absl::Seconds(2)};
  std::shared_ptr<TestResponder> responder_;
};

TEST_F(StreamWatchTest, AStreamEndsWithItsSessionAndOthersGoOn) {
  const std::string id = Begin();
  int mine = 0, theirs = 0;
  const auto one = Open(id, &mine);
  const auto two = Open(id, &mine);
  const auto other = Open(Begin("bo.ek"), &theirs);
  EXPECT_EQ(watch_.RunOnce(), 0);
  ASSERT_TRUE(sessions_.End(Sessions::KeyOf(id)).ok());
  EXPECT_EQ(watch_.RunOnce(), 2);
  EXPECT_EQ(mine, 2);
  EXPECT_EQ(theirs, 0);
}

TEST_F(StreamWatchTest, AnIdleSessionsStreamEnds) {
  int closed = 0;
  const auto stream = Open(Begin(), &closed);
  clock_.Advance(absl::Minutes(30));
  EXPECT_EQ(watch_.RunOnce(), 1);
  EXPECT_EQ(closed, 1);
}

TEST_F(StreamWatchTest, TheEndIsToldOnceWhoeverCausesIt) {
  const std::string id = Begin();
  int closed = 0;
  const auto stream = Open(id, &closed);
  responder_->client_gone();
  ASSERT_TRUE(sessions_.End(Sessions::KeyOf(id)).ok());
  watch_.RunOnce();
  EXPECT_EQ(closed, 1);
}

TEST_F(StreamWatchTest, AStreamThatEndedByItselfIsForgotten) {
  const std::string id = Begin();
  int closed = 0;
  Open(id, &closed).reset();
  ASSERT_TRUE(sessions_.End(Sessions::KeyOf(id)).ok());
  EXPECT_EQ(watch_.RunOnce(), 0);
  EXPECT_EQ(closed, 0);
}

TEST_F(StreamWatchTest, StreamsGoOnWhileTheStoreIsAway) {
  int closed = 0;
  const auto stream = Open(Begin(), &closed);
  store_.set_away(true);
  EXPECT_EQ(watch_.RunOnce(), 0);
  EXPECT_EQ(closed, 0);
}

}  // namespace
}  // namespace avvik::gateway
