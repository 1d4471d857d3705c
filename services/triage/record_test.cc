#include "services/triage/record.h"

#include <set>

#include "common/rpc/time.h"
#include "gmock/gmock.h"
#include "services/triage/test_support.h"
#include "tests/support/status_matchers.h"

namespace avvik::triage {
namespace {

using avvik::testing::IsError;
using avvik::testing::NamesField;
using ::testing::ElementsAre;

const absl::Time kNow = absl::FromUnixSeconds(1795188000);  // 2026-11-20T15:20:00Z

Case SomeCase(const std::string& unit = "hemtjanst") {
  Case subject;
  subject.id = "c1";
  subject.unit = unit;
  subject.reported = kNow - absl::Hours(5);
  return subject;
}

absl::StatusOr<RecordChange> RegisterIn(CaseRecord record, const std::string& number,
                                        const std::string& unit = "hemtjanst") {
  return Register(std::move(record), number, SomeCase(unit), *TestOrganisation(), "sam", kNow);
}

// Such as `REPORT public RECEIVED`.
std::vector<std::string> Shown(const std::vector<v1::PublicDocument>& documents) {
  std::vector<std::string> shown;
  for (const v1::PublicDocument& document : documents) {
    std::string text = v1::DocumentKind_Name(document.kind()).substr(sizeof "DOCUMENT_KIND_" - 1);
    if (document.public_()) text += " public";
    for (const int reason : document.reasons()) {
      text += " " + v1::DocumentReason_Name(static_cast<v1::DocumentReason>(reason))
                        .substr(sizeof "DOCUMENT_REASON_" - 1);
    }
    shown.push_back(text);
  }
  return shown;
}

TEST(Record, NumbersAreTakenFromTheSeriesOfTheAuthority) {
  const auto change = RegisterIn({}, "");
  ASSERT_OK(change);
  ASSERT_TRUE(change->next);
  EXPECT_EQ(change->next->series, "social") << "the committee above the home care";
  EXPECT_EQ(RegistrationNumber(*change->next, 12), "SOCIAL 2026/12");
  EXPECT_EQ(RegisterIn({}, "", "kundtjanst")->next->series, "energi");
  EXPECT_EQ(RegisterIn({}, "", "")->next->series, "styrelsen");
  EXPECT_EQ(change->changed.registered_by, "sam");
  EXPECT_EQ(change->changed.registered, kNow);
}

TEST(Record, YearOfASeriesIsTheLocalOne) {
  const absl::Time new_year = absl::FromUnixSeconds(1798759800);  // 2026-12-31T23:30:00Z
  EXPECT_EQ(SeriesFor(*TestOrganisation(), "it", new_year).year, 2027);
}

TEST(Record, CaseKeepsItsNumber) {
  const auto change = RegisterIn({}, "KS 2026/00123");
  ASSERT_OK(change);
  EXPECT_FALSE(change->next);
  EXPECT_EQ(change->changed.registration_number, "KS 2026/00123");
  EXPECT_EQ(RegisterIn(change->changed, "")->changed, change->changed);
  EXPECT_EQ(RegisterIn(change->changed, "KS 2026/00123")->changed, change->changed);
  EXPECT_THAT(RegisterIn(change->changed, "KS 2026/00124"),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_REGISTERED"));
  EXPECT_THAT(RegisterIn({}, "KS"), NamesField("registration_number"));
  EXPECT_THAT(RegisterIn({}, "19811218-9876"), NamesField("registration_number"));
}

TEST(Record, WhatEverybodyReadsHoldsNothingThatMustNotBePublic) {
  const auto change = Describe({}, "Förlorad dator", "IMY");
  ASSERT_OK(change);
  EXPECT_EQ(change->changed.public_title, "Förlorad dator");
  EXPECT_EQ(change->changed.correspondent, "IMY");
  EXPECT_THAT(Describe({}, "Om 811218-9876", ""), NamesField("public_title"));
  EXPECT_THAT(Describe({}, "", "8112189876"), NamesField("correspondent"));
  EXPECT_THAT(Describe({}, "Kvalificerat hemlig handling", ""), NamesField("public_title"));
}

TEST(Record, MarkingStandsUntilAllWasGivenOut) {
  const auto marked = Mark({}, "m1", "18 kap. 8 § OSL", "sam", kNow);
  ASSERT_OK(marked);
  EXPECT_TRUE(marked->changed.markings[0].Stands());
  EXPECT_EQ(Mark(marked->changed, "m2", "18 kap. 8 § OSL", "siv", kNow)->changed, marked->changed);
  const auto partly = Assess(marked->changed, "m1", {"a1", kNow, "siv", v1::SECRECY_OUTCOME_PARTLY});
  ASSERT_OK(partly);
  EXPECT_TRUE(partly->changed.markings[0].Stands());
  const auto released =
      Assess(partly->changed, "m1", {"a2", kNow, "siv", v1::SECRECY_OUTCOME_RELEASED});
  ASSERT_OK(released);
  EXPECT_FALSE(released->changed.markings[0].Stands());
  EXPECT_EQ(released->changed.markings[0].assessments.size(), 2u);
  EXPECT_THAT(Assess(released->changed, "m1", {"a3", kNow, "siv", v1::SECRECY_OUTCOME_WITHHELD}),
              IsError(absl::StatusCode::kNotFound, "MARKING_NOT_FOUND"));
  EXPECT_EQ(Mark(released->changed, "m2", "18 kap. 8 § OSL", "siv", kNow)->changed.markings.size(), 2u);
}

TEST(Record, GroundIsAParagraph) {
  EXPECT_OK(Mark({}, "m1", "§ 31 offentlighedsloven", "sam", kNow));
  for (const char* ground : {"hemligt", "18 kap. 8", "§ OSL", "§ 1 811218-9876"}) {
    EXPECT_THAT(Mark({}, "m1", ground, "sam", kNow), NamesField("ground")) << ground;
  }
  EXPECT_THAT(Assess({}, "m1", {}), NamesField("outcome"));
}

TEST(Record, OpenCaseHasItsReportAndReceiptAsPublicDocuments) {
  EXPECT_THAT(Shown(DocumentsOf(SomeCase(), {})),
              ElementsAre("REPORT public RECEIVED", "RECEIPT public DISPATCHED"));
}

TEST(Record, WhatIsMadeInTheHouseBecomesPublicWhenItIsSettledOrSent) {
  Case subject = SomeCase();
  subject.notes.resize(2);
  subject.outcome = "Åtgärdad";
  const Dossiers told{.count = 2, .last = kNow};
  EXPECT_THAT(Shown(DocumentsOf(subject, told)),
              ElementsAre("REPORT public RECEIVED", "RECEIPT public DISPATCHED",
                          "NOTES WORKING_NOTE", "DECISION NOT_SETTLED", "DOSSIER public DISPATCHED"));
  subject.closed = kNow;
  subject.outcome_for_reporter = "Tack";
  const auto documents = DocumentsOf(subject, told);
  EXPECT_THAT(Shown(documents),
              ElementsAre("REPORT public RECEIVED", "RECEIPT public DISPATCHED",
                          "NOTES WORKING_NOTE", "DECISION public SETTLED",
                          "LETTER public DISPATCHED", "DOSSIER public DISPATCHED"));
  EXPECT_EQ(documents[2].count(), 2);
  EXPECT_FALSE(documents[2].has_time());
  EXPECT_EQ(rpc::FromProtoTime(documents[5].time()), kNow);
}

TEST(Record, ErasedDocumentsAreStillTold) {
  Case subject = SomeCase();
  subject.closed = kNow;
  subject.erased = kNow;
  EXPECT_THAT(Shown(DocumentsOf(subject, {})),
              ElementsAre("REPORT public RECEIVED ERASED", "RECEIPT public DISPATCHED ERASED",
                          "DECISION public SETTLED ERASED"));
}

TEST(Record, EntryHasWhatTheLawAsksForAndLeavesOutWhatItMust) {
  CaseRecord record;
  record.registration_number = "SOCIAL 2026/1";
  record.correspondent = "IMY";
  record.markings = {{"m1", "18 kap. 8 § OSL", "sam", kNow, {}},
                     {"m2", "21 kap. 1 § OSL", "sam", kNow, {{"a1", kNow, "siv", v1::SECRECY_OUTCOME_RELEASED}}}};
  const auto entry = [&](type::v1::Sphere sphere) {
    return EntryOf(record, kNow, type::v1::KIND_INCIDENT, sphere, "sv");
  };
  const v1::RegisterEntry open = entry(type::v1::SPHERE_PERSONAL_DATA);
  EXPECT_EQ(open.subject(), "Incident som rör informationssäkerhet");
  EXPECT_EQ(open.correspondent(), "IMY");
  EXPECT_THAT(open.grounds(), ElementsAre("18 kap. 8 § OSL"));
  EXPECT_THAT(open.left_out(), ElementsAre());
  const v1::RegisterEntry restricted = entry(type::v1::SPHERE_RESTRICTED);
  EXPECT_EQ(restricted.registration_number(), "SOCIAL 2026/1");
  EXPECT_TRUE(restricted.has_receive_time());
  EXPECT_EQ(restricted.subject(), "");
  EXPECT_EQ(restricted.correspondent(), "");
  EXPECT_THAT(restricted.left_out(), ElementsAre(v1::LEFT_OUT_CORRESPONDENT, v1::LEFT_OUT_SUBJECT));
  record.public_title = "Förlorad dator";
  record.correspondent.clear();
  EXPECT_EQ(entry(type::v1::SPHERE_OPEN).subject(), "Förlorad dator");
  EXPECT_THAT(entry(type::v1::SPHERE_OPEN).left_out(), ElementsAre(v1::LEFT_OUT_CORRESPONDENT));
}

TEST(Record, EveryKindHasPlainWordsInThreeLanguages) {
  for (int kind = type::v1::KIND_UNSPECIFIED; kind <= type::v1::KIND_NEAR_MISS; ++kind) {
    std::set<std::string> titles;
    for (const char* language : {"sv", "da", "en"}) {
      titles.insert(PlainTitle(static_cast<type::v1::Kind>(kind), language));
    }
    EXPECT_EQ(titles.size(), 3u) << kind;
  }
}

}  // namespace
}  // namespace avvik::triage
