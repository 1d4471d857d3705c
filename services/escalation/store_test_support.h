// What the tests with PostgreSQL share: the service's database, and triage's events as they come.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "avvik/escalation/v1/escalation_events.pb.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "common/audit/audit.h"
#include "common/clock/fake_clock.h"
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
#include "services/escalation/case_event_handler.h"
#include "services/escalation/pg_duty_store.h"
#include "services/escalation/test_support.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::escalation {

// The facts of TestCase as triage tells them.
inline triage::v1::CaseFacts ToldCase(const std::string& case_id = TestCase().case_id,
                                      const std::string& number = TestCase().number) {
  auto facts = ParseText<triage::v1::CaseFacts>(R"pb(
    state: CASE_STATE_ASSIGNED
    unit: "social"
    category: CATEGORY_LOST_DEVICE
    classification {
      kind: KIND_INCIDENT
      impacts { property: SECURITY_PROPERTY_CONFIDENTIALITY level: 1 }
      severity: SEVERITY_MODERATE
      personal_data: ANSWER_YES
      affected_persons: 12
      information_system: ANSWER_YES
    }
    owner { person_id: "p_owner" role: COORDINATOR unit: "social" }
    drawn_in { person_id: "p_dpo" role: DATA_PROTECTION_OFFICER }
    organisation_version: 1
  )pb");
  facts.set_case_id(case_id);
  facts.set_number(number);
  *facts.mutable_aware_time() = rpc::ToProtoTime(TestCase().aware_time);
  return facts;
}

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

  events::v1::StoredEvent EventWith(const google::protobuf::Message& data,
                                    const std::string& tenant = "kommun") {
    events::v1::StoredEvent stored;
    stored.set_position(++position_);
    *stored.mutable_event() = events::MakeEvent(
        ids_, "triage",
        {.tenant = tenant, .subject = "cases/x", .subject_version = 1, .time = clock_.Now()}, data);
    return stored;
  }
  absl::Status Hear(const events::v1::StoredEvent& stored) {
    AVVIK_RETURN_IF_ERROR(handler_.Prepare(std::span(&stored, 1)));
    return pg::RunInTransaction(
        database_->pool(), pg::Scope::Everything(), absl::Now() + absl::Seconds(5),
        [&](pg::Transaction& transaction) { return handler_.Apply(transaction, stored); });
  }
  template <typename Event = triage::v1::CaseOpened>
  absl::Status Hear(const triage::v1::CaseFacts& facts) {
    Event event;
    *event.mutable_facts() = facts;
    return Hear(EventWith(event));
  }

  // As triage tells that a case was erased: it was closed before.
  absl::Status HearErased(triage::v1::CaseFacts facts) {
    facts.set_state(triage::v1::CASE_STATE_CLOSED);
    facts.set_resolution(triage::v1::RESOLUTION_REMEDIED);
    *facts.mutable_close_time() = rpc::ToProtoTime(clock_.Now());
    triage::v1::CaseErased told;
    *told.mutable_facts() = facts;
    told.set_erasure_id("erasure-1");
    told.set_ground(triage::v1::ERASURE_GROUND_DECISION);
    return Hear(EventWith(told));
  }

  std::vector<Duty> Duties(const DutyFilter& filter = {}) {
    auto page = store_.List("kommun", everything_, filter, "", 1000);
    EXPECT_OK(page);
    return page.ok() ? page->duties : std::vector<Duty>();
  }
  Duty OnlyDuty() {
    const std::vector<Duty> duties = Duties();
    EXPECT_EQ(duties.size(), 1u);
    return duties.empty() ? Duty() : duties.front();
  }
  // The types of the events told, in order, without package.
  std::vector<std::string> Told() {
    std::vector<std::string> types;
    for (const events::v1::Event& event : ToldEvents()) {
      types.push_back(event.type().substr(event.type().rfind('.') + 1));
    }
    return types;
  }
  std::vector<events::v1::Event> ToldEvents() {
    static constexpr pg::Statement statement{"test_events",
                                             "SELECT event FROM event_log ORDER BY seq"};
    std::vector<events::v1::Event> told;
    const pg::Rows rows = *database_->pool().Query(pg::Scope::Everything(), statement);
    for (const pg::Row row : rows)
      EXPECT_TRUE(told.emplace_back().ParseFromString(row.Bytes("event")));
    return told;
  }
  std::string Count(const std::string& table) {
    return database_->Value("SELECT count(*) FROM " + table);
  }

  inline static testing::TestDatabase* database_ = nullptr;
  // How many rows of a table hold a text: as it is, or as bytes are written.
  std::string RowsWith(const std::string& text, const std::string& table) {
    std::string hex;
    for (const char c : text) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
      hex += digits;
    }
    return database_->Value("SELECT count(*) FROM " + table + " AS t WHERE t::text LIKE '%" + text +
                            "%' OR t::text LIKE '%" + hex + "%'");
  }

  int64_t position_ = 0;
  FakeClock clock_{TestCase().aware_time + absl::Minutes(1)};
  FakeIdSource ids_;
  organisation::Directory directory_{clock_, nullptr, nullptr};
  int committed_ = 0;
  secrecy::TestVault vault_;
  CaseEventHandler handler_{directory_, TestRegimes(), *vault_,
                            ids_,       clock_,        [this] { ++committed_; }};
  PgDutyStore store_{database_->pool(), ids_, *vault_};
  const Visibility everything_ = organisation::EverythingVisible();
};

}  // namespace avvik::escalation
