#include "common/audit/forwarder.h"

#include "common/audit/audit.h"
#include "common/audit/sealer.h"
#include "common/audit/test_chain.h"
#include "common/clock/fake_clock.h"
#include "gmock/gmock.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::audit {
namespace {

using avvik::testing::HasCode;
using avvik::testing::TestDatabase;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What arrived, each as `kalix 3` or, for a checkpoint, `kalix up to 3`; and the next error.
struct Arrived {
  std::vector<std::string> messages;
  absl::Status next;
};

std::string FieldOf(const std::string& message, const std::string& field) {
  const size_t begin = message.find(" " + field + "=\"");
  if (begin == std::string::npos) return "";
  const size_t value = begin + field.size() + 3;
  return message.substr(value, message.find('"', value) - value);
}

class TestReceiver final : public LogReceiver {
 public:
  explicit TestReceiver(Arrived& arrived) : arrived_(arrived) {}
  absl::Status Send(std::span<const std::string> messages) override {
    for (const std::string& message : messages) {
      const bool checkpoint = message.find(" - checkpoint [") != std::string::npos;
      arrived_.messages.push_back(FieldOf(message, "tenant") + (checkpoint ? " up to " : " ") +
                                  FieldOf(message, "sequence"));
    }
    return std::exchange(arrived_.next, absl::OkStatus());
  }

 private:
  Arrived& arrived_;
};

class ForwarderTest : public ::testing::Test {
 protected:
  std::unique_ptr<Forwarder> NewForwarder(int batch = 100) {
    return std::make_unique<Forwarder>(
        ForwarderSettings{.service = "triage", .database = database_.settings(), .batch = batch},
        database_.pool(), [this] { return std::make_unique<TestReceiver>(arrived_); });
  }
  // Writes and seals records, and signs how far the chain reached.
  void Write(unsigned first, unsigned last, const std::string& tenant = "kalix") {
    Recorder recorder(database_.pool());
    for (unsigned n = first; n <= last; ++n) {
      Record record = TestRecord(n);
      record.tenant = tenant;
      recorder.Add(std::move(record));
    }
    recorder.Stop();
    Sealer sealer({.service = "triage", .database = database_.settings()}, key_, clock_);
    ASSERT_OK(sealer.RunOnce(true));
  }

  TestDatabase database_{Migrations()};
  const SigningKey key_ = *SigningKey::FromPem(kTestKey);
  FakeClock clock_{absl::FromUnixSeconds(1'795'000'000)};
  Arrived arrived_;
};

TEST_F(ForwarderTest, EverythingSealedIsSentOnceEachCheckpointBehindItsRecords) {
  Write(1, 3);
  Write(4, 4, "orebro");
  const auto forwarder = NewForwarder();
  EXPECT_EQ(*forwarder->RunOnce(), 6);
  EXPECT_THAT(arrived_.messages, ElementsAre("kalix 1", "kalix 2", "kalix 3", "kalix up to 3", "orebro 1",
                                             "orebro up to 1"));
  arrived_.messages.clear();
  EXPECT_EQ(*forwarder->RunOnce(), 0);
  Write(5, 5);
  EXPECT_EQ(*forwarder->RunOnce(), 2);
  EXPECT_THAT(arrived_.messages, ElementsAre("kalix 4", "kalix up to 4"));
}

TEST_F(ForwarderTest, WhatWasNotConfirmedIsSentAgain) {
  Write(1, 2);
  arrived_.next = absl::UnavailableError("gone");
  EXPECT_THAT(NewForwarder()->RunOnce(), HasCode(absl::StatusCode::kUnavailable));
  arrived_.messages.clear();
  // Also by another process.
  EXPECT_EQ(*NewForwarder()->RunOnce(), 3);
  EXPECT_THAT(arrived_.messages, ElementsAre("kalix 1", "kalix 2", "kalix up to 2"));
}

TEST_F(ForwarderTest, MoreThanABatchIsSentInTurns) {
  Write(1, 5);
  const auto forwarder = NewForwarder(2);
  EXPECT_EQ(*forwarder->RunOnce(), 2);
  EXPECT_EQ(*forwarder->RunOnce(), 2);
  EXPECT_EQ(*forwarder->RunOnce(), 2);
  EXPECT_EQ(*forwarder->RunOnce(), 0);
  EXPECT_THAT(arrived_.messages,
              ElementsAre("kalix 1", "kalix 2", "kalix 3", "kalix 4", "kalix 5", "kalix up to 5"));
}

TEST_F(ForwarderTest, SecondForwarderStandsByUntilTheFirstIsGone) {
  Write(1, 1);
  const auto first = NewForwarder();
  EXPECT_EQ(*first->RunOnce(), 2);
  Write(2, 2);
  const auto second = NewForwarder();
  arrived_.messages.clear();
  EXPECT_EQ(*second->RunOnce(), 0);
  EXPECT_THAT(arrived_.messages, IsEmpty());
  first->Stop();
  EXPECT_EQ(*second->RunOnce(), 2);
}

}  // namespace
}  // namespace avvik::audit
