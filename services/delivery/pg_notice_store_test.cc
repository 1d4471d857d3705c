#include "services/delivery/pg_notice_store.h"

#include "avvik/intake/v1/intake_events.pb.h"
#include "common/ids/fake_id_source.h"
#include "common/organisation/test_visibility.h"
#include "common/secrecy/test_renewal.h"
#include "services/delivery/hashes.h"
#include "services/delivery/known_case_store.h"
#include "services/delivery/notice_proto.h"
#include "services/delivery/report_event_handler.h"
#include "services/delivery/sealed_keys.h"
#include "services/delivery/test_support.h"

namespace avvik::delivery {
namespace {

using avvik::testing::IsError;
using ::testing::ElementsAre;

const Visibility kAll = {.cases = organisation::EverythingVisible(), .person_ids = {}};

Visibility In(const std::string& unit, const std::string& person_id = "") {
  Visibility visibility = {.cases = organisation::OpenIn({unit}), .person_ids = {}};
  if (!person_id.empty()) visibility.person_ids = {person_id};
  return visibility;
}

class PgNoticeStoreTest : public DeliveryTest {
 protected:
  std::string Only() { return Value("SELECT notice_id FROM notice"); }
  audit::Record Trace() {
    return {.id = ids_.Next(), .tenant = kTenant, .at = clock_.Now(), .actor = "admin"};
  }
  // Ends the notice that is due with this state.
  void End(v1::NoticeState state) {
    const Notice notice = **queue_.Take("x", clock_.Now(), clock_.Now() + absl::Seconds(15));
    const Attempt attempt{.time = clock_.Now(),
                          .succeeded = state == v1::NOTICE_STATE_SENT,
                          .reply_code = 250,
                          .error = "",
                          .duration = absl::Milliseconds(12)};
    ASSERT_OK(queue_.Record(notice, "x", attempt, {.state = state, .next_attempt = clock_.Now()},
                            clock_.Now()));
  }
};

TEST_F(PgNoticeStoreTest, ANoticeIsReadWithItsAttempts) {
  Queue("event-1");
  End(v1::NOTICE_STATE_SENT);
  const auto found = store_.Get(kTenant, Only(), kAll);
  ASSERT_OK(found);
  const NoticeDraft& draft = found->notice.draft;
  EXPECT_EQ(draft.cause, "event-1");
  EXPECT_EQ(draft.template_id, TemplateId::kCaseAssigned);
  EXPECT_EQ(draft.recipient, "anna@kalix.example");
  EXPECT_EQ(Value("SELECT position('anna@'::bytea in recipient) FROM notice"), "0");
  EXPECT_EQ(found->notice.state, v1::NOTICE_STATE_SENT);
  EXPECT_EQ(found->notice.created, kNow);
  EXPECT_EQ(found->notice.sent, kNow);
  ASSERT_EQ(found->attempts.size(), 1u);
  EXPECT_EQ(found->attempts[0].duration, absl::Milliseconds(12));
}

TEST_F(PgNoticeStoreTest, KeysOfAddressesAreReplacedAndTheyAreSealedAnewWhileTheyAreRead) {
  for (int i = 0; i < 120; ++i) Queue("event-" + std::to_string(i));
  const std::string id = Value("SELECT notice_id FROM notice LIMIT 1");
  const auto readable = [&] {
    EXPECT_EQ(store_.Get(kTenant, id, kAll)->notice.draft.recipient, "anna@kalix.example");
  };
  EXPECT_EQ(secrecy::RenewAll(vault_, database_->pool(), SealedKeys(), readable), 200u);
  readable();
  // Beyond the first page, too.
  EXPECT_EQ(Value("SELECT count(*) FROM notice WHERE get_byte(recipient, 0) = 2"), "120");
}

// Tells of Anna, who reported confidentially, as IntakeReporterSource does.
class ConfidentialAnna final : public ReporterSource {
 public:
  explicit ConfidentialAnna(secrecy::Vault& vault) : vault_(vault) {}
  absl::StatusOr<Reporters> Fetch(const std::string& tenant,
                                  const std::set<std::string>& report_ids) override {
    Reporters reporters;
    for (const std::string& id : report_ids) {
      Reporter& reporter = reporters[id];
      reporter.confidential = true;
      if (erased.contains(id)) continue;
      AVVIK_ASSIGN_OR_RETURN(const auto person_ids, ConfidentialPersonIds(vault_, tenant, "anna"));
      reporter.person_id = person_ids.front();
      reporter.other_person_ids.assign(person_ids.begin() + 1, person_ids.end());
      reporter.email = "anna@kalix.example";
      reporter.number = numbers.at(id);
    }
    return reporters;
  }

  std::map<std::string, std::string> numbers;
  std::set<std::string> erased;

 private:
  secrecy::Vault& vault_;
};

TEST_F(PgNoticeStoreTest, ConfidentialReporterSeesOwnNoticesWhileTheKeyForHashesIsReplacedAndIsToldNothingTwice) {
  ConfidentialAnna reporters(*vault_);
  ReportEventHandler handler(writer_, reporters, directory_, [] {});
  const auto report_id = [](unsigned n) { return FakeIdSource::Nth(0xe0000 + n); };
  const auto hear = [&](const google::protobuf::Message& data, const std::string& id) {
    events::v1::StoredEvent stored;
    *stored.mutable_event() = events::MakeEvent(
        ids_, "intake", {.tenant = kTenant, .subject = "reports/" + id, .time = clock_.Now()}, data);
    stored.mutable_event()->set_id(id);
    ASSERT_OK(handler.Prepare(std::span(&stored, 1)));
    ASSERT_OK(InTransaction([&](pg::Transaction& transaction) { return handler.Apply(transaction, stored); }));
  };
  // The first tells that report `n` has arrived, the second that there is a message, which only its number leads from.
  const auto told = [&](unsigned n) {
    reporters.numbers[report_id(n)] = "AVV-2026-00000" + std::to_string(n);
    intake::v1::ReportSubmitted submitted;
    submitted.set_report_id(report_id(n));
    hear(submitted, FakeIdSource::Nth(0xa0000 + n));
    intake::v1::ReportMessageAdded message;
    message.set_report_id(report_id(n));
    hear(message, FakeIdSource::Nth(0xb0000 + n));
  };
  for (unsigned n = 1; n <= 3; ++n) {
    told(n);
    KnownCase known;
    known.case_id = FakeIdSource::Nth(0xc0000 + n);
    known.number = "AVV-2026-00000" + std::to_string(n);
    known.report_id = report_id(n);
    ASSERT_OK(InTransaction([&](pg::Transaction& transaction) {
      return PutKnownCase(transaction, kTenant, known);
    }));
  }
  reporters.erased = {report_id(3)};
  const std::string old = ConfidentialPersonIds(*vault_, kTenant, "anna")->front();
  const auto copy = vault_.Again();
  int64_t own = 6;
  const auto sees_own = [&](secrecy::Vault& vault) {
    const Visibility anna{.cases = {}, .person_ids = *ConfidentialPersonIds(vault, kTenant, "anna")};
    const auto page = store_.List(kTenant, anna, {}, "", 100);
    ASSERT_OK(page);
    EXPECT_EQ(page->total, own);
  };
  sees_own(*vault_);
  const auto meanwhile = [&] {
    if (vault_.store().Find(kTenant)->size() == 1) {
      // But for those of the erased report.
      own = 4;
      ASSERT_OK(copy->Rotate());
    }
    sees_own(*vault_);
    sees_own(*copy);
    told(1);
    told(2);
    EXPECT_EQ(Value("SELECT count(*) FROM notice"), "6");
    ASSERT_OK(copy->Rotate());
  };
  secrecy::RenewAll(vault_, database_->pool(), SealedKeys(), meanwhile, Hashes(database_->pool(), reporters));
  EXPECT_EQ(own, 4);
  sees_own(*vault_);
  sees_own(*copy);
  EXPECT_EQ(Value("SELECT count(*) || ' ' || count(DISTINCT number) FROM notice WHERE person_id = '" + old + "'"), "2 1");
}

TEST_F(PgNoticeStoreTest, OnlyWhatIsVisibleIsFoundListedAndCounted) {
  Queue("event-1");
  NoticeDraft other = Draft("event-2");
  other.unit = "school";
  other.person_id = PersonId("daisy");
  Queue(other);
  const auto total = [&](const Visibility& visibility) {
    const auto page = store_.List(kTenant, visibility, {}, "", 10);
    EXPECT_EQ(static_cast<int64_t>(page->notices.size()), page->total);
    return page->total;
  };
  EXPECT_EQ(total(kAll), 2);
  EXPECT_EQ(total(In("social")), 1);
  EXPECT_EQ(total(In("", PersonId("daisy"))), 1);
  EXPECT_EQ(total(In("social", PersonId("daisy"))), 2);
  EXPECT_EQ(total(In("elsewhere", PersonId("eve"))), 0);
  EXPECT_EQ(store_.List("orebro", kAll, {}, "", 10)->total, 0);
  const std::string id = Value("SELECT notice_id FROM notice WHERE unit = 'school'");
  EXPECT_OK(store_.Get(kTenant, id, In("school")));
  EXPECT_THAT(store_.Get(kTenant, id, In("social")),
              IsError(absl::StatusCode::kNotFound, "NOTICE_NOT_FOUND"));
  EXPECT_THAT(store_.Get("orebro", id, kAll),
              IsError(absl::StatusCode::kNotFound, "NOTICE_NOT_FOUND"));
}

TEST_F(PgNoticeStoreTest, AListIsPagedNewestFirst) {
  for (int i = 0; i < 5; ++i) {
    Queue("event-" + std::to_string(i));
    clock_.Advance(absl::Seconds(1));
  }
  std::vector<std::string> causes;
  std::string after;
  for (bool more = true; more;) {
    const auto page = store_.List(kTenant, kAll, {}, after, 2);
    ASSERT_OK(page);
    EXPECT_EQ(page->total, 5);
    for (const Notice& notice : page->notices) causes.push_back(notice.draft.cause);
    after = page->notices.back().notice_id;
    more = page->more;
  }
  EXPECT_THAT(causes, ElementsAre("event-4", "event-3", "event-2", "event-1", "event-0"));
}

TEST_F(PgNoticeStoreTest, AListIsNarrowedByStateAndNumber) {
  Queue("event-1");
  End(v1::NOTICE_STATE_SENT);
  NoticeDraft other = Draft("event-2");
  other.number = "AVV-2026-000124";
  Queue(other);
  const auto total = [&](const NoticeFilter& filter) {
    return store_.List(kTenant, kAll, filter, "", 10)->total;
  };
  EXPECT_EQ(total({.states = {v1::NOTICE_STATE_SENT}}), 1);
  EXPECT_EQ(total({.states = {v1::NOTICE_STATE_SENT, v1::NOTICE_STATE_WAITING}}), 2);
  EXPECT_EQ(total({.states = {v1::NOTICE_STATE_FAILED}}), 0);
  EXPECT_EQ(total({.number = "AVV-2026-000124"}), 1);
  EXPECT_EQ(total({.states = {v1::NOTICE_STATE_SENT}, .number = "AVV-2026-000124"}), 0);
}

TEST_F(PgNoticeStoreTest, TheQueueIsCounted) {
  for (int i = 0; i < 4; ++i) {
    Queue("event-" + std::to_string(i));
    clock_.Advance(absl::Seconds(1));
  }
  End(v1::NOTICE_STATE_SENT);
  End(v1::NOTICE_STATE_FAILED);
  ASSERT_OK(queue_.Take("x", clock_.Now(), clock_.Now() + absl::Seconds(15)));
  const auto count = store_.Count(kTenant);
  ASSERT_OK(count);
  EXPECT_EQ(count->sent, 1);
  EXPECT_EQ(count->failed, 1);
  EXPECT_EQ(count->waiting, 2);
  EXPECT_EQ(count->oldest, kNow + absl::Seconds(2));
  EXPECT_TRUE(count->last_success.has_value());
  EXPECT_EQ(store_.Count("orebro")->oldest, std::nullopt);
  EXPECT_EQ(store_.Count("orebro")->last_success, std::nullopt);
  EXPECT_EQ(store_.Count("orebro")->last_failure, std::nullopt);
}

TEST_F(PgNoticeStoreTest, TheLastFailureIsThatOfAnyAttempt) {
  Queue("event-1");
  for (const auto& [at, succeeded, code] :
       {std::tuple(kNow, false, 550), std::tuple(kNow + absl::Seconds(3), false, 451),
        std::tuple(kNow + absl::Seconds(9), true, 250)}) {
    database_->Run("INSERT INTO notice_attempt SELECT notice_id, (SELECT count(*) FROM "
                   "notice_attempt), '" +
                   absl::FormatTime(at) + "', " + (succeeded ? "true" : "false") + ", " +
                   std::to_string(code) + ", '', 1 FROM notice");
  }
  const auto count = store_.Count(kTenant);
  ASSERT_OK(count);
  EXPECT_EQ(count->last_failure, kNow + absl::Seconds(3));
  EXPECT_EQ(count->last_failure_code, 451);
  EXPECT_EQ(store_.Count("orebro")->last_failure, std::nullopt);
}

TEST_F(PgNoticeStoreTest, AFailedNoticeIsTriedAgainWithAllItsTime) {
  Queue("event-1");
  End(v1::NOTICE_STATE_FAILED);
  clock_.Advance(absl::Hours(72));
  const auto retried = store_.Retry(kTenant, Only(), kAll, clock_.Now(), Trace());
  ASSERT_OK(retried);
  EXPECT_EQ(retried->notice.state, v1::NOTICE_STATE_WAITING);
  EXPECT_EQ(retried->notice.next_attempt, clock_.Now());
  EXPECT_EQ(retried->notice.give_up, clock_.Now() + absl::Hours(48));
  EXPECT_EQ(retried->notice.failures, 0);
  EXPECT_EQ(retried->notice.attempt_count, 1);
  EXPECT_EQ(retried->attempts.size(), 1u);
  End(v1::NOTICE_STATE_SENT);
  EXPECT_THAT(Told(),
              ElementsAre("NoticeQueued 1", "NoticeFailed 2", "NoticeQueued 3", "NoticeSent 4"));
  EXPECT_EQ(Value("SELECT actor FROM audit_record"), "admin");
}

TEST_F(PgNoticeStoreTest, AWaitingNoticeIsMadeDueWithoutAnEvent) {
  Queue("event-1");
  const Notice notice = **queue_.Take("x", clock_.Now(), clock_.Now() + absl::Seconds(15));
  const Attempt attempt{.time = clock_.Now(), .reply_code = 451, .error = "later"};
  ASSERT_OK(queue_.Record(
      notice, "x", attempt,
      {.state = v1::NOTICE_STATE_WAITING, .next_attempt = clock_.Now() + absl::Hours(4)},
      clock_.Now()));
  ASSERT_OK(store_.Retry(kTenant, Only(), kAll, clock_.Now(), Trace()));
  EXPECT_THAT(Told(), ElementsAre("NoticeQueued 1"));
  End(v1::NOTICE_STATE_SENT);
  EXPECT_THAT(Told(), ElementsAre("NoticeQueued 1", "NoticeSent 2"));
}

TEST_F(PgNoticeStoreTest, WhatIsSentOrErasedIsNotTriedAgain) {
  Queue("event-1");
  ASSERT_OK(queue_.Take("x", clock_.Now(), clock_.Now() + absl::Seconds(15)));
  const auto refused = [&](const char* reason) {
    EXPECT_THAT(store_.Retry(kTenant, Only(), kAll, clock_.Now(), Trace()),
                IsError(absl::StatusCode::kFailedPrecondition, reason));
  };
  refused("NOTICE_NOT_RETRYABLE");
  database_->Run("UPDATE notice SET state = 4, holder = NULL, lease_until = NULL, "
                 "recipient = NULL, address_key = NULL");
  refused("ADDRESS_ERASED");
  database_->Run("UPDATE notice SET state = 3, sent_at = now()");
  refused("NOTICE_NOT_RETRYABLE");
  EXPECT_THAT(store_.Retry("orebro", Only(), kAll, clock_.Now(), Trace()),
              IsError(absl::StatusCode::kNotFound, "NOTICE_NOT_FOUND"));
  EXPECT_THAT(store_.Retry(kTenant, Only(), In("elsewhere"), clock_.Now(), Trace()),
              IsError(absl::StatusCode::kNotFound, "NOTICE_NOT_FOUND"));
  EXPECT_EQ(Value("SELECT count(*) FROM audit_record"), "0");
}

TEST_F(PgNoticeStoreTest, AConfidentialReportersAddressIsForThemselves) {
  NoticeDraft draft = Draft("event-1");
  draft.withheld = true;
  draft.person_id = PersonId("reporter");
  draft.recipient = "reporter@kalix.example";
  Queue(draft);
  const Notice notice = store_.Get(kTenant, Only(), kAll)->notice;
  EXPECT_EQ(ToProto(notice, {PersonId("anna")}).recipient(), "");
  EXPECT_EQ(ToProto(notice, {"x", PersonId("reporter")}).recipient(),
            "reporter@kalix.example");
  Notice open = notice;
  open.draft.withheld = false;
  EXPECT_EQ(ToProto(open, {PersonId("anna")}).recipient(),
            "reporter@kalix.example");
}

}  // namespace
}  // namespace avvik::delivery
