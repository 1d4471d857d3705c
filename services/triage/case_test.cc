#include "services/triage/case.h"

#include "services/triage/test_support.h"
#include "tests/support/status_matchers.h"

namespace avvik::triage {
namespace {

using avvik::testing::IsError;
using avvik::testing::NamesField;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'795'000'000);
const absl::Time kLater = kNow + absl::Hours(1);
const absl::Time kReported = kNow - absl::Minutes(2);

const Party kSam{.login = "sam", .role = organisation::v1::COORDINATOR, .unit = "omsorg"};
const Party kDora{.login = "dora", .role = organisation::v1::DATA_PROTECTION_OFFICER, .unit = ""};

ReportTold Told() {
  ReportTold report;
  report.report_id = "report-1";
  report.number = "AVV-2026-000001";
  report.title = "Borttappad dator";
  report.unit = "hemtjanst";
  report.system = "journal";
  report.facts = {.category = type::v1::CATEGORY_LOST_DEVICE,
                  .personal_data = type::v1::ANSWER_YES};
  report.occurred = kNow - absl::Hours(5);
  report.discovered = kNow - absl::Hours(3);
  report.reported = kReported;
  return report;
}

Case Opened() {
  return Open(Told(), "by", "case-1", ShippedRules(), *TestOrganisation(), kNow).changed;
}
Case Assigned() { return Assign(Opened(), kSam, {kDora}, 3, kNow)->changed; }
Case Acknowledged() { return Acknowledge(Assigned(), kNow)->changed; }
Case Closed() { return Close(Acknowledged(), {.resolution = v1::RESOLUTION_REMEDIED, .outcome = "Klart"}, kNow)->changed; }

Note NoteOf(const std::string& text, absl::Time created = kLater) {
  return {.id = "note", .text = text, .author = {.login = "sam"}, .created = created};
}

v1::Classification NoPersonalData() {
  v1::Classification classification;
  classification.set_kind(type::v1::KIND_NEAR_MISS);
  classification.set_personal_data(type::v1::ANSWER_NO);
  return classification;
}

TEST(OpenTest, CaseHoldsWhatWasTold) {
  const CaseChange change = Open(Told(), "by", "case-1", ShippedRules(), *TestOrganisation(), kNow);
  const Case& opened = change.changed;
  EXPECT_EQ(change.happening, Happening::kOpened);
  EXPECT_EQ(opened.id, "case-1");
  EXPECT_EQ(opened.tenant, "by");
  EXPECT_EQ(opened.number, "AVV-2026-000001");
  EXPECT_EQ(opened.report_id, "report-1");
  EXPECT_EQ(opened.title, "Borttappad dator");
  EXPECT_EQ(opened.state, v1::CASE_STATE_OPEN);
  EXPECT_EQ(opened.unit, "hemtjanst");
  EXPECT_EQ(opened.system, "journal");
  EXPECT_EQ(opened.category, type::v1::CATEGORY_LOST_DEVICE);
  EXPECT_EQ(opened.occurred, kNow - absl::Hours(5));
  EXPECT_EQ(opened.discovered, kNow - absl::Hours(3));
  EXPECT_EQ(opened.opened, kNow);
  EXPECT_EQ(opened.updated, kNow);
  EXPECT_EQ(opened.version, 1);
  EXPECT_EQ(opened.organisation_version, 1);
  EXPECT_EQ(opened.owner, Party());
  EXPECT_FALSE(opened.imported);
}

TEST(OpenTest, ClockOfTheLawStartsWithTheReportNotWithTheCase) {
  EXPECT_EQ(Opened().aware, kReported);
  EXPECT_EQ(Opened().reported, kReported);
}

TEST(OpenTest, CaseIsClassifiedWithTheSystemThatIsNamed) {
  const v1::Classification& found = Opened().classification;
  EXPECT_EQ(found.kind(), type::v1::KIND_INCIDENT);
  EXPECT_EQ(found.impacts(0).level(), 3);
  EXPECT_FALSE(found.confirmed());
}

TEST(OpenTest, UnitAndSystemThatTheOrganisationDoesNotKnowAreKeptAndCountAsNotNamed) {
  ReportTold report = Told();
  report.unit = "gone";
  report.system = "gone-too";
  const Case opened =
      Open(report, "by", "case-1", ShippedRules(), *TestOrganisation(), kNow).changed;
  EXPECT_EQ(opened.unit, "gone");
  EXPECT_EQ(opened.system, "gone-too");
  EXPECT_EQ(opened.classification.impacts(0).level(), 2);
}

TEST(OpenTest, ReportOfAnOldRegisterIsMarked) {
  ReportTold report = Told();
  report.imported = true;
  EXPECT_TRUE(
      Open(report, "by", "case-1", ShippedRules(), *TestOrganisation(), kNow).changed.imported);
}

TEST(AssignTest, OwnerAndDrawnInReplaceThoseBefore) {
  const Party siv{.login = "siv", .role = organisation::v1::COORDINATOR, .unit = "social"};
  const auto change = Assign(Assigned(), siv, {}, 4, kLater);
  ASSERT_OK(change);
  EXPECT_EQ(change->happening, Happening::kAssigned);
  EXPECT_EQ(change->changed.state, v1::CASE_STATE_ASSIGNED);
  EXPECT_EQ(change->changed.owner, siv);
  EXPECT_THAT(change->changed.drawn_in, IsEmpty());
  EXPECT_EQ(change->changed.organisation_version, 4);
  EXPECT_EQ(change->changed.version, 3);
  EXPECT_EQ(change->changed.updated, kLater);
}

TEST(AssignTest, OwnerIsNotAlsoDrawnIn) {
  const auto change = Assign(Opened(), kDora, {kDora, kSam}, 3, kNow);
  ASSERT_OK(change);
  EXPECT_THAT(change->changed.drawn_in, ElementsAre(kSam));
}

TEST(AssignTest, CaseGivenAwayWaitsForItsNewOwner) {
  const auto change = Assign(Acknowledged(), kDora, {}, 3, kLater);
  ASSERT_OK(change);
  EXPECT_EQ(change->changed.state, v1::CASE_STATE_ASSIGNED);
  EXPECT_EQ(change->changed.acknowledged, kNow);
}

TEST(ClassifyTest, ClassificationReplacesTheOneBeforeAndStateStays) {
  const auto change =
      Classify(Acknowledged(), NoPersonalData(), std::nullopt, *TestOrganisation(), kLater);
  ASSERT_OK(change);
  EXPECT_EQ(change->happening, Happening::kClassified);
  EXPECT_EQ(change->changed.state, v1::CASE_STATE_ACKNOWLEDGED);
  EXPECT_EQ(change->changed.classification.kind(), type::v1::KIND_NEAR_MISS);
  EXPECT_EQ(change->changed.aware, kReported);
  EXPECT_EQ(change->changed.version, 4);
  EXPECT_EQ(change->changed.owner, kSam);
}

TEST(ClassifyTest, TimeOfAwarenessIsCorrectedButNotIntoTheFuture) {
  const absl::Time aware = kNow - absl::Hours(30);
  auto change = Classify(Assigned(), NoPersonalData(), aware, *TestOrganisation(), kNow);
  ASSERT_OK(change);
  EXPECT_EQ(change->changed.aware, aware);
  EXPECT_EQ(change->changed.reported, kReported);
  EXPECT_OK(Classify(Assigned(), NoPersonalData(), kNow + kClockSkew, *TestOrganisation(), kNow));
  EXPECT_THAT(Classify(Assigned(), NoPersonalData(), kNow + kClockSkew + absl::Microseconds(1),
                       *TestOrganisation(), kNow),
              NamesField("aware_time"));
}

TEST(ClassifyTest, WhomTheLawConcernsNowIsDrawnInAndNobodyIsLetGo) {
  Case subject = Assign(Opened(), kSam, {}, 0, kNow)->changed;
  v1::Classification found = NoPersonalData();
  found.set_personal_data(type::v1::ANSWER_YES);
  auto change = Classify(subject, found, std::nullopt, *TestOrganisation(), kNow);
  ASSERT_OK(change);
  EXPECT_THAT(change->changed.drawn_in, ElementsAre(kDora));
  EXPECT_EQ(change->changed.owner, kSam);
  EXPECT_EQ(change->changed.organisation_version, 1);
  change = Classify(change->changed, NoPersonalData(), std::nullopt, *TestOrganisation(), kNow);
  ASSERT_OK(change);
  EXPECT_THAT(change->changed.drawn_in, ElementsAre(kDora));
}

TEST(ClassifyTest, OwnerWhomTheLawConcernsIsNotDrawnInBesides) {
  Case subject = Assign(Opened(), kDora, {}, 0, kNow)->changed;
  v1::Classification found = NoPersonalData();
  found.set_personal_data(type::v1::ANSWER_YES);
  const auto change = Classify(subject, found, std::nullopt, *TestOrganisation(), kNow);
  ASSERT_OK(change);
  EXPECT_THAT(change->changed.drawn_in, IsEmpty());
}

TEST(AcknowledgeTest, OwnerTakesTheCaseOn) {
  const auto change = Acknowledge(Assigned(), kLater);
  ASSERT_OK(change);
  EXPECT_EQ(change->happening, Happening::kAcknowledged);
  EXPECT_EQ(change->changed.state, v1::CASE_STATE_ACKNOWLEDGED);
  EXPECT_EQ(change->changed.acknowledged, kLater);
  EXPECT_EQ(change->changed.version, 3);
  EXPECT_THAT(Acknowledge(change->changed, kLater),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_STATE"));
}

TEST(NoteTest, IsAddedLastAndTheCaseIsAsOldAsIt) {
  auto change = AddNote(Assigned(), NoteOf("ett"));
  ASSERT_OK(change);
  change = AddNote(change->changed, NoteOf("två", kLater + absl::Hours(1)));
  ASSERT_OK(change);
  EXPECT_EQ(change->happening, Happening::kNoted);
  ASSERT_EQ(change->changed.notes.size(), 2u);
  EXPECT_EQ(change->changed.notes[1].text, "två");
  EXPECT_EQ(change->changed.updated, kLater + absl::Hours(1));
  EXPECT_EQ(change->changed.version, 4);
}

TEST(CloseTest, KeepsHowItEnded) {
  const auto change = Close(Assigned(), {.resolution = v1::RESOLUTION_DUPLICATE, .outcome = "Samma som 17"}, kLater);
  ASSERT_OK(change);
  EXPECT_EQ(change->happening, Happening::kClosed);
  EXPECT_EQ(change->changed.state, v1::CASE_STATE_CLOSED);
  EXPECT_EQ(change->changed.closed, kLater);
  EXPECT_EQ(change->changed.resolution, v1::RESOLUTION_DUPLICATE);
  EXPECT_EQ(change->changed.outcome, "Samma som 17");
}

TEST(CloseTest, ClosedCaseIsNeitherClassifiedNorAssignedNorClosedAgain) {
  const auto refused = IsError(absl::StatusCode::kFailedPrecondition, "CASE_STATE");
  EXPECT_THAT(Classify(Closed(), NoPersonalData(), {}, *TestOrganisation(), kNow), refused);
  EXPECT_THAT(Assign(Closed(), kSam, {}, 1, kNow), refused);
  EXPECT_THAT(Close(Closed(), {.resolution = v1::RESOLUTION_REMEDIED, .outcome = ""}, kNow), refused);
  EXPECT_THAT(Close(Opened(), {.resolution = v1::RESOLUTION_REMEDIED, .outcome = ""}, kNow), refused);
  EXPECT_OK(AddNote(Closed(), NoteOf("i efterhand")));
}

TEST(ReopenTest, UndoesTheClosingAndKeepsOwnerAndFirstAcknowledgement) {
  const auto change = Reopen(Closed(), NoteOf("Hände igen"));
  ASSERT_OK(change);
  const Case& reopened = change->changed;
  EXPECT_EQ(change->happening, Happening::kReopened);
  EXPECT_EQ(reopened.state, v1::CASE_STATE_ASSIGNED);
  EXPECT_EQ(reopened.closed, std::nullopt);
  EXPECT_EQ(reopened.resolution, v1::RESOLUTION_UNSPECIFIED);
  EXPECT_EQ(reopened.outcome, "");
  EXPECT_EQ(reopened.reopen_count, 1);
  EXPECT_EQ(reopened.owner, kSam);
  EXPECT_EQ(reopened.drawn_in, Closed().drawn_in);
  ASSERT_EQ(reopened.notes.size(), 1u);
  EXPECT_EQ(reopened.notes[0].text, "Hände igen");
  EXPECT_EQ(reopened.updated, kLater);
  const auto again = Acknowledge(reopened, kLater);
  ASSERT_OK(again);
  EXPECT_EQ(again->changed.acknowledged, kNow);
}

TEST(ReopenTest, EveryReopeningCounts) {
  Case subject = Closed();
  for (int i = 1; i <= 3; ++i) {
    subject = Reopen(subject, NoteOf("igen"))->changed;
    EXPECT_EQ(subject.reopen_count, i);
    EXPECT_THAT(Reopen(subject, NoteOf("igen")),
                IsError(absl::StatusCode::kFailedPrecondition, "CASE_STATE"));
    subject = Close(subject, {.resolution = v1::RESOLUTION_REMEDIED, .outcome = "Klart"}, kLater)->changed;
  }
}

TEST(ReportChangedTest, ChangesNoStateAndStaysWithdrawn) {
  for (const Case& subject : {Opened(), Assigned(), Acknowledged(), Closed()}) {
    auto change = ReportChanged(subject, false, kLater);
    ASSERT_OK(change);
    EXPECT_EQ(change->happening, Happening::kReportChanged);
    EXPECT_EQ(change->changed.state, subject.state);
    EXPECT_FALSE(change->changed.withdrawn);
    EXPECT_EQ(change->changed.version, subject.version + 1);
    change = ReportChanged(change->changed, true, kLater);
    ASSERT_OK(change);
    EXPECT_TRUE(change->changed.withdrawn);
    change = ReportChanged(change->changed, false, kLater);
    ASSERT_OK(change);
    EXPECT_TRUE(change->changed.withdrawn);
  }
}

TEST(EtagTest, EveryChangeMakesTheOneBeforeOld) {
  const Case subject = Assigned();
  EXPECT_EQ(EtagOf(subject), "2");
  EXPECT_OK(CheckEtag(subject, ""));
  EXPECT_OK(CheckEtag(subject, "2"));
  for (const char* old : {"1", "3", "02", "2 ", "x"}) {
    EXPECT_THAT(CheckEtag(subject, old), IsError(absl::StatusCode::kAborted, "CASE_CHANGED"));
  }
}

TEST(RoutedFactsTest, AreThoseOfTheClassificationNotOfTheReport) {
  const auto change =
      Classify(Assigned(), NoPersonalData(), std::nullopt, *TestOrganisation(), kNow);
  const RoutedFacts facts = RoutedFactsOf(change->changed);
  EXPECT_EQ(facts.personal_data, type::v1::ANSWER_NO);
  EXPECT_EQ(facts.unit, "hemtjanst");
  EXPECT_EQ(facts.system, "journal");
  EXPECT_EQ(facts.category, type::v1::CATEGORY_LOST_DEVICE);
}

}  // namespace
}  // namespace avvik::triage
