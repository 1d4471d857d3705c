#include "cli/import/importer.h"

#include <atomic>
#include <set>
#include <thread>

#include "common/status/error.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace avvik::cli {
namespace {

using avvik::testing::HasCode;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kMapping[] = R"(
name: test
about: For tests.
register: test
key: [nr]
title: {choose: ["{titel}"]}
affected_persons: {column: antal}
)";

const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);

class ImporterTest : public ::testing::Test {
 protected:
  void AddLine(const std::string& key, const std::string& number = "") {
    Record record{.line = static_cast<int64_t>(items_.size()) + 1, .values = {}};
    record.Set("nr", key);
    record.Set("titel", "Titel " + key);
    record.Set("antal", number);
    items_.emplace_back(std::move(record));
  }

  absl::Status Import(const Importer::Send& send, int concurrency = 4) {
    importer_.emplace(mapping_, around_, stop_,
                      Importer::Options{.concurrency = concurrency, .start = kStart},
                      [this](const Rejection& rejection) { rejections_.push_back(rejection); });
    size_t next = 0;
    return importer_->Run(
        [&](Item* item) -> absl::StatusOr<bool> {
          if (next == items_.size()) return false;
          *item = items_[next++];
          return true;
        },
        send);
  }

  static Outcome Stored(absl::Time submitted) {
    Outcome outcome{.kind = Outcome::Kind::kStored};
    outcome.report.mutable_submit_time()->set_seconds(absl::ToUnixSeconds(submitted));
    return outcome;
  }
  static Outcome Ended(Outcome::Kind kind, absl::Status error) {
    return {.kind = kind, .report = {}, .error = std::move(error)};
  }

  const Mapping mapping_ = *ParseMapping(kMapping, "test.yaml");
  const Surroundings around_ = {
      .units = {}, .systems = {}, .zone = absl::UTCTimeZone(), .register_ = ""};
  StopSignal stop_;
  std::vector<Item> items_;
  std::vector<Rejection> rejections_;
  std::optional<Importer> importer_;
};

TEST_F(ImporterTest, SendsEachLineOnceUnderItsOwnRequestId) {
  for (int i = 0; i < 500; ++i) AddLine(std::to_string(i));
  std::mutex mutex;
  std::multiset<std::string> ids;
  ASSERT_OK(Import([&](const intake::v1::SubmitReportRequest& request) {
    std::lock_guard lock(mutex);
    ids.insert(request.request_id());
    return Stored(kStart);
  }));
  EXPECT_THAT(ids, SizeIs(500));
  EXPECT_THAT(std::set<std::string>(ids.begin(), ids.end()), SizeIs(500));
  EXPECT_EQ(importer_->counts().created, 500);
}

TEST_F(ImporterTest, TellsWhatWasThereBefore) {
  AddLine("old");
  AddLine("new");
  ASSERT_OK(Import([](const intake::v1::SubmitReportRequest& request) {
    return Stored(request.report().title() == "Titel old" ? kStart - absl::Seconds(1)
                                                          : kStart + absl::Seconds(1));
  }));
  EXPECT_EQ(importer_->counts().created, 1);
  EXPECT_EQ(importer_->counts().already_there, 1);
}

TEST_F(ImporterTest, ARejectedLineIsToldAndTheOthersGoOn) {
  items_.emplace_back(Rejection{.line = 1, .violations = {{"", "is broken"}}});
  AddLine("bad number", "många");
  AddLine("refused");
  AddLine("good");
  ASSERT_OK(Import(
      [](const intake::v1::SubmitReportRequest& request) {
        if (request.report().title() != "Titel refused") return Stored(kStart);
        return Ended(Outcome::Kind::kRejected,
                     status::InvalidField("report.unit", "is not a unit"));
      },
      1));
  const Counts counts = importer_->counts();
  EXPECT_EQ(counts.read, 4);
  EXPECT_EQ(counts.created, 1);
  EXPECT_EQ(counts.rejected, 3);
  ASSERT_THAT(rejections_, SizeIs(3));
  EXPECT_EQ(rejections_[1].line, 2);
  EXPECT_EQ(rejections_[1].violations[0].field, "report.affected_persons");
  EXPECT_EQ(rejections_[1].key, "bad number");
  EXPECT_EQ(rejections_[2].line, 3);
  EXPECT_EQ(rejections_[2].violations[0].field, "report.unit");
}

TEST_F(ImporterTest, ALineWithTheSameKeyWaitsForTheFirstAndIsNotCountedAsCreated) {
  AddLine("7");
  AddLine("7");
  std::atomic<int> begun{0};
  std::atomic<bool> first_settled{false};
  std::atomic<bool> second_waited{false};
  ASSERT_OK(Import([&](const auto&) {
    if (++begun == 2) {
      second_waited = first_settled.load();
      return Stored(kStart);
    }
    // Gives the second every opportunity to begin too early.
    while (importer_->counts().read < 2) std::this_thread::yield();
    for (int i = 0; i < 1'000 && begun < 2; ++i) std::this_thread::yield();
    first_settled = true;
    return Stored(kStart);
  }));
  EXPECT_TRUE(second_waited);
  EXPECT_EQ(importer_->counts().created, 1);
  EXPECT_EQ(importer_->counts().already_there, 1);
}

TEST_F(ImporterTest, AKeyWithOtherContentIsExplained) {
  AddLine("7");
  AddLine("7");
  AddLine("8");
  int sent = 0;
  const absl::Status reused =
      status::Error(absl::StatusCode::kAborted, "used", "REQUEST_ID_REUSED");
  ASSERT_OK(Import(
      [&](const auto&) {
        return ++sent == 1 ? Stored(kStart) : Ended(Outcome::Kind::kRejected, reused);
      },
      /*concurrency=*/1));
  ASSERT_THAT(rejections_, SizeIs(2));
  EXPECT_THAT(rejections_[0].violations[0].description, HasSubstr("is the key of line 1"));
  EXPECT_THAT(rejections_[1].violations[0].description,
              HasSubstr("was brought in before with other content"));
}

TEST_F(ImporterTest, WhatIsHopelessEndsIt) {
  for (int i = 0; i < 1000; ++i) AddLine(std::to_string(i));
  std::atomic<int> sent{0};
  const auto end = Import([&](const auto&) {
    ++sent;
    return Ended(Outcome::Kind::kHopeless, absl::PermissionDeniedError("may not import"));
  });
  EXPECT_THAT(end, HasCode(absl::StatusCode::kPermissionDenied));
  EXPECT_LE(sent, 4);
  EXPECT_TRUE(stop_.stopped());
  EXPECT_EQ(importer_->counts().rejected, 0);
}

TEST_F(ImporterTest, AServerThatStaysAwayEndsIt) {
  AddLine("1");
  EXPECT_THAT(Import([](const auto&) {
                return Ended(Outcome::Kind::kGaveUp, absl::UnavailableError("away"));
              }),
              HasCode(absl::StatusCode::kUnavailable));
}

TEST_F(ImporterTest, StopEndsItInOrder) {
  for (int i = 0; i < 1000; ++i) AddLine(std::to_string(i));
  std::atomic<int> sent{0};
  const auto end = Import([&](const auto&) {
    if (++sent == 10) importer_->Stop();
    return Stored(kStart);
  });
  EXPECT_THAT(end, HasCode(absl::StatusCode::kAborted));
  EXPECT_EQ(importer_->counts().created, sent);
  EXPECT_LT(sent, 1000);
}

TEST_F(ImporterTest, AFileThatCannotBeReadToItsEndIsAnError) {
  Importer importer(mapping_, around_, stop_, {.concurrency = 2, .start = kStart},
                    [](const Rejection&) {});
  EXPECT_THAT(
      importer.Run([](Item*) -> absl::StatusOr<bool> { return absl::DataLossError("disk"); },
                   [](const auto&) { return Outcome{}; }),
      HasCode(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace avvik::cli
