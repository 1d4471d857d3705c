#include "services/intake/report.h"

#include "tests/support/status_matchers.h"

namespace avvik::intake {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using avvik::testing::NamesField;

const absl::Time kNow = absl::FromUnixSeconds(1'795'000'000);

std::shared_ptr<const organisation::Organisation> Kalix() {
  organisation::v1::Organisation proto;
  proto.set_tenant("kalix");
  proto.set_name("Kalix kommun");
  proto.set_country(organisation::v1::SE);
  proto.set_time_zone("Europe/Stockholm");
  proto.add_languages("sv");
  proto.add_languages("en");
  auto* root = proto.add_units();
  root->set_id("kalix");
  root->set_name("Kalix kommun");
  root->set_type(organisation::v1::UNIT_TYPE_MUNICIPALITY);
  auto* board = proto.add_units();
  board->set_id("board");
  board->set_name("Kommunstyrelsen");
  board->set_type(organisation::v1::UNIT_TYPE_COMMITTEE);
  board->set_parent("kalix");
  proto.set_board("board");
  auto* person = proto.add_people();
  person->set_login("mary.stone");
  person->set_name("Mary Stone");
  person->set_email("mary.stone@kalix.example");
  person->set_language("en");
  auto* role = person->add_roles();
  role->set_role(organisation::v1::INFORMATION_SECURITY_OFFICER);
  auto* rule = proto.add_routing();
  rule->set_id("rest");
  rule->set_to(organisation::v1::ROUTE_TO_ROLE);
  rule->set_role(organisation::v1::INFORMATION_SECURITY_OFFICER);
  auto* system = proto.add_systems();
  system->set_id("journal");
  system->set_name("Journal");
  system->set_owner("mary.stone");
  system->set_unit("board");
  auto organisation = organisation::Organisation::Create(proto, 1);
  EXPECT_OK(organisation);
  return *organisation;
}

Draft Letter() {
  Draft draft;
  draft.request_id = "request-1";
  draft.content.title = "Brev till fel person";
  draft.content.unit = "board";
  draft.content.system = "journal";
  draft.content.occurred = kNow - absl::Hours(2);
  draft.content.discovered = kNow - absl::Hours(1);
  draft.reporter = {.login = "anna", .name = "Anna Berg", .email = "anna@kalix.example"};
  return draft;
}

TEST(AdmitTest, GoodDraftIsKeptAsSent) {
  const auto admitted = Admit(Letter(), *Kalix(), kNow);
  ASSERT_OK(admitted);
  EXPECT_EQ(admitted->content.title, "Brev till fel person");
  EXPECT_EQ(admitted->reporter.email, "anna@kalix.example");
}

TEST(AdmitTest, EveryWrongFieldIsNamed) {
  Draft draft = Letter();
  draft.request_id = "short";
  draft.content.unit = "no-such-unit";
  draft.content.system = "no-such-system";
  draft.content.occurred = absl::FromCivil(absl::CivilDay(2090, 1, 1), absl::UTCTimeZone());
  draft.content.discovered = std::nullopt;
  const auto admitted = Admit(draft, *Kalix(), kNow);
  EXPECT_THAT(admitted, NamesField("request_id"));
  EXPECT_THAT(admitted, NamesField("report.unit"));
  EXPECT_THAT(admitted, NamesField("report.system"));
  EXPECT_THAT(admitted, NamesField("report.occurred_time"));
}

TEST(AdmitTest, DiscoveryBeforeTheEventIsRefused) {
  Draft draft = Letter();
  draft.content.discovered = kNow - absl::Hours(3);
  EXPECT_THAT(Admit(draft, *Kalix(), kNow), NamesField("report.discovered_time"));
}

TEST(AdmitTest, ClockOfTheCallerMayRunAheadALittle) {
  Draft draft = Letter();
  draft.content.occurred = kNow + kClockSkew;
  draft.content.discovered = std::nullopt;
  EXPECT_OK(Admit(draft, *Kalix(), kNow));
  draft.content.occurred = kNow + kClockSkew + absl::Microseconds(1);
  EXPECT_THAT(Admit(draft, *Kalix(), kNow), NamesField("report.occurred_time"));
}

TEST(AdmitTest, OnlyAnUnknownUnitOrSystemMayBeNews) {
  Draft draft = Letter();
  draft.content.unit = "new-unit";
  EXPECT_TRUE(MayBeNews(Admit(draft, *Kalix(), kNow).status()));
  draft = Letter();
  draft.request_id = "short";
  EXPECT_FALSE(MayBeNews(Admit(draft, *Kalix(), kNow).status()));
}

TEST(AdmitTest, NationalSecurityKeepsNothingOfTheContent) {
  Draft draft = Letter();
  draft.content.description = "hemligt";
  draft.content.affected_persons = 7;
  draft.content.national_security = type::v1::ANSWER_YES;
  const auto admitted = Admit(draft, *Kalix(), kNow);
  ASSERT_OK(admitted);
  EXPECT_EQ(admitted->content.title,
            "Ärende som hanteras utanför Avvik; kontakta säkerhetsskyddschefen");
  EXPECT_EQ(admitted->content.description, "");
  EXPECT_EQ(admitted->content.system, "");
  EXPECT_EQ(admitted->content.occurred, std::nullopt);
  EXPECT_EQ(admitted->content.affected_persons, std::nullopt);
  EXPECT_EQ(admitted->content.national_security, type::v1::ANSWER_YES);
}

TEST(AdmitTest, NothingOfAMatterOfNationalSecurityIsKeptNorAddedLater) {
  Draft draft = Letter();
  draft.digest = "of the content";
  draft.content.national_security = type::v1::ANSWER_YES;
  const auto admitted = Admit(draft, *Kalix(), kNow);
  ASSERT_OK(admitted);
  EXPECT_EQ(admitted->digest, "");
  const Report report = Submit(*admitted, "kalix", "id", kNow);
  EXPECT_THAT(Supplemented(report, {.id = "s", .text = "more", .created = kNow}),
              IsError(absl::StatusCode::kFailedPrecondition, "HANDLED_ELSEWHERE"));
  const auto withdrawn = Withdrawn(report, "it was about the bunker", "");
  ASSERT_OK(withdrawn);
  EXPECT_EQ(withdrawn->withdraw_reason, "");
}

TEST(AdmitTest, LanguageIsTheReportersOrTheOrganisations) {
  EXPECT_EQ(Admit(Letter(), *Kalix(), kNow)->content.language, "sv");
  Draft draft = Letter();
  draft.reporter.login = "mary.stone";
  EXPECT_EQ(Admit(draft, *Kalix(), kNow)->content.language, "en");
  draft.content.language = "da";
  EXPECT_EQ(Admit(draft, *Kalix(), kNow)->content.language, "da");
}

TEST(AdmitTest, NobodyIsAnsweredAboutAnImportedReport) {
  Draft draft = Letter();
  draft.origin = Origin{.register_name = "old", .key = "1", .reported = kNow - absl::Hours(24)};
  EXPECT_EQ(Admit(draft, *Kalix(), kNow)->reporter.email, "");
}

TEST(SubmitTest, ImportedReportCountsFromItsOwnTime) {
  Draft draft = Letter();
  EXPECT_EQ(Submit(draft, "kalix", "id", kNow).reported, kNow);
  draft.origin = Origin{.register_name = "old", .key = "1", .reported = kNow - absl::Hours(24)};
  const Report report = Submit(draft, "kalix", "id", kNow);
  EXPECT_EQ(report.reported, kNow - absl::Hours(24));
  EXPECT_EQ(report.submitted, kNow);
}

TEST(NumberOfTest, NumbersHaveSixDigitsAndGrowBeyondThem) {
  EXPECT_EQ(NumberOf(2026, 123), "AVV-2026-000123");
  EXPECT_EQ(NumberOf(2026, 1'234'567), "AVV-2026-1234567");
}

TEST(WithdrawnTest, ReportIsTakenBackOnceAndByItsVersion) {
  const Report report = Submit(Letter(), "kalix", "id", kNow);
  EXPECT_THAT(Withdrawn(report, "fel", "7"), IsError(absl::StatusCode::kAborted, "REPORT_CHANGED"));
  const auto withdrawn = Withdrawn(report, "fel", EtagOf(report));
  ASSERT_OK(withdrawn);
  EXPECT_EQ(withdrawn->state, v1::REPORT_STATE_WITHDRAWN);
  EXPECT_EQ(withdrawn->version, 2);
  EXPECT_THAT(Withdrawn(*withdrawn, "igen", ""), HasCode(absl::StatusCode::kFailedPrecondition));
}

TEST(SupplementedTest, WithdrawnReportTakesNoMore) {
  Report report = Submit(Letter(), "kalix", "id", kNow);
  const auto supplemented = Supplemented(report, {.id = "s", .text = "mer", .created = kNow});
  ASSERT_OK(supplemented);
  EXPECT_EQ(supplemented->supplements.size(), 1u);
  EXPECT_EQ(supplemented->version, 2);
  report.state = v1::REPORT_STATE_WITHDRAWN;
  EXPECT_THAT(Supplemented(report, {}), IsError(absl::StatusCode::kFailedPrecondition,
                                                "REPORT_WITHDRAWN"));
}

}  // namespace
}  // namespace avvik::intake
