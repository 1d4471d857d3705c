#include "services/triage/pg_case_store.h"

#include <atomic>
#include <set>
#include <thread>

#include "services/triage/case_proto.h"
#include "services/triage/store_test_support.h"

namespace avvik::triage {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PgCaseStoreTest : public StoreTest {
 protected:
  bool Insert(const Case& opened) {
    const auto inserted = pg::InTransaction(
        database_->pool(), pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
        [&](pg::Transaction& transaction) { return InsertCase(transaction, *vault_, opened); });
    EXPECT_OK(inserted);
    return inserted.ok() && *inserted;
  }
  // A case of its own.
  Case Made(unsigned n) {
    Case made;
    made.id = ids_.Next();
    made.tenant = kTenant;
    made.number = NumberOf(n);
    made.report_id = ReportId(n);
    made.title = "Titel";
    made.unit = "hemtjanst";
    made.aware = made.reported = made.opened = made.updated = clock_.Now();
    return made;
  }
  // Everything in it is said.
  Case Full() {
    Case full = Made(7);
    full.title = "Å'\"; DROP TABLE triage_case; --";
    full.state = v1::CASE_STATE_CLOSED;
    full.system = "journal";
    full.category = type::v1::CATEGORY_LOST_DEVICE;
    full.classification = ParseText<v1::Classification>(
        "kind: KIND_INCIDENT impacts { property: SECURITY_PROPERTY_ACCURACY level: 2 } "
        "severity: SEVERITY_HIGH severity_reasons: 'impact:accuracy=2' affected_persons: 0 "
        "confirmed: true");
    full.owner = {.login = "sam", .role = organisation::v1::COORDINATOR, .unit = "omsorg"};
    full.drawn_in = {
        {.login = "dora", .role = organisation::v1::DATA_PROTECTION_OFFICER, .unit = ""},
        {.login = "karl", .role = organisation::v1::SECURITY_PROTECTION_CHIEF, .unit = "by"}};
    full.occurred = clock_.Now() - absl::Microseconds(3'000'001);
    full.discovered = clock_.Now() - absl::Seconds(2);
    full.acknowledged = clock_.Now() + absl::Seconds(1);
    full.closed = clock_.Now() + absl::Seconds(2);
    full.resolution = v1::RESOLUTION_REMEDIED;
    full.outcome = "Spärrad\noch raderad";
    full.reopen_count = 2;
    full.imported = true;
    full.withdrawn = true;
    full.organisation_version = 17;
    full.version = 9;
    return full;
  }
  absl::StatusOr<Case> AddNote(const std::string& reference, const std::string& request_id,
                               const std::string& author, const std::string& text = "ringt") {
    return store_.Change(kTenant, reference, everything_, request_id, Trace(author),
                         [&](Case subject) {
                           return triage::AddNote(std::move(subject), {.id = ids_.Next(),
                                                                       .text = text,
                                                                       .author = {.login = author},
                                                                       .created = clock_.Now()});
                         });
  }
  std::vector<std::string> Numbers(const Visibility& visibility) {
    const auto page =
        search_.List(kTenant, {.cases = visibility, .reports = {}}, CaseFilter(), {}, 100, 0);
    EXPECT_OK(page);
    std::vector<std::string> numbers;
    for (const Case& entry : page->cases) numbers.push_back(entry.number);
    return numbers;
  }
};

TEST_F(PgCaseStoreTest, CaseComesBackAsWritten) {
  const Case full = Full();
  ASSERT_TRUE(Insert(full));
  for (const std::string& reference : {full.id, full.number}) {
    const Case read = Read(reference);
    EXPECT_EQ(ToProto(read, nullptr).DebugString(), ToProto(full, nullptr).DebugString());
    EXPECT_EQ(read.tenant, full.tenant);
    EXPECT_EQ(read.reported, full.reported);
    EXPECT_EQ(read.drawn_in, full.drawn_in);
    EXPECT_EQ(read.organisation_version, 17);
    EXPECT_EQ(read.version, 9);
  }
}

TEST_F(PgCaseStoreTest, EveryFieldThatAChangeTouchesIsWritten) {
  Case opened = Made(7);
  ASSERT_TRUE(Insert(opened));
  Case full = Full();
  full.id = opened.id;
  full.wrapped_key = Read(opened.id).wrapped_key;
  ASSERT_OK(pg::InTransaction(
      database_->pool(), pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
      [&](pg::Transaction& transaction) { return UpdateCase(transaction, *vault_, full); }));
  EXPECT_EQ(ToProto(Read(full.id), nullptr).DebugString(), ToProto(full, nullptr).DebugString());
}

TEST_F(PgCaseStoreTest, ReportHasOneCase) {
  ASSERT_TRUE(Insert(Made(1)));
  EXPECT_FALSE(Insert(Made(1)));
  EXPECT_EQ(Count("triage_case"), "1");
}

TEST_F(PgCaseStoreTest, ChangeWritesCaseNoteTraceAndEventTogether) {
  ASSERT_TRUE(Insert(Made(1)));
  const auto changed = AddNote(NumberOf(1), "request-1", "sam", "Å; DROP TABLE note; --");
  ASSERT_OK(changed);
  EXPECT_EQ(changed->version, 2);
  const Case read = Read(NumberOf(1));
  EXPECT_EQ(read.version, 2);
  ASSERT_EQ(read.notes.size(), 1u);
  EXPECT_EQ(read.notes[0].text, "Å; DROP TABLE note; --");
  EXPECT_EQ(read.notes[0].author.login, "sam");
  EXPECT_EQ(read.notes[0].created, clock_.Now());
  ASSERT_THAT(Told(), ElementsAre("CaseNoted"));
  EXPECT_EQ(ToldEvents()[0].subject(), "cases/" + read.id);
  EXPECT_EQ(ToldEvents()[0].subject_version(), 2);
  EXPECT_EQ(database_->Value("SELECT actor || ' ' || subject FROM audit_record"),
            "sam cases/" + read.id);
}

TEST_F(PgCaseStoreTest, RefusedChangeWritesNothing) {
  ASSERT_TRUE(Insert(Made(1)));
  EXPECT_THAT(
      store_.Change(kTenant, NumberOf(1), everything_, "", Trace(),
                    [&](Case subject) { return Acknowledge(std::move(subject), clock_.Now()); }),
      IsError(absl::StatusCode::kFailedPrecondition, "CASE_STATE"));
  EXPECT_EQ(Read(NumberOf(1)).version, 1);
  EXPECT_EQ(Count("event_log"), "0");
  EXPECT_EQ(Count("audit_record"), "0");
}

TEST_F(PgCaseStoreTest, ChangeWhoseTraceCannotBeWrittenChangesNothing) {
  ASSERT_TRUE(Insert(Made(1)));
  audit::Record trace = Trace();
  trace.id = "no uuid";
  EXPECT_FALSE(store_
                   .Change(kTenant, NumberOf(1), everything_, "", trace,
                           [&](Case subject) {
                             return ReportChanged(std::move(subject), true, clock_.Now());
                           })
                   .ok());
  EXPECT_EQ(Read(NumberOf(1)).version, 1);
  EXPECT_EQ(Count("event_log"), "0");
}

TEST_F(PgCaseStoreTest, OfTwoWhoDecideOnTheSameVersionTheSecondIsRefused) {
  const Case opened = OpenCase();
  std::atomic<bool> second_decides{false};
  absl::StatusOr<Case> second_answer;
  auto close = [&](Case subject) -> absl::StatusOr<CaseChange> {
    AVVIK_RETURN_IF_ERROR(CheckEtag(subject, EtagOf(opened)));
    return Close(std::move(subject), {.resolution = v1::RESOLUTION_REMEDIED, .outcome = "klart"}, clock_.Now());
  };
  std::thread second;
  const auto first = store_.Change(kTenant, opened.id, everything_, "", Trace(), [&](Case subject) {
    second = std::thread([&] {
      second_answer =
          store_.Change(kTenant, opened.id, everything_, "", Trace("siv"), [&](Case seen) {
            second_decides = true;
            return close(std::move(seen));
          });
    });
    // Until the second waits for the case, or does not.
    while (!second_decides &&
           database_->Value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = "
                            "'Lock' AND datname = current_database()") == "0") {
      std::this_thread::yield();
    }
    EXPECT_FALSE(second_decides);
    return close(std::move(subject));
  });
  second.join();
  EXPECT_OK(first);
  EXPECT_THAT(second_answer, IsError(absl::StatusCode::kAborted, "CASE_CHANGED"));
  EXPECT_EQ(Read(opened.id).version, opened.version + 1);
  EXPECT_THAT(Told(), ElementsAre("CaseOpened", "CaseAssigned", "CaseClosed"));
}

TEST_F(PgCaseStoreTest, RepeatOfANoteGivesTheCaseAsItIs) {
  ASSERT_TRUE(Insert(Made(1)));
  std::vector<std::thread> repeats;
  for (int i = 0; i < 8; ++i) {
    repeats.emplace_back([&] { EXPECT_OK(AddNote(NumberOf(1), "request-1", "sam")); });
  }
  for (std::thread& repeat : repeats) repeat.join();
  EXPECT_EQ(Read(NumberOf(1)).notes.size(), 1u);
  EXPECT_EQ(Read(NumberOf(1)).version, 2);
  EXPECT_EQ(Count("event_log"), "1");
  EXPECT_EQ(Count("audit_record"), "1");
}

TEST_F(PgCaseStoreTest, SameRequestIdOfAnotherAuthorOrInAnotherCaseIsAnotherNote) {
  ASSERT_TRUE(Insert(Made(1)));
  ASSERT_TRUE(Insert(Made(2)));
  ASSERT_OK(AddNote(NumberOf(1), "request-1", "sam"));
  ASSERT_OK(AddNote(NumberOf(1), "request-1", "siv"));
  ASSERT_OK(AddNote(NumberOf(2), "request-1", "sam"));
  EXPECT_EQ(Read(NumberOf(1)).notes.size(), 2u);
  EXPECT_EQ(Read(NumberOf(2)).notes.size(), 1u);
}

TEST_F(PgCaseStoreTest, NotesStandInTheOrderWritten) {
  ASSERT_TRUE(Insert(Made(1)));
  for (int i = 0; i < 12; ++i) {
    ASSERT_OK(AddNote(NumberOf(1), "request-" + std::to_string(i), "sam", std::to_string(i)));
  }
  std::string texts;
  for (const Note& note : Read(NumberOf(1)).notes) texts += note.text + " ";
  EXPECT_EQ(texts, "0 1 2 3 4 5 6 7 8 9 10 11 ");
}

TEST_F(PgCaseStoreTest, WhatIsNotVisibleIsAsGoodAsAbsent) {
  Case made = Made(1);
  made.owner = {.login = "siv"};
  made.drawn_in = {{.login = "karl"}, {.login = "dora"}};
  ASSERT_TRUE(Insert(made));
  const Visibility owner = organisation::OwnOf(kTenant, "siv");
  const Visibility drawn_in = organisation::OwnOf(kTenant, "dora");
  const Visibility unit = organisation::OpenIn({"omsorg", "hemtjanst"});
  for (const Visibility& visibility : {owner, drawn_in, unit}) {
    EXPECT_OK(store_.Get(kTenant, made.number, visibility));
    EXPECT_THAT(Numbers(visibility), ElementsAre(made.number));
  }
  Visibility other = organisation::OpenIn({"it", "omsorg"});
  other.keys = organisation::OwnOf(kTenant, "ove").keys;
  EXPECT_THAT(store_.Get(kTenant, made.number, other),
              IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
  EXPECT_EQ(store_.Get(kTenant, made.number, other).status(),
            store_.Get("elsewhere", made.number, everything_).status());
  EXPECT_THAT(Numbers(other), IsEmpty());
  EXPECT_THAT(store_.Change(kTenant, made.id, other, "", Trace(),
                            [&](Case subject) {
                              return ReportChanged(std::move(subject), true, clock_.Now());
                            }),
              IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
  EXPECT_EQ(Read(made.id).version, 1);
}

TEST_F(PgCaseStoreTest, TenantsAreApart) {
  ASSERT_TRUE(Insert(Made(1)));
  Case other = Made(1);
  other.tenant = "grannen";
  ASSERT_TRUE(Insert(other));
  EXPECT_EQ(store_.Get("grannen", NumberOf(1), everything_)->id, other.id);
  EXPECT_THAT(store_.Get(kTenant, other.id, everything_), HasCode(absl::StatusCode::kNotFound));
  EXPECT_EQ(search_.List("grannen", {everything_, {}}, CaseFilter(), {}, 10, 0)->cases.size(), 1u);
}

}  // namespace
}  // namespace avvik::triage
