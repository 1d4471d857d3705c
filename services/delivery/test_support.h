// For tests of delivery: an organisation, a database with its tables, and shorthands.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/audit/audit.h"
#include "common/clock/fake_clock.h"
#include "common/events/migrations.h"
#include "common/events/outbox.h"
#include "common/ids/id_source.h"
#include "common/organisation/directory.h"
#include "common/organisation/pg_keeper.h"
#include "common/secrecy/pg_tenant_key_store.h"
#include "common/secrecy/test_vault.h"
#include "google/protobuf/text_format.h"
#include "services/delivery/notice_writer.h"
#include "services/delivery/pg_notice_store.h"
#include "services/delivery/pg_send_queue.h"
#include "services/delivery/reporter_source.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::delivery {

inline constexpr char kTenant[] = "kalix";
inline constexpr char kNumber[] = "AVV-2026-000123";
inline const absl::Time kNow = absl::FromUnixSeconds(1'795'000'000);

// Kalix with Anna, who reads Swedish, and Daisy, who reads English.
inline organisation::v1::Organisation Kalix() {
  organisation::v1::Organisation proto;
  // clang-format off
  const bool parsed = google::protobuf::TextFormat::ParseFromString(R"pb(
    tenant: "kalix" name: "Kalix kommun" country: SE time_zone: "Europe/Stockholm"
    languages: "sv" languages: "en"
    base_url: "https://avvik.kalix.example" mail_from: "avvik@kalix.example"
    units { id: "kalix" name: "Kalix kommun" type: UNIT_TYPE_MUNICIPALITY }
    units { id: "board" name: "Kommunstyrelsen" type: UNIT_TYPE_COMMITTEE parent: "kalix" }
    units { id: "social" name: "Socialen" type: UNIT_TYPE_ADMINISTRATION parent: "board" }
    board: "board"
    people {
      login: "anna" name: "Anna" email: "anna@kalix.example" unit: "social"
      roles { role: INFORMATION_SECURITY_OFFICER }
    }
    people { login: "daisy" name: "Daisy" email: "daisy@kalix.example" language: "en" }
    routing { id: "rest" to: ROUTE_TO_ROLE role: INFORMATION_SECURITY_OFFICER }
  )pb", &proto);
  // clang-format on
  EXPECT_TRUE(parsed);
  return proto;
}

inline std::string PersonId(const std::string& login) {
  return organisation::PersonId(kTenant, login);
}

// Reporters as intake would give them.
class FakeReporterSource final : public ReporterSource {
 public:
  absl::StatusOr<Reporters> Fetch(const std::string& tenant,
                                  const std::set<std::string>& report_ids) override {
    if (away) return absl::UnavailableError("intake is away");
    Reporters found;
    for (const std::string& id : report_ids) {
      if (tenant == kTenant && reporters.contains(id)) found.emplace(id, reporters.at(id));
    }
    return found;
  }

  Reporters reporters;
  bool away = false;
};

// A test on a database of its own, with everything up to the queue.
class DeliveryTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database_ = new avvik::testing::TestDatabase(
        pg::Join({events::outbox::Migrations(), events::inbox::Migrations(), audit::Migrations(),
                  organisation::Migrations(), secrecy::Migrations(), Migrations()}));
  }
  static void TearDownTestSuite() {
    delete database_;
    database_ = nullptr;
  }
  void SetUp() override {
    database_->Clear();
    ASSERT_OK(directory_.Put(Kalix(), 1));
  }

  absl::Status InTransaction(const std::function<absl::Status(pg::Transaction&)>& work) {
    return pg::RunInTransaction(database_->pool(), pg::Scope::Everything(),
                                absl::Now() + absl::Seconds(5), work);
  }

  NoticeDraft Draft(const std::string& cause) {
    return {.tenant = kTenant,
            .cause = cause,
            .template_id = TemplateId::kCaseAssigned,
            .person_id = PersonId("anna"),
            .number = kNumber,
            .unit = "social",
            .recipient = "anna@kalix.example",
            .withheld = false,
            .language = "sv"};
  }
  void Queue(const NoticeDraft& draft) {
    ASSERT_OK(InTransaction([&](pg::Transaction& transaction) {
      return writer_.Queue(transaction, draft, *directory_.Find(kTenant));
    }));
  }
  void Queue(const std::string& cause) { Queue(Draft(cause)); }

  // The types of the events told, in order, without the package.
  std::vector<std::string> Told() {
    static constexpr pg::Statement statement{"test_told",
                                             "SELECT event FROM event_log ORDER BY seq"};
    std::vector<std::string> types;
    const auto rows = database_->pool().Query(pg::Scope::Everything(), statement);
    for (const pg::Row row : *rows) {
      events::v1::Event event;
      EXPECT_TRUE(event.ParseFromString(row.Bytes("event")));
      types.push_back(event.type().substr(event.type().rfind('.') + 1) + " " +
                      std::to_string(event.subject_version()));
    }
    return types;
  }

  std::string Value(const std::string& sql) { return database_->Value(sql); }

  static avvik::testing::TestDatabase* database_;

  FakeClock clock_{kNow};
  Uuid7Source ids_{clock_};
  organisation::Directory directory_{clock_, nullptr, nullptr};
  secrecy::TestVault vault_;
  NoticeWriter writer_{ids_, clock_, *vault_, ""};
  PgSendQueue queue_{database_->pool(), ids_, *vault_};
  PgNoticeStore store_{database_->pool(), ids_, *vault_};
};

inline avvik::testing::TestDatabase* DeliveryTest::database_ = nullptr;

}  // namespace avvik::delivery
