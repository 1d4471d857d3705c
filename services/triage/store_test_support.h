// What the tests with PostgreSQL share: the service's database, intake's events as they come, and
// what triage tells of them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "avvik/intake/v1/intake_events.pb.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "common/audit/audit.h"
#include "common/clock/fake_clock.h"
#include "common/events/consumer.h"
#include "common/events/event_log.h"
#include "common/events/migrations.h"
#include "common/events/outbox.h"
#include "common/ids/fake_id_source.h"
#include "common/organisation/directory.h"
#include "common/organisation/pg_keeper.h"
#include "common/organisation/test_visibility.h"
#include "common/rpc/time.h"
#include "common/secrecy/pg_tenant_key_store.h"
#include "common/secrecy/test_vault.h"
#include "services/triage/errors.h"
#include "services/triage/pg_case_search_store.h"
#include "services/triage/pg_case_store.h"
#include "services/triage/report_event_handler.h"
#include "services/triage/test_support.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::triage {

inline constexpr char kTenant[] = "by";

// Texts as intake would give them: the title `Titel <report id>`, and the words that the test says.
class KnownTitles final : public ReportTitles {
 public:
  absl::StatusOr<std::map<std::string, ReportText>> Fetch(
      const std::string& tenant, const std::vector<std::string>& report_ids) override {
    if (away) return error::TitlesUnavailable(absl::UnavailableError("no answer"));
    asked.push_back(tenant);
    std::map<std::string, ReportText> texts;
    for (const std::string& id : report_ids) {
      if (missing.contains(id)) continue;
      const auto title = called.find(id);
      texts[id] = {.title = title == called.end() ? "Titel " + id : title->second,
                   .words = words[id]};
    }
    return texts;
  }

  bool away = false;
  std::set<std::string> missing;
  std::map<std::string, std::string> called;               // Titles that are others.
  std::map<std::string, std::vector<std::string>> words;  // What was told.
  std::vector<std::string> asked;  // The tenants, in order.
};

// Intake's log, in memory.
class MemoryLog final : public events::EventLogReader {
 public:
  absl::StatusOr<events::LogPage> Read(int64_t position, int limit) override {
    events::LogPage page;
    page.head = static_cast<int64_t>(events.size());
    for (const events::v1::StoredEvent& stored : events) {
      if (stored.position() <= position) continue;
      if (page.events.size() == static_cast<size_t>(limit)) break;
      page.events.push_back(stored);
    }
    return page;
  }
  std::vector<events::v1::StoredEvent> events;
};

class StoreTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database_ = new testing::TestDatabase(
        pg::Join({events::outbox::Migrations(), events::inbox::Migrations(), audit::Migrations(),
                  organisation::Migrations(), secrecy::Migrations(), Migrations()}));
  }
  static void TearDownTestSuite() {
    delete database_;
    database_ = nullptr;
  }
  void SetUp() override {
    database_->Clear();
    ASSERT_OK(directory_.Put(TestOrganisationProto(), 1));
  }

  static std::string ReportId(unsigned n) { return FakeIdSource::Nth(0xe0000 + n); }
  static std::string NumberOf(unsigned n) {
    char text[24];
    std::snprintf(text, sizeof text, "AVV-2026-%06u", n);
    return text;
  }

  // A lost laptop with personal data in the home care, told an hour ago.
  intake::v1::ReportSubmitted Submitted(unsigned n = 1) {
    auto submitted = ParseText<intake::v1::ReportSubmitted>(R"pb(
      category: CATEGORY_LOST_DEVICE
      unit: "hemtjanst"
      personal_data: ANSWER_YES
      affected_persons: 40
      ongoing: ANSWER_NO
    )pb");
    submitted.set_report_id(ReportId(n));
    submitted.set_number(NumberOf(n));
    *submitted.mutable_occurred_time() = rpc::ToProtoTime(clock_.Now() - absl::Hours(3));
    *submitted.mutable_discovered_time() = rpc::ToProtoTime(clock_.Now() - absl::Hours(2));
    *submitted.mutable_reported_time() = rpc::ToProtoTime(clock_.Now() - absl::Hours(1));
    return submitted;
  }
  events::v1::StoredEvent EventWith(const google::protobuf::Message& data,
                                    const std::string& subject = "reports/x",
                                    const std::string& tenant = kTenant) {
    events::v1::StoredEvent stored;
    stored.set_position(++position_);
    *stored.mutable_event() = events::MakeEvent(ids_, "intake",
                                                {.tenant = tenant,
                                                 .subject = subject,
                                                 .subject_version = 1,
                                                 .time = clock_.Now(),
                                                 .trace_parent = ""},
                                                data);
    return stored;
  }
  absl::Status Apply(const events::v1::StoredEvent& stored) {
    return pg::RunInTransaction(
        database_->pool(), pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
        [&](pg::Transaction& transaction) { return handler_.Apply(transaction, stored); });
  }
  absl::Status Hear(const events::v1::StoredEvent& stored) {
    AVVIK_RETURN_IF_ERROR(handler_.Prepare(std::span(&stored, 1)));
    AVVIK_RETURN_IF_ERROR(Apply(stored));
    handler_.Committed();
    return absl::OkStatus();
  }
  absl::Status Hear(const google::protobuf::Message& data) { return Hear(EventWith(data)); }

  intake::v1::ReportSupplemented Supplemented(unsigned n = 1) {
    intake::v1::ReportSupplemented told;
    told.set_report_id(ReportId(n));
    told.set_supplement_id(ids_.Next());
    return told;
  }
  intake::v1::ReportWithdrawn Withdrawn(unsigned n = 1) {
    intake::v1::ReportWithdrawn told;
    told.set_report_id(ReportId(n));
    return told;
  }
  // Hears all of the log as the service does.
  events::Consumer::Round HearLog() {
    events::Consumer consumer(
        {.source = "intake", .database = database_->settings(), .streams = {}, .batch = 500},
        handler_, log_, clock_);
    events::Consumer::Round sum;
    while (true) {
      const auto round = consumer.RunOnce(absl::ZeroDuration());
      EXPECT_OK(round);
      if (!round.ok() || round->applied + round->parked == 0) return sum;
      sum.applied += round->applied;
      sum.parked += round->parked;
    }
  }

  // Opens the case of a report as the consumer would, and reads it.
  Case OpenCase(const intake::v1::ReportSubmitted& submitted) {
    EXPECT_OK(Hear(submitted));
    return Read(submitted.number());
  }
  Case OpenCase(unsigned n = 1) { return OpenCase(Submitted(n)); }
  Case Read(const std::string& reference) {
    const auto found = store_.Get(kTenant, reference, everything_);
    EXPECT_OK(found);
    return found.ok() ? *found : Case();
  }

  audit::Record Trace(const std::string& actor = "sam") {
    return {.id = ids_.Next(), .tenant = kTenant, .at = clock_.Now(), .actor = actor};
  }

  std::vector<events::v1::Event> ToldEvents() {
    static constexpr pg::Statement statement{"test_events",
                                             "SELECT event FROM event_log ORDER BY seq"};
    std::vector<events::v1::Event> told;
    const pg::Rows rows = *database_->pool().Query(pg::Scope::Everything(), statement);
    for (const pg::Row row : rows) {
      EXPECT_TRUE(told.emplace_back().ParseFromString(row.Bytes("event")));
    }
    return told;
  }
  // The types of the events told, in order, without package.
  std::vector<std::string> Told() {
    std::vector<std::string> types;
    for (const events::v1::Event& event : ToldEvents()) {
      types.push_back(event.type().substr(event.type().rfind('.') + 1));
    }
    return types;
  }
  std::string Count(const std::string& table) {
    return database_->Value("SELECT count(*) FROM " + table);
  }

  inline static testing::TestDatabase* database_ = nullptr;
  int64_t position_ = 0;
  FakeClock clock_{absl::FromUnixSeconds(1'795'000'000)};
  FakeIdSource ids_;
  organisation::Directory directory_{clock_, nullptr, nullptr};
  KnownTitles titles_;
  MemoryLog log_;
  int committed_ = 0;
  secrecy::TestVault vault_;
  ReportEventHandler handler_{titles_,         *vault_, directory_, ShippedRules(),
                              TestCampaigns(), ids_,    clock_,     [this] { ++committed_; }};
  PgCaseStore store_{database_->pool(), ids_, *vault_};
  PgCaseSearchStore search_{database_->pool(), *vault_};
  const Visibility everything_ = organisation::EverythingVisible();
};

}  // namespace avvik::triage
