#include "services/gateway/form/report_draft.h"

#include "common/validate/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gateway/form/proof_of_work.h"

namespace avvik::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ReportDraft Draft() {
  ReportDraft draft;
  draft.what = "Ett brev hamnade fel";
  draft.as = "named";
  draft.language = "sv";
  return draft;
}

TEST(ReportDraft, LanguageIsTheFormsThenTheBrowsersThenSwedish) {
  EXPECT_EQ(PageLanguage("da", "sv"), "da");
  EXPECT_EQ(PageLanguage("fi", "fi-FI, EN-gb;q=0.8, sv;q=0.5"), "en");
  EXPECT_EQ(PageLanguage("", "fi"), "sv");
}

TEST(ReportDraft, WhatIsMissingIsNamed) {
  EXPECT_THAT(CheckDraft(Draft()), IsEmpty());
  EXPECT_THAT(CheckDraft({}), ElementsAre("what", "as"));
  ReportDraft draft = Draft();
  draft.as = "anonymous";
  EXPECT_THAT(CheckDraft(draft), ElementsAre("tenant"));
  draft.tenant = "../kalix";
  EXPECT_THAT(CheckDraft(draft), ElementsAre("tenant"));
  draft.tenant = "kalix";
  EXPECT_THAT(CheckDraft(draft), IsEmpty());
  draft.when = std::string(801, 'x');
  EXPECT_THAT(CheckDraft(draft), ElementsAre("when"));
  draft.when.clear();
  draft.what = std::string(80'001, 'x');
  EXPECT_THAT(CheckDraft(draft), ElementsAre("what"));
  draft.what = "x";
  draft.ongoing = "perhaps";
  EXPECT_THAT(CheckDraft(draft), ElementsAre("ongoing"));
}

TEST(ReportDraft, ShortTextIsTheTitle) {
  const auto report = ReportJson(Draft(), {});
  EXPECT_EQ(report["title"], "Ett brev hamnade fel");
  EXPECT_EQ(report["description"], "");
  EXPECT_EQ(report["confidentiality"], "CONFIDENTIALITY_NAMED");
  EXPECT_EQ(report["personal_data"], "ANSWER_UNSPECIFIED");
}

TEST(ReportDraft, LongTextBreaksAtASpaceAndIsKeptWhole) {
  ReportDraft draft = Draft();
  for (int i = 0; i < 40; ++i) draft.what += " åäö";
  const auto report = ReportJson(draft, {});
  EXPECT_EQ(report["title"].get<std::string>().substr(0, 20), draft.what.substr(0, 20));
  EXPECT_TRUE(report["title"].get<std::string>().ends_with("åäö …"));
  EXPECT_EQ(report["description"], draft.what);
}

TEST(ReportDraft, PlacesAreIdsWhereTheyHaveTheFormAndWordsElsewhere) {
  ReportDraft draft = Draft();
  draft.where = "hemtjanst";
  draft.system = "Det gamla systemet";
  auto report = ReportJson(draft, {});
  EXPECT_EQ(report["unit"], "hemtjanst");
  EXPECT_FALSE(report.contains("system"));
  EXPECT_EQ(report["description"], "System: Det gamla systemet");
  draft.language = "da";
  report = ReportJson(draft, {.where = true, .system = false});
  EXPECT_FALSE(report.contains("unit"));
  EXPECT_EQ(report["description"], "Hvor: hemtjanst\n\nSystem: Det gamla systemet");
}

TEST(ReportDraft, TimesAreLocalAndWordsStayWords) {
  const std::pair<const char*, const char*> kTimes[] = {
      {"2026-03-01T14:30", "2026-03-01T13:30:00+00:00"},
      {"2026-07-01 14:30", "2026-07-01T12:30:00+00:00"},
      {"2026-03-01", "2026-02-28T23:00:00+00:00"},
      {"2026-03-01T14:30:00Z", "2026-03-01T14:30:00+00:00"}};
  ReportDraft draft = Draft();
  for (const auto& [typed, meant] : kTimes) {
    draft.when = typed;
    EXPECT_EQ(ReportJson(draft, {})["occurred_time"], meant) << typed;
  }
  draft.when = "förra tisdagen";
  EXPECT_FALSE(ReportJson(draft, {}).contains("occurred_time"));
  EXPECT_EQ(ReportJson(draft, {})["description"], "När: förra tisdagen");
}

TEST(ReportDraft, FieldsAServiceFoundWrongAreThoseOfTheForm) {
  const auto problem = nlohmann::json::parse(R"({"errors": [
      {"field": "report.description"}, {"field": "report.title"}, {"field": "report.unit"},
      {"field": "request_id"}, 7]})");
  EXPECT_THAT(FieldsOf(problem), ElementsAre("what", "where", "form"));
  EXPECT_THAT(FieldsOf(nlohmann::json::parse("[]")), IsEmpty());
  EXPECT_THAT(FieldsOf(nlohmann::json::parse("nonsense", nullptr, false)), IsEmpty());
}

TEST(ReportDraft, RequestIdsAreRandomUuids) {
  EXPECT_TRUE(validate::HasFormat(options::v1::FORMAT_UUID, RandomUuid()));
  EXPECT_NE(RandomUuid(), RandomUuid());
}

// As web/static/proof_of_work.js finds them.
TEST(ProofOfWork, SolutionIsTheFirstNumberThatFits) {
  EXPECT_EQ(SolveChallenge("x", 0), "0");
  const auto solution = SolveChallenge("x", 12);
  ASSERT_TRUE(solution.has_value());
  EXPECT_EQ(*solution, "309");
  EXPECT_EQ(SolveChallenge("x", 25), std::nullopt);
  EXPECT_EQ(SolveChallenge("x", -1), std::nullopt);
}

}  // namespace
}  // namespace avvik::gateway
