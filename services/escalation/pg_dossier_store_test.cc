#include "services/escalation/pg_dossier_store.h"

#include "services/escalation/store_test_support.h"

namespace avvik::escalation {
namespace {

using avvik::testing::IsError;
using ::testing::ElementsAre;

class PgDossierStoreTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    ASSERT_OK(Hear(ToldCase()));
    duty_id_ = OnlyDuty().id;
  }
  audit::Record Trace() {
    return {.id = ids_.Next(), .tenant = "kommun", .at = clock_.Now(), .actor = "dora"};
  }
  absl::StatusOr<DossierFile> Change(const std::string& stage, const DossierStore::Decide& decide,
                                     const std::string& etag = "") {
    clock_.Advance(absl::Seconds(1));
    return dossiers_.Change("kommun", duty_id_, stage, everything_, etag, decide, Trace());
  }
  // Writes a version that says `text`.
  void Write(const std::string& stage, const std::string& text) {
    ASSERT_OK(Change(stage, [&](const DossierFile& file) -> absl::StatusOr<DossierChange> {
      DossierVersion version{.version = static_cast<int>(file.dossier.versions.size()) + 1,
                             .person = "p_writer",
                             .time = clock_.Now(),
                             .values = FieldValues()};
      (*version.values)["course"].value.set_text(text);
      DossierChange change;
      change.version = std::move(version);
      return change;
    }));
  }
  void Step(const std::string& stage, DossierStepKind kind, int version) {
    ASSERT_OK(Change(stage, [&](const DossierFile&) -> absl::StatusOr<DossierChange> {
      DossierChange change;
      change.step = DossierStep{.kind = kind, .version = version, .person = "p_other", .time = clock_.Now()};
      return change;
    }));
  }
  // What is carried over from the stage `anmalan`.
  std::string Carried() {
    const auto file = dossiers_.Get("kommun", duty_id_, "komplettering", 0, everything_);
    EXPECT_OK(file);
    return file->others.empty() ? "" : file->others.at("anmalan").at("course").value.text();
  }

  PgDossierStore dossiers_{database_->pool(), ids_, *vault_};
  std::string duty_id_;
};

TEST_F(PgDossierStoreTest, VersionsAreReadBackAsTheyWereWritten) {
  Write("anmalan", "ett");
  Write("anmalan", "två");
  const auto file = dossiers_.Get("kommun", duty_id_, "anmalan", 1, everything_);
  ASSERT_OK(file);
  ASSERT_EQ(file->dossier.versions.size(), 2u);
  EXPECT_EQ(file->dossier.Find(1)->values->at("course").value.text(), "ett");
  EXPECT_EQ(file->dossier.newest()->values->at("course").value.text(), "två");
  EXPECT_EQ(file->dossier.newest()->person, "p_writer");
  EXPECT_EQ(file->facts.number, ToldCase().number());
  const auto newest = dossiers_.Get("kommun", duty_id_, "anmalan", 0, everything_);
  EXPECT_FALSE(newest->dossier.Find(1)->values.has_value()) << "what nobody asks for is not opened";
}

TEST_F(PgDossierStoreTest, CarriedOverIsWhatWasToldOrElseApprovedOrElseTheNewest) {
  EXPECT_EQ(Carried(), "");
  Write("anmalan", "ett");
  Write("anmalan", "två");
  Write("anmalan", "tre");
  EXPECT_EQ(Carried(), "tre");
  Step("anmalan", DossierStepKind::kApproved, 2);
  EXPECT_EQ(Carried(), "två");
  Step("anmalan", DossierStepKind::kSent, 1);
  EXPECT_EQ(Carried(), "ett");
}

TEST_F(PgDossierStoreTest, WhatIsRefusedLeavesNothing) {
  EXPECT_THAT(Change("anmalan",
                     [](const DossierFile&) -> absl::StatusOr<DossierChange> {
                       return absl::FailedPreconditionError("no");
                     })
                  .status(),
              avvik::testing::HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_OK(Change("anmalan", [](const DossierFile&) { return DossierChange(); }));
  EXPECT_EQ(Count("dossier_version"), "0");
  EXPECT_EQ(Count("audit_record"), "0");
  EXPECT_THAT(Told(), ElementsAre("DutyFound"));
  EXPECT_EQ(database_->Value("SELECT count(wrapped_key) FROM duty"), "0") << "nor a key";
}

TEST_F(PgDossierStoreTest, OldEtagIsRefused) {
  Write("anmalan", "ett");
  EXPECT_THAT(Change("anmalan", [](const DossierFile&) { return DossierChange(); }, "0.0").status(),
              IsError(absl::StatusCode::kAborted, "DOSSIER_CHANGED"));
  EXPECT_OK(Change("anmalan", [](const DossierFile&) { return DossierChange(); }, "1.0"));
}

TEST_F(PgDossierStoreTest, OtherTenantsAndWhoMayNotSeeTheDutyFindNothing) {
  Write("anmalan", "ett");
  EXPECT_THAT(dossiers_.Get("annan", duty_id_, "anmalan", 0, everything_).status(),
              IsError(absl::StatusCode::kNotFound, "DUTY_NOT_FOUND"));
  EXPECT_THAT(dossiers_.Get("kommun", duty_id_, "anmalan", 0, Visibility()).status(),
              IsError(absl::StatusCode::kNotFound, "DUTY_NOT_FOUND"));
}

}  // namespace
}  // namespace avvik::escalation
