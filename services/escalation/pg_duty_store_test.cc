#include "services/escalation/pg_duty_store.h"

#include <set>
#include <thread>

#include "services/escalation/errors.h"
#include "services/escalation/store_test_support.h"

namespace avvik::escalation {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using avvik::testing::NamesField;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PgDutyStoreTest : public StoreTest {
 protected:
  // A case of its own, known `hours` after the first.
  triage::v1::CaseFacts Case(int n, const std::string& unit = "social", int hours = 0) {
    char number[32];
    std::snprintf(number, sizeof number, "AVV-2026-%06d", n);
    triage::v1::CaseFacts facts =
        ToldCase(FakeIdSource::Nth(0xc0000u + static_cast<unsigned>(n)), number);
    facts.set_unit(unit);
    *facts.mutable_aware_time() = rpc::ToProtoTime(TestCase().aware_time + absl::Hours(hours));
    return facts;
  }
  audit::Record Trace() {
    return {.id = ids_.Next(),
            .tenant = "kommun",
            .at = clock_.Now(),
            .actor = "dora",
            .subject = "duties/x"};
  }
  // Numbers of the cases of the duties.
  static std::vector<std::string> Numbers(const std::vector<Duty>& duties) {
    std::vector<std::string> numbers;
    for (const Duty& duty : duties) numbers.push_back(duty.number.substr(9));
    return numbers;
  }
  std::vector<std::string> Listed(const Visibility& visibility, const DutyFilter& filter = {}) {
    const auto page = store_.List("kommun", visibility, filter, "", 100);
    EXPECT_OK(page);
    EXPECT_EQ(page->total, static_cast<int64_t>(page->duties.size()));
    return Numbers(page->duties);
  }
  // Tells the first stage.
  absl::StatusOr<Duty> Submit(const Duty& duty, const std::string& external_id,
                              const std::string& reason) {
    return store_.Change(
        "kommun", duty.id, everything_, "",
        [&](const Duty& locked, const CaseFacts& facts) {
          const DutyRules rules{
              *TestRegimes().Find(locked.regime)->FindVersion(locked.regime_version),
              CalendarOf(*TestOrganisation())};
          return SubmitStage(locked, rules, facts,
                             {.stage = locked.stages[0].id,
                              .external_id = external_id,
                              .reason = reason},
                             clock_.Now());
        },
        Trace());
  }
  absl::StatusOr<Duty> RuleOut(const Duty& duty, const std::string& etag = "") {
    return store_.Change(
        "kommun", duty.id, everything_, etag,
        [](const Duty& locked, const CaseFacts&) {
          return RuleOutDuty(locked, "krypterad", "p_dpo");
        },
        Trace());
  }
};

TEST_F(PgDutyStoreTest, MissingDutyIsNotFound) {
  EXPECT_THAT(store_.Get("kommun", FakeIdSource::Nth(77), everything_),
              IsError(absl::StatusCode::kNotFound, "DUTY_NOT_FOUND"));
}

TEST_F(PgDutyStoreTest, DutyIsSeenByUnitByPartyAndByNobodyElse) {
  ASSERT_OK(Hear(Case(1)));
  const Duty duty = OnlyDuty();
  const auto own = [](const std::string& key) {
    return Visibility{.spheres = {}, .places = {}, .keys = {key}};
  };
  const Visibility seen[] = {everything_, organisation::OpenIn({"bolaget", "social"}),
                             own("p_owner"), own("p_dpo")};
  for (const Visibility& visibility : seen) {
    EXPECT_OK(store_.Get("kommun", duty.id, visibility));
    EXPECT_THAT(Listed(visibility), ElementsAre("000001"));
  }
  const Visibility hidden[] = {{}, organisation::OpenIn({"bolaget"}), own("p_other")};
  for (const Visibility& visibility : hidden) {
    EXPECT_THAT(store_.Get("kommun", duty.id, visibility), HasCode(absl::StatusCode::kNotFound));
    EXPECT_THAT(Listed(visibility), IsEmpty());
    EXPECT_THAT(store_.Change(
                    "kommun", duty.id, visibility, "",
                    [](const Duty&, const CaseFacts&) -> absl::StatusOr<DutyOutcome> {
                      ADD_FAILURE() << "decided about a hidden duty";
                      return absl::InternalError("");
                    },
                    Trace()),
                HasCode(absl::StatusCode::kNotFound));
  }
  EXPECT_THAT(store_.Get("grannen", duty.id, everything_), HasCode(absl::StatusCode::kNotFound));
}

TEST_F(PgDutyStoreTest, CaseWithoutUnitIsNotSeenByUnits) {
  ASSERT_OK(Hear(Case(1, "")));
  EXPECT_THAT(Listed(organisation::OpenIn({"social"})), IsEmpty());
  EXPECT_THAT(Listed(everything_), ElementsAre("000001"));
}

TEST_F(PgDutyStoreTest, MostUrgentComesFirstAndWhatIsDoneLast) {
  ASSERT_OK(Hear(Case(1, "social", 5)));
  ASSERT_OK(Hear(Case(2, "social", 1)));
  ASSERT_OK(Hear(Case(3, "social", 3)));
  EXPECT_THAT(Listed(everything_), ElementsAre("000002", "000003", "000001"));
  ASSERT_OK(RuleOut(Duties()[0]));
  EXPECT_THAT(Listed(everything_), ElementsAre("000003", "000001", "000002"));
}

TEST_F(PgDutyStoreTest, PagesCoverTheListOnce) {
  for (int n = 1; n <= 7; ++n) ASSERT_OK(Hear(Case(n, "social", n % 3)));
  ASSERT_OK(RuleOut(Duties()[2]));
  ASSERT_OK(RuleOut(Duties()[3]));
  std::vector<std::string> all;
  std::string key;
  do {
    const auto page = store_.List("kommun", everything_, {}, key, 2);
    ASSERT_OK(page);
    EXPECT_EQ(page->total, 7);
    for (const std::string& number : Numbers(page->duties)) all.push_back(number);
    key = page->next;
  } while (!key.empty());
  EXPECT_EQ(all, Numbers(Duties()));
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 7u);
}

TEST_F(PgDutyStoreTest, KeyThatIsNoneIsRefused) {
  for (const char* key :
       {"x", "/", "infinity/x", "infinity", "2026-11-20/00000000-0000-7000-8000-000000000001",
        "'; DROP TABLE duty; --/00000000-0000-7000-8000-000000000001"}) {
    EXPECT_THAT(store_.List("kommun", everything_, {}, key, 2), NamesField("page_token")) << key;
  }
}

TEST_F(PgDutyStoreTest, ListIsNarrowed) {
  ASSERT_OK(Hear(Case(1)));
  triage::v1::CaseFacts significant = Case(2);
  significant.mutable_classification()->mutable_impacts(0)->set_level(3);
  ASSERT_OK(Hear(significant));
  triage::v1::CaseFacts unknown = Case(3);
  unknown.mutable_classification()->set_personal_data(type::v1::ANSWER_UNSPECIFIED);
  ASSERT_OK(Hear(unknown));
  EXPECT_EQ(Listed(everything_).size(), 4u);
  EXPECT_THAT(Listed(everything_, {.case_reference = "AVV-2026-000002"}),
              ElementsAre("000002", "000002"));
  EXPECT_THAT(Listed(everything_, {.case_reference = unknown.case_id()}), ElementsAre("000003"));
  EXPECT_THAT(Listed(everything_, {.case_reference = "' OR ''='"}), IsEmpty());
  EXPECT_THAT(Listed(everything_, {.states = {DutyState::DUTY_STATE_TO_ASSESS}}),
              ElementsAre("000003"));
  EXPECT_THAT(Listed(everything_,
                     {.states = {DutyState::DUTY_STATE_TO_ASSESS, DutyState::DUTY_STATE_REQUIRED},
                      .regime = "SE-GDPR-33"}),
              ElementsAre("000001", "000002", "000003"));
  EXPECT_THAT(Listed(everything_, {.regime = "SE-NIS2"}), ElementsAre("000002"));
}

TEST_F(PgDutyStoreTest, ChangeIsWrittenWithItsEventAndTrace) {
  ASSERT_OK(Hear(Case(1)));
  clock_.Advance(absl::Hours(2));
  const auto changed = RuleOut(OnlyDuty(), "1");
  ASSERT_OK(changed);
  EXPECT_EQ(changed->version, 2);
  EXPECT_EQ(changed->update_time, clock_.Now());
  EXPECT_EQ(OnlyDuty(), *changed);
  EXPECT_EQ(OnlyDuty().rule_out_reason, "krypterad");
  EXPECT_THAT(Told(), ElementsAre("DutyFound", "DutyRuledOut"));
  EXPECT_EQ(ToldEvents()[1].subject_version(), 2);
  EXPECT_EQ(Count("audit_record"), "1");
}

TEST_F(PgDutyStoreTest, ChangeOfAnOlderVersionIsRefused) {
  ASSERT_OK(Hear(Case(1)));
  const Duty read = OnlyDuty();
  ASSERT_OK(RuleOut(read, "1"));
  EXPECT_THAT(RuleOut(read, "1"), IsError(absl::StatusCode::kAborted, "DUTY_CHANGED"));
}

TEST_F(PgDutyStoreTest, RefusedChangeWritesNothing) {
  ASSERT_OK(Hear(Case(1)));
  EXPECT_THAT(store_.Change(
                  "kommun", OnlyDuty().id, everything_, "",
                  [](const Duty&, const CaseFacts&) -> absl::StatusOr<DutyOutcome> {
                    return error::DutyIsFulfilled();
                  },
                  Trace()),
              IsError(absl::StatusCode::kFailedPrecondition, "DUTY_FULFILLED"));
  EXPECT_EQ(Count("event_log"), "1");
  EXPECT_EQ(Count("audit_record"), "0");
}

TEST_F(PgDutyStoreTest, ChangeIsDecidedOnTheFactsLastTold) {
  triage::v1::CaseFacts told = Case(1);
  ASSERT_OK(Hear(told));
  told.mutable_classification()->set_affected_persons(4711);
  ASSERT_OK(Hear(told));
  ASSERT_OK(store_.Change(
      "kommun", OnlyDuty().id, everything_, "",
      [](const Duty& duty, const CaseFacts& facts) -> absl::StatusOr<DutyOutcome> {
        EXPECT_EQ(facts.affected_persons, 4711);
        return DutyOutcome{duty, {}};
      },
      Trace()));
  EXPECT_EQ(Count("audit_record"), "0");
}

TEST_F(PgDutyStoreTest, TwoPeopleAtOnceAreOneAfterTheOther) {
  ASSERT_OK(Hear(Case(1)));
  const Duty duty = OnlyDuty();
  absl::Status first, second;
  std::thread other([&] { first = RuleOut(duty).status(); });
  second = RuleOut(duty).status();
  other.join();
  EXPECT_NE(first.ok(), second.ok());
  EXPECT_EQ(OnlyDuty().version, 2);
}

// --- Secrecy ---

TEST_F(PgDutyStoreTest, WhatPeopleWroteIsReadButNotInTheDatabaseInTheClear) {
  ASSERT_OK(Hear(Case(1)));
  EXPECT_EQ(database_->Value("SELECT count(wrapped_key) FROM duty"), "0");
  ASSERT_OK(Submit(OnlyDuty(), "marked-number", "marked-stage"));
  ASSERT_OK(Hear(Case(2)));
  ASSERT_OK(RuleOut(Duties({.case_reference = "AVV-2026-000002"})[0]));
  const Duty told = Duties({.case_reference = "AVV-2026-000001"})[0];
  EXPECT_EQ(told.stages[0].external_id, "marked-number");
  EXPECT_EQ(told.stages[0].reason, "marked-stage");
  EXPECT_EQ(told.stages[1].reason, "");
  EXPECT_EQ(Duties({.case_reference = "AVV-2026-000002"})[0].rule_out_reason, "krypterad");
  for (const char* table : {"duty", "duty_stage", "event_log", "audit_record", "case_record"}) {
    EXPECT_EQ(RowsWith("marked-", table), "0") << table;
    EXPECT_EQ(RowsWith("krypterad", table), "0") << table;
  }
  EXPECT_EQ(database_->Value("SELECT count(DISTINCT wrapped_key) FROM duty"), "2");
}

TEST_F(PgDutyStoreTest, SealedTextsHoldThroughEverythingThatIsWrittenOverThem) {
  triage::v1::CaseFacts told = Case(1);
  told.mutable_classification()->mutable_impacts(0)->set_level(3);
  ASSERT_OK(Hear(told));
  const Duty duty = Duties({.regime = "SE-NIS2"})[0];
  ASSERT_OK(Submit(duty, "CERT-SE 1", "per telefon"));
  const std::string key = database_->Value("SELECT wrapped_key FROM duty WHERE id = '" + duty.id + "'");
  ASSERT_OK(store_.Advance(clock_.Now() + absl::Hours(1000), 10));
  told.mutable_owner()->set_person_id("p_new");
  ASSERT_OK(Hear<triage::v1::CaseAssigned>(told));
  ASSERT_OK(RuleOut(duty));
  const Duty after = *store_.Get("kommun", duty.id, everything_);
  EXPECT_EQ(after.stages[0].external_id, "CERT-SE 1");
  EXPECT_EQ(after.stages[0].reason, "per telefon");
  EXPECT_EQ(after.rule_out_reason, "krypterad");
  EXPECT_EQ(database_->Value("SELECT wrapped_key FROM duty WHERE id = '" + duty.id + "'"), key);
}

TEST_F(PgDutyStoreTest, SealedTextsCannotBeExchangedOrOpenedWithAnotherKey) {
  std::vector<std::string> ids;
  for (int n = 1; n <= 4; ++n) {
    ASSERT_OK(Hear(Case(n)));
    ids.push_back(Duties({.states = {DutyState::DUTY_STATE_REQUIRED}})[0].id);
    ASSERT_OK(Submit(Duties({.states = {DutyState::DUTY_STATE_REQUIRED}})[0], "IMY-1", "sent"));
  }
  const std::string other = "(SELECT wrapped_key FROM duty WHERE id = '" + ids[3] + "')";
  const std::string changes[] = {"UPDATE duty_stage SET external_id = reason WHERE duty_id = '",
                                 "UPDATE duty SET wrapped_key = " + other + " WHERE id = '",
                                 "UPDATE duty SET wrapped_key = NULL WHERE id = '"};
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_OK(store_.Get("kommun", ids[i], everything_));
    database_->Run(changes[i] + ids[i] + "'");
    EXPECT_THAT(store_.Get("kommun", ids[i], everything_), HasCode(absl::StatusCode::kDataLoss));
  }
  EXPECT_OK(store_.Get("kommun", ids[3], everything_));
}

TEST_F(PgDutyStoreTest, TwoWhoWriteTheFirstWordsAtOnceUseOneKey) {
  triage::v1::CaseFacts told = Case(1);
  told.mutable_classification()->mutable_impacts(0)->set_level(3);
  ASSERT_OK(Hear(told));
  const Duty duty = Duties({.regime = "SE-NIS2"})[0];
  absl::Status submitted, ruled_out;
  std::thread other([&] { submitted = Submit(duty, "CERT-SE 1", "per telefon").status(); });
  ruled_out = RuleOut(duty).status();
  other.join();
  ASSERT_OK(ruled_out);
  const auto after = store_.Get("kommun", duty.id, everything_);
  ASSERT_OK(after);
  EXPECT_EQ(after->rule_out_reason, "krypterad");
  EXPECT_EQ(after->stages[0].external_id, submitted.ok() ? "CERT-SE 1" : "");
}

// --- Timers ---

TEST_F(PgDutyStoreTest, TimeMakesStagesDueSoonThenOverdue) {
  ASSERT_OK(Hear(Case(1)));
  EXPECT_EQ(store_.Advance(clock_.Now(), 10)->duties, 0);
  const absl::Time remind = *OnlyDuty().stages[0].times.remind;
  const absl::Time target = *OnlyDuty().stages[0].times.target;
  EXPECT_EQ(store_.Advance(remind - absl::Microseconds(1), 10)->duties, 0);
  auto round = store_.Advance(remind, 10);
  ASSERT_OK(round);
  EXPECT_EQ(round->due_soon, 1);
  EXPECT_EQ(store_.Advance(remind, 10)->duties, 0);
  round = store_.Advance(target + absl::Seconds(3), 10);
  EXPECT_EQ(round->overdue, 1);
  EXPECT_EQ(round->lag, absl::Seconds(3));
  EXPECT_EQ(OnlyDuty().stages[0].state, StageState::STAGE_STATE_OVERDUE);
  EXPECT_THAT(Told(), ElementsAre("DutyFound", "StageDueSoon", "StageOverdue"));
  EXPECT_EQ(store_.Advance(target + absl::Hours(999), 10)->duties, 0);
}

TEST_F(PgDutyStoreTest, OldestTimersComeFirstInBatches) {
  for (int n = 1; n <= 5; ++n) ASSERT_OK(Hear(Case(n, "social", 5 - n)));
  const absl::Time later = clock_.Now() + absl::Hours(1000);
  EXPECT_EQ(store_.Advance(later, 2)->overdue, 2);
  std::vector<std::string> overdue;
  for (const Duty& duty : Duties()) {
    if (duty.stages[0].state == StageState::STAGE_STATE_OVERDUE) overdue.push_back(duty.number);
  }
  EXPECT_THAT(overdue, ElementsAre("AVV-2026-000005", "AVV-2026-000004"));
  EXPECT_EQ(store_.Advance(later, 10)->overdue, 3);
}

TEST_F(PgDutyStoreTest, TimerOfADutyBeingChangedIsLeftForLater) {
  ASSERT_OK(Hear(Case(1)));
  const absl::Time later = clock_.Now() + absl::Hours(1000);
  ASSERT_OK(store_.Change(
      "kommun", OnlyDuty().id, everything_, "",
      [&](const Duty& duty, const CaseFacts&) -> absl::StatusOr<DutyOutcome> {
        EXPECT_EQ(store_.Advance(later, 10)->duties, 0);
        return DutyOutcome{duty, {}};
      },
      Trace()));
  EXPECT_EQ(store_.Advance(later, 10)->duties, 1);
}

TEST_F(PgDutyStoreTest, ManyCopiesShareTheTimersAndTellEachOnce) {
  constexpr int kCases = 40;
  for (int n = 1; n <= kCases; ++n) ASSERT_OK(Hear(Case(n)));
  const absl::Time later = clock_.Now() + absl::Hours(1000);
  std::atomic<int> overdue = 0;
  std::vector<std::thread> copies;
  for (int copy = 0; copy < 4; ++copy) {
    copies.emplace_back([&] {
      // A round may find everything locked by the others, so each copy tries for a while.
      for (int round = 0; round < 2 * kCases; ++round) overdue += store_.Advance(later, 3)->overdue;
    });
  }
  for (std::thread& copy : copies) copy.join();
  EXPECT_EQ(overdue, kCases);
  EXPECT_EQ(Count("event_log"), std::to_string(2 * kCases));
}

}  // namespace
}  // namespace avvik::escalation
