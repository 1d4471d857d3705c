#include "services/triage/pg_erasure_store.h"

#include "common/secrecy/test_renewal.h"
#include "services/triage/retention.h"
#include "services/triage/sealed_keys.h"
#include "services/triage/store_test_support.h"

namespace avvik::triage {
namespace {

using avvik::testing::IsError;

class PgErasureStoreTest : public StoreTest {
 protected:
  absl::StatusOr<Case> Change(const std::string& reference, const Decision& decide) {
    return store_.Change(kTenant, reference, everything_, "", Trace(), decide);
  }
  // A closed case with two notes.
  Case ClosedCase(unsigned n = 1) {
    const Case opened = OpenCase(n);
    for (const char* text : {"marked-note", "marked-second-note"}) {
      EXPECT_OK(Change(opened.number, [&](Case subject) {
        return AddNote(std::move(subject), {.id = ids_.Next(),
                                            .text = text,
                                            .author = {.login = "sam"},
                                            .created = clock_.Now()});
      }));
    }
    EXPECT_OK(Change(opened.number, [&](Case subject) {
      return Close(std::move(subject), {.resolution = v1::RESOLUTION_REMEDIED, .outcome = "marked-outcome"}, clock_.Now());
    }));
    return Read(opened.number);
  }
  ErasureOrder Order() {
    return {.ground = v1::ERASURE_GROUND_DECISION, .reference = "KS 2026/12", .now = clock_.Now()};
  }
  absl::StatusOr<secrecy::Certificate> Erase(const std::string& reference,
                                             const ErasureOrder& order) {
    return erasures_.Erase(kTenant, reference, everything_, order, Trace("iris"));
  }
  std::string Rows(const std::string& table, const std::string& text) {
    std::string hex;
    for (const char c : text) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
      hex += digits;
    }
    return database_->Value("SELECT count(*) FROM " + table + " AS t WHERE t::text LIKE '%" + text +
                            "%' OR t::text LIKE '%" + hex + "%'");
  }

  PgErasureStore erasures_{database_->pool(), ids_, *vault_};
};

TEST_F(PgErasureStoreTest, KeysOfCasesAreReplacedAndAllTheySealIsSealedAnewWhileItIsRead) {
  const Case closed = ClosedCase(1);
  ClosedCase(2);
  // Key, title, outcome and two notes of each.
  EXPECT_EQ(secrecy::RenewAll(vault_, database_->pool(), SealedKeys(),
                              [&] {
                                const Case read = Read(closed.number);
                                EXPECT_EQ(read.title, closed.title);
                                EXPECT_EQ(read.outcome, "marked-outcome");
                                ASSERT_EQ(read.notes.size(), 2u);
                                EXPECT_EQ(read.notes[1].text, "marked-second-note");
                              }),
            10u);
  EXPECT_EQ(Read(closed.number).notes.size(), 2u);
  ASSERT_OK(Erase(closed.number, Order()));
}

TEST_F(PgErasureStoreTest, TextsOfACaseAreNotInTheDatabaseInTheClear) {
  const Case closed = ClosedCase();
  EXPECT_EQ(closed.title, "Titel " + ReportId(1));
  EXPECT_EQ(closed.outcome, "marked-outcome");
  ASSERT_EQ(closed.notes.size(), 2u);
  EXPECT_EQ(closed.notes[0].text, "marked-note");
  for (const char* table : {"triage_case", "note", "event_log", "audit_record"}) {
    EXPECT_EQ(Rows(table, "marked-"), "0") << table;
    EXPECT_EQ(Rows(table, "Titel"), "0") << table;
  }
}

TEST_F(PgErasureStoreTest, ErasingDestroysTheKeyAndLeavesACertificate) {
  const Case closed = ClosedCase(1);
  const Case other = ClosedCase(2);
  const auto certificate = Erase(closed.number, Order());
  ASSERT_OK(certificate);
  EXPECT_EQ(certificate->actor, "iris");
  EXPECT_EQ(certificate->data_classes,
            (std::vector<std::string>{"title", "outcome", "notes=2", "report", "reporter"}));
  EXPECT_EQ(certificate->key_hash, *vault_->Fingerprint(kTenant, "key", closed.wrapped_key));
  EXPECT_EQ(Count("case_key"), "1");
  EXPECT_EQ(Count("note"), "2");

  const Case erased = Read(closed.number);
  EXPECT_TRUE(erased.erased.has_value());
  EXPECT_EQ(erased.title, "");
  EXPECT_EQ(erased.outcome, "");
  EXPECT_TRUE(erased.notes.empty());
  EXPECT_EQ(Read(other.number).notes.size(), 2u);
  EXPECT_EQ(search_.List(kTenant, {everything_, {}}, CaseFilter(), {}, 10, 0)->cases.size(), 2u);
  EXPECT_EQ(database_->Value("SELECT count(*) FROM case_word WHERE case_id = '" + closed.id + "'"),
            "0");
  EXPECT_NE(database_->Value("SELECT count(*) FROM case_word WHERE case_id = '" + other.id + "'"),
            "0");

  const auto told = ToldEvents().back();
  v1::CaseErased event;
  ASSERT_TRUE(told.data().UnpackTo(&event));
  EXPECT_EQ(event.facts().report_id(), closed.report_id);
  EXPECT_EQ(event.erasure_id(), certificate->id);
  EXPECT_EQ(database_->Value("SELECT reason FROM audit_record WHERE actor = 'iris'"),
            "ERASURE_GROUND_DECISION");
  const auto listed = erasures_.List(kTenant, "", 10);
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ((*listed)[0].reference, "KS 2026/12");
  EXPECT_EQ((*listed)[0].related, "reports/" + closed.report_id);
  EXPECT_TRUE(erasures_.List("bo", "", 10)->empty());

  EXPECT_THAT(Erase(closed.number, Order()),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_ERASED"));
  EXPECT_THAT(Change(closed.number,
                     [&](Case subject) {
                       return Reopen(std::move(subject), {.id = ids_.Next(), .created = clock_.Now()});
                     }),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_ERASED"));
  // What was told of its report meanwhile finds nothing to do.
  intake::v1::ReportSupplemented supplemented;
  supplemented.set_report_id(closed.report_id);
  EXPECT_OK(Hear(supplemented));
}

TEST_F(PgErasureStoreTest, ValidateOnlySaysWhatWouldGoAndNothingGoes) {
  const Case closed = ClosedCase();
  ErasureOrder order = Order();
  order.validate_only = true;
  const auto certificate = Erase(closed.number, order);
  ASSERT_OK(certificate);
  EXPECT_EQ(certificate->id, "");
  EXPECT_EQ(certificate->data_classes.size(), 5u);
  EXPECT_EQ(Read(closed.number).title, closed.title);
  EXPECT_EQ(Count("erasure"), "0");
  order.validate_only = false;
  order.etag = "1";
  EXPECT_THAT(Erase(closed.number, order), IsError(absl::StatusCode::kAborted, "CASE_CHANGED"));
}

TEST_F(PgErasureStoreTest, HoldAndOpenCaseStopErasing) {
  const Case open = OpenCase(2);
  EXPECT_THAT(Erase(open.number, Order()),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_STATE"));
  const Case closed = ClosedCase();
  ASSERT_OK(Change(closed.number, [&](Case subject) {
    return Hold(std::move(subject), "T 77-26", clock_.Now());
  }));
  EXPECT_EQ(Read(closed.number).hold_reference, "T 77-26");
  EXPECT_THAT(Erase(closed.number, Order()),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_HELD"));
  ASSERT_OK(Change(closed.number,
                   [&](Case subject) { return Release(std::move(subject), clock_.Now()); }));
  EXPECT_OK(Erase(closed.number, Order()));
}

class RetentionTest : public PgErasureStoreTest {
 protected:
  void Apply(const std::string& rules) {
    auto proto = TestOrganisationProto();
    proto.MergeFrom(ParseText<organisation::v1::Organisation>(rules));
    ASSERT_OK(directory_.Put(proto, ++version_));
  }

  int64_t version_ = 1;
  int woken_ = 0;
  Retention retention_{erasures_, directory_, ids_, clock_, absl::Hours(1), [this] { ++woken_; }};
};

TEST_F(RetentionTest, CasesAreErasedWhenTheTimeOfTheirClassIsOver) {
  const Case device = ClosedCase(1);
  auto submitted = Submitted(2);
  submitted.set_category(type::v1::CATEGORY_SUSPICIOUS_MESSAGE);
  OpenCase(submitted);
  ASSERT_OK(Change(submitted.number(), [&](Case subject) {
    return Close(std::move(subject), {.resolution = v1::RESOLUTION_REMEDIED, .outcome = ""}, clock_.Now());
  }));
  const Case held = ClosedCase(3);
  ASSERT_OK(Change(held.number,
                   [&](Case subject) { return Hold(std::move(subject), "T 1", clock_.Now()); }));
  OpenCase(4);

  clock_.Advance(absl::Hours(24 * 366 * 3));
  EXPECT_EQ(*retention_.RunOnce(), 0);  // No rules: kept.
  Apply(R"pb(
    retention { id: "devices" category: CATEGORY_LOST_DEVICE years: 3 }
    retention { id: "rest" years: 5 }
  )pb");
  EXPECT_EQ(*retention_.RunOnce(), 1);
  EXPECT_TRUE(Read(device.number).erased.has_value());
  EXPECT_EQ(database_->Value("SELECT ground || ' ' || reference || ' ' || actor FROM erasure"),
            "ERASURE_GROUND_RETENTION devices avvik-triage");
  EXPECT_EQ(woken_, 1);
  clock_.Advance(absl::Hours(24 * 366 * 2));
  EXPECT_EQ(*retention_.RunOnce(), 1);
  EXPECT_TRUE(Read(submitted.number()).erased.has_value());
  EXPECT_FALSE(Read(held.number).erased.has_value());
  EXPECT_EQ(*retention_.RunOnce(), 0);
}

TEST(YearsBeforeTest, YearsAreOfTheCalendarInTheOrganisationsZone) {
  const absl::TimeZone zone = absl::FixedTimeZone(3600);
  const absl::Time leap = absl::FromCivil(absl::CivilSecond(2028, 2, 29, 12, 0, 0), zone);
  EXPECT_EQ(YearsBefore(leap, 4, zone),
            absl::FromCivil(absl::CivilSecond(2024, 2, 29, 12, 0, 0), zone));
  EXPECT_EQ(YearsBefore(leap, 1, zone),
            absl::FromCivil(absl::CivilSecond(2027, 3, 1, 12, 0, 0), zone));
}

}  // namespace
}  // namespace avvik::triage
