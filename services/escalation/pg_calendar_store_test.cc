#include "services/escalation/pg_calendar_store.h"

#include <algorithm>

#include "services/escalation/store_test_support.h"

namespace avvik::escalation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::IsError;
using testing::NamesField;

const std::string kHash(32, '\x7f');

class PgCalendarStoreTest : public StoreTest {
 protected:
  // A case that was known this many hours after TestCase.
  triage::v1::CaseFacts Case(unsigned n, int hours = 0, const std::string& unit = "social") {
    triage::v1::CaseFacts facts =
        ToldCase(FakeIdSource::Nth(0xc0000 + n), "AVV-2026-00000" + std::to_string(n));
    facts.set_unit(unit);
    *facts.mutable_aware_time() =
        rpc::ToProtoTime(TestCase().aware_time - absl::Hours(24) + absl::Hours(hours));
    return facts;
  }
  std::vector<Deadline> Deadlines(const DeadlineFilter& filter = {}) {
    auto page = calendar_.List("kommun", everything_, filter, "", 1000);
    EXPECT_OK(page);
    return page.ok() ? page->deadlines : std::vector<Deadline>();
  }
  // The cases of the deadlines, in order, each once for those that follow one another.
  static std::vector<std::string> Numbers(const std::vector<Deadline>& deadlines) {
    std::vector<std::string> numbers;
    for (const Deadline& deadline : deadlines) numbers.push_back(deadline.number.substr(9));
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
  }
  audit::Record Trace() {
    return {.id = ids_.Next(), .tenant = "kommun", .at = clock_.Now(), .actor = "isa", .subject = "x"};
  }
  CalendarFeed Feed(const std::string& person = "p_1") {
    return {.id = ids_.Next(), .person_id = person, .own = true, .create_time = clock_.Now()};
  }

  PgCalendarStore calendar_{database_->pool()};
};

TEST_F(PgCalendarStoreTest, SoonestComesFirst) {
  ASSERT_OK(Hear(Case(1, 5)));
  ASSERT_OK(Hear(Case(2, 1)));
  ASSERT_OK(Hear(Case(3, 3)));
  const std::vector<Deadline> deadlines = Deadlines();
  EXPECT_THAT(Numbers(deadlines), ElementsAre("000002", "000003", "000001"));
  EXPECT_TRUE(std::is_sorted(deadlines.begin(), deadlines.end(),
                             [](const Deadline& a, const Deadline& b) { return a.target < b.target; }));
  const Deadline& first = deadlines.front();
  const Duty duty = *store_.Get("kommun", first.duty_id, everything_);
  EXPECT_EQ(first.case_id, duty.case_id);
  EXPECT_EQ(first.regime, duty.regime);
  EXPECT_EQ(first.regime_version, duty.regime_version);
  EXPECT_EQ(first.duty_state, duty.state);
  EXPECT_EQ(first.target, *duty.stages[0].times.target);
  EXPECT_EQ(first.outer, duty.stages[0].times.outer);
  EXPECT_EQ(first.remind, duty.stages[0].times.remind);
  EXPECT_EQ(first.statutory, duty.stages[0].statutory);
  EXPECT_EQ(first.owner_person_id, "p_owner");
  EXPECT_EQ(first.matter.unit, "social");
}

TEST_F(PgCalendarStoreTest, IsNarrowedByTime) {
  ASSERT_OK(Hear(Case(1, 1)));
  ASSERT_OK(Hear(Case(2, 2)));
  ASSERT_OK(Hear(Case(3, 3)));
  const absl::Time second = Deadlines()[1].target;
  EXPECT_THAT(Numbers(Deadlines({.from = second, .until = {}})), ElementsAre("000002", "000003"));
  EXPECT_THAT(Numbers(Deadlines({.from = {}, .until = second})), ElementsAre("000001"));
  EXPECT_THAT(Numbers(Deadlines({.from = second, .until = second + absl::Microseconds(1)})),
              ElementsAre("000002"));
}

TEST_F(PgCalendarStoreTest, IsSeenByWhoeverSeesTheDuty) {
  ASSERT_OK(Hear(Case(1)));
  const auto seen = [&](const Visibility& visibility) {
    return calendar_.List("kommun", visibility, {}, "", 10)->deadlines.size();
  };
  EXPECT_GT(seen(organisation::OpenIn({"social"})), 0u);
  EXPECT_GT(seen(Visibility{.spheres = {}, .places = {}, .keys = {"p_owner"}}), 0u);
  EXPECT_EQ(seen(organisation::OpenIn({"bolaget"})), 0u);
  EXPECT_EQ(seen(Visibility{}), 0u);
  EXPECT_THAT(calendar_.List("grannen", everything_, {}, "", 10)->deadlines, IsEmpty());
}

TEST_F(PgCalendarStoreTest, WhatIsDoneOrErasedIsNotThere) {
  ASSERT_OK(Hear(Case(1)));
  ASSERT_OK(Hear(Case(2)));
  ASSERT_OK(Hear(Case(3)));
  for (const Duty& duty : Duties({.case_reference = "AVV-2026-000002"})) {
    ASSERT_OK(store_.Change(
        "kommun", duty.id, everything_, "",
        [](const Duty& locked, const CaseFacts&) { return RuleOutDuty(locked, "krypterad", "p_dpo"); },
        Trace()));
  }
  ASSERT_OK(HearErased(Case(3)));
  EXPECT_THAT(Numbers(Deadlines()), ElementsAre("000001"));
}

TEST_F(PgCalendarStoreTest, OverdueStaysUntilItIsTold) {
  ASSERT_OK(Hear(Case(1)));
  const absl::Time target = Deadlines()[0].target;
  ASSERT_OK(store_.Advance(target, 10));
  EXPECT_EQ(Deadlines()[0].state, StageState::STAGE_STATE_OVERDUE);
}

TEST_F(PgCalendarStoreTest, SequenceRisesWhenTheTargetMovesAndNotOtherwise) {
  ASSERT_OK(Hear(Case(1)));
  const Deadline before = Deadlines()[0];
  ASSERT_OK(Hear(Case(1)));
  EXPECT_EQ(Deadlines()[0].sequence, before.sequence);
  ASSERT_OK(Hear(Case(1, 2)));
  const Deadline after = Deadlines()[0];
  EXPECT_EQ(after.duty_id, before.duty_id);
  EXPECT_EQ(after.target, before.target + absl::Hours(2));
  EXPECT_EQ(after.sequence, before.sequence + 1);
}

TEST_F(PgCalendarStoreTest, PagesCoverTheListOnce) {
  for (unsigned n = 1; n <= 7; ++n) ASSERT_OK(Hear(Case(n, static_cast<int>(n % 3))));
  std::vector<std::string> all;
  std::string key;
  do {
    const auto page = calendar_.List("kommun", everything_, {}, key, 2);
    ASSERT_OK(page);
    for (const Deadline& deadline : page->deadlines) all.push_back(deadline.duty_id + deadline.stage);
    key = page->next;
  } while (!key.empty());
  std::vector<std::string> expected;
  for (const Deadline& deadline : Deadlines()) expected.push_back(deadline.duty_id + deadline.stage);
  EXPECT_EQ(all, expected);
  for (const char* bad : {"x", "/", "stage/", "/2026-11-20T16:40:00Z/x", "stage/2026-11-20T16:40:00Z"}) {
    EXPECT_THAT(calendar_.List("kommun", everything_, {}, bad, 2), NamesField("page_token")) << bad;
  }
}

TEST_F(PgCalendarStoreTest, FeedIsFoundByItsHashAndKnowsWhenItWasRead) {
  const CalendarFeed feed = Feed();
  ASSERT_OK(calendar_.CreateFeed("kommun", feed, kHash, Trace()));
  EXPECT_EQ(Count("audit_record"), "1");
  const absl::Time now = At("2026-11-22T12:34:56+01:00");
  const auto opened = calendar_.OpenFeed("kommun", kHash, now);
  ASSERT_OK(opened);
  EXPECT_EQ(opened->id, feed.id);
  EXPECT_EQ(opened->person_id, "p_1");
  EXPECT_TRUE(opened->own);
  EXPECT_THAT(*calendar_.ListFeeds("kommun", "p_1"), ElementsAre(*opened));
  EXPECT_EQ(opened->read_time, At("2026-11-22T12:00:00+01:00")) << "to the hour";
  EXPECT_THAT(calendar_.OpenFeed("kommun", std::string(32, 'x'), now),
              IsError(absl::StatusCode::kNotFound, "CALENDAR_FEED_NOT_FOUND"));
  EXPECT_THAT(calendar_.OpenFeed("grannen", kHash, now),
              IsError(absl::StatusCode::kNotFound, "CALENDAR_FEED_NOT_FOUND"));
}

TEST_F(PgCalendarStoreTest, FeedIsTakenBackByItsOwner) {
  const CalendarFeed feed = Feed();
  ASSERT_OK(calendar_.CreateFeed("kommun", feed, kHash, Trace()));
  EXPECT_THAT(calendar_.RemoveFeed("kommun", "p_2", feed.id, Trace()),
              IsError(absl::StatusCode::kNotFound, "CALENDAR_FEED_NOT_FOUND"));
  EXPECT_THAT(calendar_.RemoveFeed("grannen", "p_1", feed.id, Trace()),
              IsError(absl::StatusCode::kNotFound, "CALENDAR_FEED_NOT_FOUND"));
  ASSERT_OK(calendar_.RemoveFeed("kommun", "p_1", feed.id, Trace()));
  EXPECT_EQ(Count("audit_record"), "2") << "what failed left none";
  EXPECT_THAT(*calendar_.ListFeeds("kommun", "p_1"), IsEmpty());
  EXPECT_THAT(calendar_.OpenFeed("kommun", kHash, clock_.Now()),
              IsError(absl::StatusCode::kNotFound, "CALENDAR_FEED_NOT_FOUND"));
}

TEST_F(PgCalendarStoreTest, PersonHasAtMostTen) {
  for (int n = 0; n < kMostFeeds; ++n) {
    ASSERT_OK(calendar_.CreateFeed("kommun", Feed(), std::string(32, static_cast<char>('a' + n)), Trace()));
  }
  EXPECT_THAT(calendar_.CreateFeed("kommun", Feed(), kHash, Trace()),
              IsError(absl::StatusCode::kFailedPrecondition, "CALENDAR_FEEDS_FULL"));
  ASSERT_OK(calendar_.CreateFeed("kommun", Feed("p_2"), kHash, Trace()));
  EXPECT_THAT(*calendar_.ListFeeds("kommun", "p_1"), SizeIs(kMostFeeds));
}

}  // namespace
}  // namespace avvik::escalation
