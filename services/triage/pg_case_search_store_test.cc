// Lists, counts and search against real PostgreSQL. Each runs as a reader of few cases and as one of many would, from
// both beginnings that a list can have.
#include "services/triage/pg_case_search_store.h"

#include <algorithm>
#include <set>

#include "common/search/words.h"
#include "common/secrecy/test_renewal.h"
#include "services/triage/case_duty_rows.h"
#include "services/triage/case_indexer.h"
#include "services/triage/case_rows.h"
#include "services/triage/case_word_rows.h"
#include "services/triage/duty_event_handler.h"
#include "services/triage/sealed_keys.h"
#include "services/triage/store_test_support.h"

namespace avvik::triage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using ::testing::UnorderedElementsAreArray;

class PgCaseSearchStoreTest : public StoreTest {
 protected:
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
  void Insert(const Case& opened, const std::vector<std::string>& told = {}) {
    ASSERT_OK(pg::RunInTransaction(
        database_->pool(), pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
        [&](pg::Transaction& transaction) -> absl::Status {
          AVVIK_RETURN_IF_ERROR(InsertCase(transaction, *vault_, opened).status());
          return AddReportWords(transaction, *vault_, opened, told);
        }));
  }
  void PutDuty(const Case& subject, unsigned n, std::optional<absl::Time> due) {
    escalation::v1::DutyChanged told;
    told.mutable_facts()->set_duty_id(FakeIdSource::Nth(0xd0000 + n));
    told.mutable_facts()->set_case_id(subject.id);
    told.mutable_facts()->set_state(escalation::v1::DUTY_STATE_REQUIRED);
    auto* stage = told.mutable_facts()->add_stages();
    stage->set_state(due.has_value() ? escalation::v1::STAGE_STATE_RUNNING
                                     : escalation::v1::STAGE_STATE_SUBMITTED);
    *stage->mutable_target_time() = rpc::ToProtoTime(due.value_or(clock_.Now()));
    ASSERT_OK(pg::RunInTransaction(
        database_->pool(), pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
        [&](pg::Transaction& transaction) {
          return duties_.Apply(transaction, EventWith(told, "duties/x"));
        }));
  }

  static std::vector<std::string> NumbersIn(const CasePage& page) {
    std::vector<std::string> numbers;
    for (const Case& entry : page.cases) numbers.push_back(entry.number);
    return numbers;
  }
  // What a list shows, from whichever place it begins.
  std::vector<std::string> Numbers(const CaseFilter& filter, const Sight& sight,
                                   v1::CaseOrder order = v1::CASE_ORDER_NEWEST) {
    const auto page = search_.List(kTenant, sight, filter, {.order = order}, 100, 100);
    EXPECT_OK(page);
    if (!page.ok()) return {"failed"};
    const auto many = static_cast<int64_t>(page->cases.size());
    EXPECT_EQ(page->total.count, many);
    for (PgCaseSearchStore* store : {&search_, &along_, &by_place_, &by_words_}) {
      EXPECT_EQ(Paged(*store, order, 100, sight, filter), NumbersIn(*page));
      EXPECT_EQ(store->List(kTenant, sight, filter, {.order = order}, 1, 100)->total.count, many);
      EXPECT_EQ(Tallied(*store, sight, filter, 100), many);
    }
    return NumbersIn(*page);
  }
  std::vector<std::string> Numbers(const CaseFilter& filter,
                                   v1::CaseOrder order = v1::CASE_ORDER_NEWEST) {
    return Numbers(filter, all_, order);
  }
  std::vector<std::string> Found(const std::string& query, const Sight& sight) {
    CaseFilter filter;
    filter.words = AskedWords(query, TestOrganisation().get());
    return Numbers(filter, sight);
  }
  std::vector<std::string> Found(const std::string& query) { return Found(query, all_); }

  // Every page of a list, one after the other.
  std::vector<std::string> Paged(v1::CaseOrder order, int size, const Sight& sight) {
    std::vector<std::string> numbers = Paged(search_, order, size, sight);
    EXPECT_EQ(Paged(along_, order, size, sight), numbers);
    EXPECT_EQ(Paged(by_place_, order, size, sight), numbers);
    return numbers;
  }
  static std::vector<std::string> Paged(PgCaseSearchStore& store, v1::CaseOrder order, int size,
                                        const Sight& sight, const CaseFilter& filter = {}) {
    std::vector<std::string> numbers;
    CasePlace place{.order = order};
    while (true) {
      const auto page = store.List(kTenant, sight, filter, place, size, 0);
      EXPECT_OK(page);
      if (!page.ok()) return numbers;
      for (const std::string& number : NumbersIn(*page)) numbers.push_back(number);
      if (!page->next.has_value()) return numbers;
      place = *page->next;
    }
  }

  static int64_t Tallied(PgCaseSearchStore& store, const Sight& sight, const CaseFilter& filter,
                         int bound) {
    const auto tallies = store.Tally(kTenant, sight, filter, "sam", bound);
    EXPECT_OK(tallies);
    int64_t sum = 0;
    for (const CaseTally& tally : *tallies) sum += tally.count;
    return sum;
  }

  const Sight all_{everything_, everything_};
  DutyEventHandler duties_;
  // Goes along the index of the order whatever is asked for.
  PgCaseSearchStore along_{database_->pool(), *vault_, {.candidates = 0, .by_place = false}};
  PgCaseSearchStore by_place_{database_->pool(), *vault_, {.candidates = 0}};
  // A word that two cases have is common.
  PgCaseSearchStore by_words_{database_->pool(), *vault_, {.candidates = 1}};
};

TEST_F(PgCaseSearchStoreTest, EveryFilterNarrowsAndAllCombine) {
  Case first = Made(1);
  first.state = v1::CASE_STATE_ASSIGNED;
  first.system = "journal";
  first.category = type::v1::CATEGORY_LOST_DEVICE;
  first.owner = {.login = "sam"};
  first.classification = ParseText<v1::Classification>(
      "severity: SEVERITY_HIGH impacts { property: SECURITY_PROPERTY_ACCURACY level: 2 } "
      "impacts { property: SECURITY_PROPERTY_AVAILABILITY level: 0 }");
  first.held = clock_.Now();
  first.cause = v1::CAUSE_SUPPLIER;
  first.reported = clock_.Now() - absl::Hours(24);
  Case second = Made(2);
  second.unit = "it";
  second.classification.set_severity(type::v1::SEVERITY_LOW);
  second.classification.set_personal_data(type::v1::ANSWER_YES);
  Insert(first);
  Insert(second);
  PutDuty(first, 1, clock_.Now() - absl::Seconds(1));
  PutDuty(second, 2, clock_.Now() + absl::Seconds(1));
  const std::string one = NumberOf(1), two = NumberOf(2);
  const auto with = [&](auto change) {
    CaseFilter filter;
    filter.now = clock_.Now();
    change(filter);
    return Numbers(filter);
  };
  EXPECT_THAT(with([](auto&) {}), ElementsAre(two, one));
  EXPECT_THAT(with([](auto& f) { f.states = {v1::CASE_STATE_ASSIGNED, v1::CASE_STATE_CLOSED}; }),
              ElementsAre(one));
  EXPECT_THAT(with([](auto& f) { f.units = {"it", "styrelsen"}; }), ElementsAre(two));
  EXPECT_THAT(with([](auto& f) { f.system = "journal"; }), ElementsAre(one));
  EXPECT_THAT(with([](auto& f) { f.system = "' OR 1=1 --"; }), IsEmpty());
  EXPECT_THAT(with([](auto& f) { f.owner = "sam"; }), ElementsAre(one));
  EXPECT_THAT(with([](auto& f) { f.owner = ""; }), ElementsAre(two));
  EXPECT_THAT(with([](auto& f) { f.not_owner = "siv"; }), ElementsAre(one));
  EXPECT_THAT(with([](auto& f) { f.not_owner = "sam"; }), IsEmpty());
  EXPECT_THAT(with([](auto& f) { f.minimum_severity = type::v1::SEVERITY_MODERATE; }),
              ElementsAre(one));
  EXPECT_THAT(with([](auto& f) { f.categories = {type::v1::CATEGORY_LOST_DEVICE}; }),
              ElementsAre(one));
  EXPECT_THAT(with([](auto& f) { f.properties = {type::v1::SECURITY_PROPERTY_ACCURACY}; }),
              ElementsAre(one));
  EXPECT_THAT(with([](auto& f) { f.properties = {type::v1::SECURITY_PROPERTY_AVAILABILITY}; }),
              IsEmpty());
  EXPECT_THAT(with([](auto& f) { f.received_from = f.now - absl::Hours(1); }), ElementsAre(two));
  EXPECT_THAT(with([](auto& f) { f.received_before = f.now; }), ElementsAre(one));
  EXPECT_THAT(with([](auto& f) { f.spheres = {type::v1::SPHERE_PERSONAL_DATA}; }),
              ElementsAre(two));
  EXPECT_THAT(with([](auto& f) { f.overdue = type::v1::ANSWER_YES; }), ElementsAre(one));
  EXPECT_THAT(with([](auto& f) { f.overdue = type::v1::ANSWER_NO; }), ElementsAre(two));
  EXPECT_THAT(with([](auto& f) { f.grouped = type::v1::ANSWER_YES; }), IsEmpty());
  EXPECT_THAT(with([](auto& f) { f.grouped = type::v1::ANSWER_NO; }), ElementsAre(two, one));
  EXPECT_THAT(with([](auto& f) { f.held = type::v1::ANSWER_YES; }), ElementsAre(one));
  EXPECT_THAT(with([](auto& f) { f.held = type::v1::ANSWER_NO; }), ElementsAre(two));
  EXPECT_THAT(with([](auto& f) { f.causes = {v1::CAUSE_UNKNOWN, v1::CAUSE_SUPPLIER}; }),
              ElementsAre(one));
  EXPECT_THAT(with([](auto& f) { f.causes = {v1::CAUSE_ROUTINE}; }), IsEmpty());
  EXPECT_THAT(with([](auto& f) {
                f.units = {"it"};
                f.owner = "sam";
              }),
              IsEmpty());
  EXPECT_THAT(with([](auto& f) { f.nothing = true; }), IsEmpty());
}

TEST_F(PgCaseSearchStoreTest, GroupHasItsMembersThatOneMaySee) {
  const Case leader = Made(1);
  const Case member = Made(2);
  Case elsewhere = Made(3);
  elsewhere.unit = "it";
  const Case other = Made(4);
  const Case of_other = Made(5);
  for (const Case& made : {leader, member, elsewhere, other, of_other}) Insert(made);
  const auto group = [&](const Case& one, const Case& into) {
    database_->Run("SET avvik.tenant = '*'; UPDATE triage_case SET group_id = '" + into.id +
                   "' WHERE id = '" + one.id + "'");
  };
  group(member, leader);
  group(elsewhere, leader);
  group(of_other, other);
  CaseFilter filter;
  filter.group = leader.id;
  EXPECT_THAT(Numbers(filter), ElementsAre(NumberOf(3), NumberOf(2)));
  EXPECT_THAT(Numbers(filter, {organisation::OpenIn({"hemtjanst"}), {}}), ElementsAre(NumberOf(2)));
  filter.group = member.id;
  EXPECT_THAT(Numbers(filter), IsEmpty());
}

TEST_F(PgCaseSearchStoreTest, EveryOrderIsPagedExactlyAlsoAmongEquals) {
  struct Key {
    std::string number;
    int severity;
    absl::Time due;
    absl::Time changed;
  };
  std::vector<Key> keys;
  for (unsigned n = 1; n <= 23; ++n) {
    Case made = Made(n);
    made.classification.set_severity(static_cast<type::v1::Severity>(n % 3));
    made.updated = clock_.Now() + absl::Microseconds((n * 7) % 5);
    Insert(made);
    absl::Time due = absl::InfiniteFuture();
    if (n % 4 != 0) {
      due = clock_.Now() + absl::Microseconds((n * 3) % 4) - absl::Seconds(1);
      PutDuty(made, n, due);
    }
    keys.push_back({made.number, static_cast<int>(n % 3), due, made.updated});
  }
  std::reverse(keys.begin(), keys.end());
  const auto sorted = [&](auto before) {
    std::vector<Key> in_order = keys;
    std::stable_sort(in_order.begin(), in_order.end(), before);
    std::vector<std::string> numbers;
    for (const Key& key : in_order) numbers.push_back(key.number);
    return numbers;
  };
  const Sight few{organisation::OpenIn({"hemtjanst"}), {}};
  for (const Sight& sight : {all_, few}) {
    for (const int size : {1, 4, 22, 23, 50}) {
      EXPECT_EQ(Paged(v1::CASE_ORDER_NEWEST, size, sight),
                sorted([](const Key&, const Key&) { return false; }));
      EXPECT_EQ(Paged(v1::CASE_ORDER_OLDEST, size, sight),
                sorted([](const Key& a, const Key& b) { return a.number < b.number; }));
      EXPECT_EQ(Paged(v1::CASE_ORDER_SEVERITY, size, sight),
                sorted([](const Key& a, const Key& b) { return a.severity > b.severity; }));
      EXPECT_EQ(Paged(v1::CASE_ORDER_DUE, size, sight),
                sorted([](const Key& a, const Key& b) { return a.due < b.due; }));
      EXPECT_EQ(Paged(v1::CASE_ORDER_CHANGED, size, sight),
                sorted([](const Key& a, const Key& b) { return a.changed > b.changed; }));
    }
  }
}

TEST_F(PgCaseSearchStoreTest, PlacesAndPartiesReachEachCaseOnce) {
  Case by_place = Made(1);
  Case by_party = Made(2);
  by_party.unit = "it";
  by_party.owner = {.login = "sam"};
  Case by_both = Made(3);
  by_both.owner = {.login = "sam"};
  Case by_neither = Made(4);
  by_neither.unit = "it";
  for (const Case& made : {by_place, by_party, by_both, by_neither}) Insert(made);
  Visibility some = organisation::OpenIn({"hemtjanst", "styrelsen"});
  some.keys = organisation::OwnOf(kTenant, "sam").keys;
  EXPECT_THAT(Paged(v1::CASE_ORDER_NEWEST, 2, {some, {}}),
              ElementsAre(NumberOf(3), NumberOf(2), NumberOf(1)));
}

TEST_F(PgCaseSearchStoreTest, PagesHoldEveryCaseOnceWhileOthersAreOpened) {
  constexpr unsigned kCases = 110;
  for (unsigned n = 1; n <= kCases; ++n) Insert(Made(n));
  std::set<std::string> seen;
  CasePlace place;
  unsigned pages = 0;
  while (true) {
    const auto page = search_.List(kTenant, all_, CaseFilter(), place, 50, 0);
    ASSERT_OK(page);
    for (const std::string& number : NumbersIn(*page)) EXPECT_TRUE(seen.insert(number).second);
    ++pages;
    if (!page->next.has_value()) break;
    place = *page->next;
    Insert(Made(kCases + pages));
  }
  EXPECT_EQ(seen.size(), kCases);
  EXPECT_EQ(pages, 3u);
}

TEST_F(PgCaseSearchStoreTest, WhoReachesFewFindsThemWhateverChangesInWhoTheyAreFor) {
  Case subject = Made(1);
  subject.owner = {.login = "siv"};
  Insert(subject);
  Insert(Made(2));
  const Sight own{organisation::OwnOf(kTenant, "siv"), {}};
  const Sight unit{organisation::OpenIn({"hemtjanst"}), {}};
  EXPECT_THAT(Numbers({}, own), ElementsAre(NumberOf(1)));
  EXPECT_THAT(Numbers({}, unit), ElementsAre(NumberOf(2), NumberOf(1)));
  ASSERT_OK(store_.Change(kTenant, subject.id, everything_, "", Trace(), [&](Case before) {
    return absl::StatusOr<CaseChange>(Restrict(std::move(before), true, {.login = "sam"},
                                               {.id = ids_.Next(), .created = clock_.Now()}));
  }));
  EXPECT_THAT(Numbers({}, unit), ElementsAre(NumberOf(2)));
  EXPECT_THAT(Numbers({}, own), ElementsAre(NumberOf(1)));
  EXPECT_THAT(Numbers({}, {organisation::OwnOf(kTenant, "sam"), {}}), ElementsAre(NumberOf(1)));
  EXPECT_THAT(Numbers({}, {organisation::OwnOf(kTenant, "ove"), {}}), IsEmpty());
  EXPECT_THAT(Numbers({}, {Visibility(), {}}), IsEmpty());
}

TEST_F(PgCaseSearchStoreTest, CountsStopAtTheirBoundAndSaySo) {
  for (unsigned n = 1; n <= 5; ++n) Insert(Made(n));
  const auto exact = search_.List(kTenant, all_, {}, {}, 1, 6);
  EXPECT_EQ(exact->total.count, 5);
  EXPECT_FALSE(exact->total.at_least);
  const auto bounded = search_.List(kTenant, all_, {}, {}, 1, 3);
  EXPECT_EQ(bounded->total.count, 3);
  EXPECT_TRUE(bounded->total.at_least);
  EXPECT_EQ(Tallied(search_, all_, {}, 6), 5);
  EXPECT_EQ(Tallied(search_, all_, {}, 3), 3);
}

TEST_F(PgCaseSearchStoreTest, TallySaysWhatIsInWhichStateAndWhose) {
  Case mine = Made(1);
  mine.owner = {.login = "sam"};
  mine.state = v1::CASE_STATE_ACKNOWLEDGED;
  Insert(mine);
  PutDuty(mine, 1, clock_.Now() - absl::Seconds(1));
  Case others = Made(2);
  others.owner = {.login = "siv"};
  others.classification.set_severity(type::v1::SEVERITY_CRITICAL);
  others.state = v1::CASE_STATE_ASSIGNED;
  Insert(others);
  Case nobodys = Made(3);
  nobodys.state = v1::CASE_STATE_OPEN;
  Insert(nobodys);
  CaseFilter filter;
  filter.now = clock_.Now();
  const auto tallies = search_.Tally(kTenant, all_, filter, "sam", 100);
  ASSERT_OK(tallies);
  std::vector<std::string> said;
  for (const CaseTally& tally : *tallies) {
    said.push_back(v1::CaseState_Name(tally.state) + " " + v1::Ownership_Name(tally.ownership) +
                   " " + std::to_string(tally.severity) + (tally.overdue ? " overdue " : " ") +
                   std::to_string(tally.count));
  }
  EXPECT_THAT(said, UnorderedElementsAre("CASE_STATE_ACKNOWLEDGED OWNERSHIP_ME 0 overdue 1",
                                         "CASE_STATE_ASSIGNED OWNERSHIP_OTHERS 4 1",
                                         "CASE_STATE_OPEN OWNERSHIP_NOBODY 0 1"));
}

// ---- Words ----

TEST_F(PgCaseSearchStoreTest, CaseIsFoundByEveryTextOfIt) {
  Case subject = Made(1);
  subject.title = "Läckta journaler på Éna";
  subject.system = "journal";
  Insert(subject, {"kuvert", "felskick"});
  Insert(Made(2));
  ASSERT_OK(store_.Change(kTenant, subject.id, everything_, "", Trace(), [&](Case before) {
    before.state = v1::CASE_STATE_ASSIGNED;
    return AddNote(std::move(before),
                   {.id = ids_.Next(), .text = "Ringde Årstagatan", .created = clock_.Now()});
  }));
  const std::string one = NumberOf(1), two = NumberOf(2);
  for (const char* query : {"läckta", "JOURNALEN", "ena", "Årstagatan", "kuvert", "AVV-2026-000001",
                            "000001", "kuvert årstagatan läckta", "journalen kuvert och"}) {
    EXPECT_THAT(Found(query), ElementsAre(one)) << query;
  }
  // By the name of the unit and of the system, as the organisation has them.
  EXPECT_THAT(Found("hemtjänsten"), ElementsAre(two, one));
  EXPECT_THAT(Found("hemtjänsten kuvert"), ElementsAre(one));
  for (const char* query : {"lackta", "arstagatan", "kuvert saknas", "000003", "socialnämnden"}) {
    EXPECT_THAT(Found(query), IsEmpty()) << query;
  }
}

TEST_F(PgCaseSearchStoreTest, CommonWordsFindWhatIsVisibleInEveryOrderPageByPage) {
  constexpr unsigned kCases = 24;
  // In which cases a word is, and in which of them nobody reads it but in the report.
  struct Word {
    std::string text;
    bool (*in)(unsigned);
    bool (*in_report)(unsigned);
  };
  const std::vector<Word> all_words{
      {"kuvert", [](unsigned n) { return n % 2 == 0; }, [](unsigned) { return false; }},
      {"granne", [](unsigned n) { return n % 3 == 0; }, [](unsigned n) { return n % 6 == 0; }},
      {"udda", [](unsigned n) { return n % 2 == 1; }, [](unsigned) { return false; }},
      {"ensam", [](unsigned n) { return n == 12; }, [](unsigned) { return true; }}};
  const auto in_it = [](unsigned n) { return n % 4 == 0; };
  for (unsigned n = kCases; n >= 1; --n) {
    Case made = Made(n);
    made.id = FakeIdSource::Nth(0xc0000 + n);
    if (in_it(n)) made.unit = "it";
    made.title = "";
    made.classification.set_severity(static_cast<type::v1::Severity>(n % 3));
    made.updated = clock_.Now() + absl::Microseconds((n * 7) % 5);
    std::vector<std::string> told;
    for (const Word& word : all_words) {
      if (!word.in(n)) continue;
      if (word.in_report(n)) {
        told.push_back(search::WordsOf(word.text).at(0));
      } else {
        made.title += word.text + " ";
      }
    }
    Insert(made, told);
  }
  const Visibility here = organisation::OpenIn({"hemtjanst"});
  const std::vector<std::vector<size_t>> searches{{0},    {1},    {0, 1},    {1, 0},
                                                  {0, 2}, {0, 3}, {0, 1, 3}, {1, 0, 2}};
  for (const std::vector<size_t>& words : searches) {
    CaseFilter filter;
    for (const size_t word : words) {
      filter.words.push_back(
          {.word = search::WordsOf(all_words[word].text).at(0), .units = {}, .systems = {}});
    }
    for (const bool everywhere : {true, false}) {
      for (const bool reports : {true, false}) {
        const Visibility& sphere = everywhere ? everything_ : here;
        const Sight sight{sphere, reports ? sphere : Visibility()};
        std::vector<std::string> expected;
        for (unsigned n = kCases; n >= 1; --n) {
          bool all = everywhere || !in_it(n);
          for (const size_t word : words) {
            all = all && all_words[word].in(n) && (reports || !all_words[word].in_report(n));
          }
          if (all) expected.push_back(NumberOf(n));
        }
        EXPECT_EQ(Numbers(filter, sight), expected);
        EXPECT_EQ(Paged(by_words_, v1::CASE_ORDER_NEWEST, 2, sight, filter), expected);
        EXPECT_THAT(Numbers(filter, sight, v1::CASE_ORDER_SEVERITY),
                    UnorderedElementsAreArray(expected));
        std::reverse(expected.begin(), expected.end());
        EXPECT_EQ(Numbers(filter, sight, v1::CASE_ORDER_OLDEST), expected);
        EXPECT_EQ(Paged(by_words_, v1::CASE_ORDER_OLDEST, 2, sight, filter), expected);
      }
    }
  }
}

TEST_F(PgCaseSearchStoreTest, CommonWordIsFoundWholeWhicheverPartOfItIsEnough) {
  for (unsigned n = 1; n <= 40; ++n) {
    Case made = Made(n);
    made.title = "Kuvert";
    made.unit = n % 10 == 0 ? "it" : "hemtjanst";
    Insert(made);
  }
  PgCaseSearchStore store(database_->pool(), *vault_, {.candidates = 20});
  CaseFilter filter;
  filter.words = AskedWords("kuvert", nullptr);
  // The first part is enough; the second is; neither is.
  for (const int limit : {4, 15, 30}) {
    EXPECT_THAT(Paged(store, v1::CASE_ORDER_NEWEST, limit, all_, filter), SizeIs(40));
  }
  for (const int bound : {4, 15, 30}) EXPECT_EQ(Tallied(store, all_, filter, bound), bound);
  EXPECT_EQ(Tallied(store, all_, filter, 50), 40);
  filter.units = {"it"};
  EXPECT_THAT(Paged(store, v1::CASE_ORDER_OLDEST, 1, all_, filter),
              ElementsAre(NumberOf(10), NumberOf(20), NumberOf(30), NumberOf(40)));
  EXPECT_EQ(Tallied(store, all_, filter, 3), 3);
  EXPECT_EQ(Tallied(store, all_, filter, 50), 4);
}

TEST_F(PgCaseSearchStoreTest, CommonWordsOfAReportAreForThoseWhoMayReadIt) {
  for (unsigned n = 1; n <= 12; ++n) {
    Case made = Made(n);
    made.title = "Kuvert";
    made.unit = n % 4 == 0 ? "it" : "hemtjanst";
    Insert(made, {"grann"});
  }
  const Sight some{everything_, organisation::OpenIn({"it"})};
  EXPECT_THAT(Found("granne", some), ElementsAre(NumberOf(12), NumberOf(8), NumberOf(4)));
  EXPECT_THAT(Found("kuvert granne", some), ElementsAre(NumberOf(12), NumberOf(8), NumberOf(4)));
  EXPECT_THAT(Found("kuvert", some), SizeIs(12));
}

TEST_F(PgCaseSearchStoreTest, UnitsThatAWordNamesAreFoundHoweverManyTheyAre) {
  for (unsigned n = 1; n <= 12; ++n) {
    Case made = Made(n);
    made.title = n % 2 == 0 ? "Kuvert" : "";
    made.unit = "enhet" + std::to_string(n % 6);
    Insert(made);
  }
  AskedWord units{.word = "enhet", .units = {}, .systems = {}};
  for (int unit = 0; unit < 5; ++unit) units.units.push_back("enhet" + std::to_string(unit));
  CaseFilter filter;
  filter.words = {units};
  EXPECT_THAT(Numbers(filter, all_), SizeIs(10));
  filter.words.push_back({.word = "kuvert", .units = {}, .systems = {}});
  EXPECT_THAT(Numbers(filter, all_), ElementsAre(NumberOf(12), NumberOf(10), NumberOf(8),
                                                 NumberOf(6), NumberOf(4), NumberOf(2)));
  std::swap(filter.words[0], filter.words[1]);
  EXPECT_THAT(Numbers(filter, all_), SizeIs(6));
}

TEST_F(PgCaseSearchStoreTest, WordsOfATextThatIsReplacedGo) {
  Case subject = Made(1);
  subject.state = v1::CASE_STATE_ASSIGNED;
  subject.owner = {.login = "sam"};
  Insert(subject);
  const auto close = [&](const std::string& outcome) {
    ASSERT_OK(store_.Change(kTenant, subject.id, everything_, "", Trace(), [&](Case before) {
      return Close(std::move(before), {.resolution = v1::RESOLUTION_REMEDIED, .outcome = outcome},
                   clock_.Now());
    }));
  };
  close("Spärrad telefon");
  EXPECT_THAT(Found("telefon"), ElementsAre(NumberOf(1)));
  ASSERT_OK(store_.Change(kTenant, subject.id, everything_, "", Trace(), [&](Case before) {
    return Reopen(std::move(before),
                  {.id = ids_.Next(), .text = "spärrad igen", .created = clock_.Now()});
  }));
  close("Raderad");
  EXPECT_THAT(Found("telefon"), IsEmpty());
  // A word that stands somewhere else stays.
  EXPECT_THAT(Found("spärrad"), ElementsAre(NumberOf(1)));
}

TEST_F(PgCaseSearchStoreTest, WordsOfAReportAreForThoseWhoMayReadIt) {
  Case mine = Made(1);
  mine.title = "Kuvert";
  Insert(mine, {"grann"});
  Case others = Made(2);
  others.unit = "it";
  Insert(others, {"grann"});
  const std::string one = NumberOf(1), two = NumberOf(2);
  EXPECT_THAT(Found("granne"), ElementsAre(two, one));
  const Sight no_reports{everything_, {}};
  EXPECT_THAT(Found("granne", no_reports), IsEmpty());
  EXPECT_THAT(Found("kuvert", no_reports), ElementsAre(one));
  EXPECT_THAT(Found("kuvert granne", no_reports), IsEmpty());
  const Sight some_reports{everything_, organisation::OpenIn({"hemtjanst"})};
  EXPECT_THAT(Found("granne", some_reports), ElementsAre(one));
  EXPECT_THAT(Found("kuvert granne", some_reports), ElementsAre(one));
  const Sight unit{organisation::OpenIn({"it"}), organisation::OpenIn({"it"})};
  EXPECT_THAT(Found("granne", unit), ElementsAre(two));
  EXPECT_THAT(Found("kuvert", unit), IsEmpty());
}

TEST_F(PgCaseSearchStoreTest, IndexTellsNobodyAWordAndTenantsNothingOfEachOther) {
  Case subject = Made(1);
  subject.title = "Kuvert";
  Insert(subject);
  Case other = Made(1);
  other.id = ids_.Next();
  other.tenant = "grannen";
  other.title = "Kuvert";
  Insert(other);
  EXPECT_THAT(Found("kuvert"), ElementsAre(NumberOf(1)));
  EXPECT_EQ(database_->Value("SELECT count(*) FROM case_word AS one JOIN case_word AS other "
                             "USING (word) WHERE one.tenant <> other.tenant"),
            "0");
  EXPECT_NE(*TermsOf(*vault_, kTenant, WordKind::kOwn, "kuvert"),
            *TermsOf(*vault_, kTenant, WordKind::kReport, "kuvert"));
}

TEST_F(PgCaseSearchStoreTest, ReportIsFoundFromTheMomentItsCaseIs) {
  titles_.words[ReportId(1)] = {"kuvert"};
  OpenCase(1);
  EXPECT_THAT(Found("kuvert"), ElementsAre(NumberOf(1)));
  titles_.words[ReportId(1)] = {"grann", "kuvert"};
  ASSERT_OK(Hear(Supplemented(1)));
  EXPECT_THAT(Found("granne"), ElementsAre(NumberOf(1)));
  EXPECT_EQ(database_->Value("SELECT count(*) FROM triage_case WHERE NOT words_indexed"), "0");
}

TEST_F(PgCaseSearchStoreTest, IndexIsBuiltAnewFromWhatItIsMadeOf) {
  titles_.words[ReportId(1)] = {"kuvert"};
  const Case subject = OpenCase(1);
  ASSERT_OK(store_.Change(kTenant, subject.id, everything_, "", Trace(), [&](Case before) {
    return AddNote(std::move(before),
                   {.id = ids_.Next(), .text = "ringde", .created = clock_.Now()});
  }));
  const std::string all = "SELECT string_agg(word::text || of_report, ' ' ORDER BY word) FROM case_word";
  const std::string before = database_->Value(all);
  database_->Run("SET avvik.tenant = '*'; TRUNCATE case_word; "
                 "UPDATE triage_case SET words_indexed = false, hit_properties = 0");
  EXPECT_THAT(Found("kuvert"), IsEmpty());
  CaseIndexer indexer(database_->pool(), titles_, *vault_, directory_);
  EXPECT_EQ(*indexer.RunOnce(), 1);
  EXPECT_EQ(database_->Value(all), before);
  EXPECT_THAT(Found("kuvert ringde"), ElementsAre(NumberOf(1)));
  EXPECT_EQ(Read(subject.id).version, subject.version + 1);
  EXPECT_EQ(*indexer.RunOnce(), 0);
}

TEST_F(PgCaseSearchStoreTest, WordsAreFoundWhileTheKeyForHashesIsReplacedAndNoneOfTheOldOneIsLeft) {
  titles_.words[ReportId(1)] = {"kuvert"};
  const Case subject = OpenCase(1);
  const auto note = [&](const std::string& text) {
    ASSERT_OK(store_.Change(kTenant, subject.id, everything_, "", Trace(), [&](Case before) {
      return AddNote(std::move(before), {.id = ids_.Next(), .text = text, .created = clock_.Now()});
    }));
  };
  note("ringde");
  const std::string rows = "SELECT count(*) FROM case_word WHERE case_id = '" + subject.id + "'";
  const std::string words = "SELECT string_agg(word::text, ',') FROM case_word";
  const std::string count = database_->Value(rows);
  const std::string old = database_->Value(words);
  const auto copy = vault_.Again();
  PgCaseSearchStore other(database_->pool(), *copy);
  // Words of four letters, which have no endings.
  const auto word = [](const char* begin, unsigned n) { return begin + std::string(1, static_cast<char>('a' + n)); };
  unsigned last = 1;
  const auto found = [&](const std::string& query, unsigned n) {
    EXPECT_THAT(Found(query), ElementsAre(NumberOf(n))) << query;
    CaseFilter filter;
    filter.words = AskedWords(query, TestOrganisation().get());
    const auto page = other.List(kTenant, all_, filter, {}, 10, 0);
    ASSERT_OK(page);
    EXPECT_THAT(NumbersIn(*page), ElementsAre(NumberOf(n))) << query;
  };
  const auto meanwhile = [&] {
    found("kuvert ringde", 1);
    // What comes in puts off the end of a step.
    if (last < 6) {
      ++last;
      titles_.words[ReportId(last)] = {word("sak", last)};
      OpenCase(last);
      titles_.words[ReportId(1)].push_back(word("nyt", last));
      ASSERT_OK(Hear(Supplemented(1)));
    }
    for (unsigned n = 2; n <= last; ++n) {
      found(word("sak", n), n);
      found("kuvert " + word("nyt", n), 1);
    }
    // A copy hears of what is done a moment later.
    ASSERT_OK(copy->Rotate());
  };
  CaseIndexer indexer(database_->pool(), titles_, *vault_, directory_);
  secrecy::RenewAll(vault_, database_->pool(), SealedKeys(), meanwhile, {indexer.Hashes()});
  EXPECT_EQ(last, 6u);
  EXPECT_EQ(database_->Value("SELECT count(*) FROM case_word WHERE word IN (" + old + ")"), "0");
  // Each word once, with those of the supplements.
  EXPECT_EQ(database_->Value(rows), std::to_string(std::stoul(count) + last - 1));
  EXPECT_EQ(Read(subject.id).version, subject.version + last);
}

TEST_F(PgCaseSearchStoreTest, WordThatIsTakenBackWhileKeysAreReplacedIsFoundNoMore) {
  Case subject = Made(1);
  subject.title = "Kuvert";
  Insert(subject);
  ASSERT_OK(vault_->ReplaceTenantKeys(absl::Now()));
  ASSERT_OK(vault_->HashWithNewest(absl::Now()));
  EXPECT_THAT(Found("kuvert"), ElementsAre(NumberOf(1)));
  Case after = subject;
  after.title = "Laptop";
  ASSERT_OK(pg::RunInTransaction(
      database_->pool(), pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
      [&](pg::Transaction& transaction) { return PutOwnWords(transaction, *vault_, &subject, after); }));
  EXPECT_THAT(Found("kuvert"), IsEmpty());
  EXPECT_THAT(Found("laptop"), ElementsAre(NumberOf(1)));
}

// ---- Due ----

TEST_F(PgCaseSearchStoreTest, CaseIsDueWhenTheNextOpenStepOfItsDutiesIs) {
  const Case subject = OpenCase(1);
  EXPECT_FALSE(Read(subject.id).due.has_value());
  const absl::Time soon = clock_.Now() + absl::Hours(1);
  PutDuty(subject, 1, clock_.Now() + absl::Hours(2));
  PutDuty(subject, 2, soon);
  EXPECT_EQ(Read(subject.id).due, soon);
  // It is no change of the case itself.
  EXPECT_EQ(Read(subject.id).version, subject.version);
  PutDuty(subject, 2, std::nullopt);
  EXPECT_EQ(Read(subject.id).due, clock_.Now() + absl::Hours(2));
  PutDuty(subject, 1, std::nullopt);
  EXPECT_FALSE(Read(subject.id).due.has_value());
}

TEST_F(PgCaseSearchStoreTest, NextStepIsTheEarliestThatIsStillToBeDone) {
  auto duty = ParseText<escalation::v1::DutyFacts>(R"pb(
    state: DUTY_STATE_TO_ASSESS
    stages { state: STAGE_STATE_SUBMITTED target_time { seconds: 1 } }
    stages { state: STAGE_STATE_WAITING }
    stages { state: STAGE_STATE_OVERDUE target_time { seconds: 3 } }
    stages { state: STAGE_STATE_RUNNING target_time { seconds: 2 } }
  )pb");
  EXPECT_EQ(NextDue(duty), absl::FromUnixSeconds(2));
  duty.set_state(escalation::v1::DUTY_STATE_RULED_OUT);
  EXPECT_EQ(NextDue(duty), std::nullopt);
}

// ---- Cases like another ----

TEST_F(PgCaseSearchStoreTest, CasesAreAlikeByUncommonWordsThatOneMaySee) {
  Case subject = Made(1);
  subject.title = "Kuvert till grannen";
  Insert(subject, {"gulmarkerad"});
  Case like = Made(2);
  like.title = "Kuvert hos en granne";
  Insert(like);
  Case told = Made(3);
  told.title = "Annat";
  told.unit = "it";
  Insert(told, {"gulmarkerad"});
  Case unlike = Made(4);
  unlike.title = "Annat";
  Insert(unlike);
  const auto alike = [&](const Sight& sight) {
    std::map<std::string, size_t> words;
    const auto found = search_.Like(Read(NumberOf(1)), sight);
    EXPECT_OK(found);
    for (const LikeCase& entry : *found) words[entry.subject.number] = entry.words.size();
    return words;
  };
  using Words = std::map<std::string, size_t>;
  EXPECT_EQ(alike(all_), (Words{{NumberOf(2), 2}, {NumberOf(3), 1}}));
  EXPECT_EQ(alike({everything_, {}}), (Words{{NumberOf(2), 2}}));
  const Visibility here = organisation::OpenIn({"hemtjanst"});
  EXPECT_EQ(alike({here, here}), (Words{{NumberOf(2), 2}}));
}

}  // namespace
}  // namespace avvik::triage
