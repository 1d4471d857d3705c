#include "services/triage/pg_case_link_store.h"

#include "gmock/gmock.h"
#include "services/triage/case_proto.h"
#include "services/triage/store_test_support.h"

namespace avvik::triage {
namespace {

using ::testing::ElementsAre;
using avvik::testing::HasCode;
using avvik::testing::IsError;

constexpr campaigns::Key kKey = {5};
constexpr char kTitle[] = "Din postlåda är full, bekräfta ditt konto";

class CaseLinkStoreTest : public StoreTest {
 protected:
  intake::v1::ReportSubmitted Mail(unsigned n, const std::string& title = kTitle) {
    intake::v1::ReportSubmitted submitted = Submitted(n);
    submitted.set_category(type::v1::CATEGORY_SUSPICIOUS_MESSAGE);
    submitted.clear_personal_data();
    submitted.clear_affected_persons();
    *submitted.mutable_fingerprint() =
        campaigns::ToProto(TestCampaigns().fingerprinter().Of(kKey, title, ""));
    return submitted;
  }
  // As the service does it.
  OpenOwn Open() {
    return [this](const intake::v1::ReportSubmitted& submitted) {
      return OpenRouted(FromProto(submitted, "Titel"), kTenant, ids_.Next(), ShippedRules(),
                        *directory_.Find(kTenant), clock_.Now());
    };
  }
  absl::StatusOr<Case> Link(const std::string& subject, const std::string& report) {
    return links_.Link(kTenant, subject, report, everything_, Trace(), clock_.Now());
  }
  absl::StatusOr<Case> Unlink(const std::string& subject, const std::string& report) {
    return links_.Unlink(kTenant, subject, report, everything_, Trace(), clock_.Now(), Open());
  }
  absl::StatusOr<Case> Group(const std::string& subject, const std::vector<std::string>& members) {
    return links_.Group(kTenant, subject, members, everything_, Trace(), clock_.Now());
  }
  absl::StatusOr<Case> Ungroup(const std::string& subject,
                               const std::vector<std::string>& members) {
    return links_.Ungroup(kTenant, subject, members, everything_, Trace(), clock_.Now());
  }
  void RestrictCase(const std::string& number) {
    const auto restricted = store_.Change(
        kTenant, number, everything_, "", Trace(), [&](Case subject) -> absl::StatusOr<CaseChange> {
          return Restrict(std::move(subject), true, {.login = "sam"},
                          {.id = ids_.Next(), .text = "Skäl", .created = clock_.Now()});
        });
    ASSERT_OK(restricted);
  }
  // The rows of all cases but for what every change counts.
  std::string Rows() {
    return database_->Value(
        "SELECT json_agg(to_jsonb(triage_case) - 'version' - 'updated_at' ORDER BY id)"
        " FROM triage_case");
  }

  PgCaseLinkStore links_{database_->pool(), ids_, *vault_};
};

TEST_F(CaseLinkStoreTest, ReportsOfTheSameThingJoinTheFirstOnesCase) {
  ASSERT_OK(Hear(Mail(1)));
  ASSERT_OK(Hear(Mail(2, "VB: Din postlåda är full – bekräfta ditt konto")));
  ASSERT_OK(Hear(Mail(3, "Faktura 4711 har förfallit till betalning")));
  ASSERT_OK(Hear(Mail(4, "Fwd: Din postlada ar full bekraffta ditt konto")));
  EXPECT_EQ(Count("triage_case"), "2");
  const Case first = Read(NumberOf(1));
  EXPECT_EQ(first.report_count, 3);
  EXPECT_EQ(Read(NumberOf(3)).report_count, 1);
  EXPECT_THAT(Told(), ElementsAre("CaseOpened", "CaseAssigned", "CaseReportLinked", "CaseOpened",
                                  "CaseAssigned", "CaseReportLinked"));
  v1::CaseReportLinked linked;
  ASSERT_TRUE(ToldEvents()[5].data().UnpackTo(&linked));
  EXPECT_EQ(linked.report_id(), ReportId(4));
  EXPECT_EQ(linked.report_number(), NumberOf(4));
  EXPECT_EQ(linked.facts().case_id(), first.id);
  EXPECT_EQ(linked.facts().report_id(), ReportId(1));
  EXPECT_EQ(linked.facts().report_count(), 3);
  EXPECT_EQ(ToldEvents()[5].subject_version(), first.version);
  const auto page = links_.List(kTenant, first.number, everything_, "", 1);
  ASSERT_OK(page);
  ASSERT_EQ(page->reports.size(), 1u);
  EXPECT_TRUE(page->more);
  EXPECT_EQ(page->reports[0].number, NumberOf(4));
  EXPECT_GE(page->reports[0].similarity, 60);
  EXPECT_EQ(links_.List(kTenant, first.number, everything_, ReportId(4), 1)->reports[0].number,
            NumberOf(2));
}

TEST_F(CaseLinkStoreTest, ReportsOfTheSameThingJoinBeforeWhileAndAfterIntakesKeyIsReplaced) {
  constexpr campaigns::Key kNewKey = {6};
  const auto by = [](const campaigns::Key& key) {
    return campaigns::ToProto(TestCampaigns().fingerprinter().Of(key, kTitle, ""));
  };
  ASSERT_OK(Hear(Mail(1)));
  intake::v1::ReportSubmitted during = Mail(2);
  *during.mutable_fingerprint() = by(kNewKey);
  *during.add_other_fingerprints() = by(kKey);
  ASSERT_OK(Hear(during));
  intake::v1::ReportSubmitted after = Mail(3);
  *after.mutable_fingerprint() = by(kNewKey);
  ASSERT_OK(Hear(after));
  EXPECT_EQ(Count("triage_case"), "1");
  EXPECT_EQ(Read(NumberOf(1)).report_count, 3);
  // What a link keeps of a report tells nothing of its text.
  EXPECT_EQ(database_->Value("SELECT count(*) FROM case_report WHERE length(submitted) > 200"), "0");
}

TEST_F(CaseLinkStoreTest, HearingAReportAgainLinksNothing) {
  for (unsigned n = 1; n <= 3; ++n) log_.events.push_back(EventWith(Mail(n)));
  EXPECT_EQ(HearLog().applied, 3);
  database_->Run("UPDATE consumer_offset SET position = 0");
  EXPECT_EQ(HearLog().applied, 3);
  EXPECT_EQ(Read(NumberOf(1)).report_count, 3);
  EXPECT_EQ(Count("case_report"), "2");
  // Not even one that was unlinked.
  ASSERT_OK(Unlink(NumberOf(1), NumberOf(2)));
  database_->Run("UPDATE consumer_offset SET position = 0");
  EXPECT_EQ(HearLog().applied, 3);
  EXPECT_EQ(Read(NumberOf(1)).report_count, 2);
  EXPECT_EQ(Count("triage_case"), "2");
}

TEST_F(CaseLinkStoreTest, ImportedReportsAndNationalSecurityGetCasesOfTheirOwn) {
  ASSERT_OK(Hear(Mail(1)));
  intake::v1::ReportSubmitted imported = Mail(2);
  imported.set_imported(true);
  ASSERT_OK(Hear(imported));
  intake::v1::ReportSubmitted secret = Mail(3);
  secret.set_national_security(type::v1::ANSWER_YES);
  ASSERT_OK(Hear(secret));
  EXPECT_EQ(Count("triage_case"), "3");
  EXPECT_EQ(Count("joinable_case"), "1");
}

TEST_F(CaseLinkStoreTest, ClosedCaseEndedCampaignAndPastWindowTakeNoReports) {
  ASSERT_OK(Hear(Mail(1)));
  database_->Run("UPDATE triage_case SET state = 4, closed_at = now()");
  ASSERT_OK(Hear(Mail(2)));
  EXPECT_EQ(Count("triage_case"), "2");
  intake::v1::CampaignClosed closed;
  closed.set_campaign_id(Read(NumberOf(2)).id);
  ASSERT_OK(Hear(closed));
  ASSERT_OK(Hear(Mail(3)));
  EXPECT_EQ(Count("triage_case"), "3");
  clock_.Advance(absl::Hours(24 * 7) + absl::Seconds(1));
  ASSERT_OK(Hear(Mail(4)));
  EXPECT_EQ(Count("triage_case"), "4");
  ASSERT_OK(Hear(Mail(5)));
  EXPECT_EQ(Count("triage_case"), "4");
  // Another municipality's reports are none of its business.
  organisation::v1::Organisation other = TestOrganisationProto();
  other.set_tenant("grannen");
  ASSERT_OK(directory_.Put(other, 1));
  ASSERT_OK(Hear(EventWith(Mail(6), "reports/x", "grannen")));
  EXPECT_EQ(Count("triage_case"), "5");
}

TEST_F(CaseLinkStoreTest, LinkedReportMayBeSupplementedAndTakenBack) {
  ASSERT_OK(Hear(Mail(1)));
  ASSERT_OK(Hear(Mail(2)));
  ASSERT_OK(Hear(Supplemented(2)));
  ASSERT_OK(Hear(Withdrawn(2)));
  EXPECT_FALSE(Read(NumberOf(1)).withdrawn);
  EXPECT_TRUE(links_.List(kTenant, NumberOf(1), everything_, "", 10)->reports[0].withdrawn);
  ASSERT_OK(Unlink(NumberOf(1), ReportId(2)));
  EXPECT_TRUE(Read(NumberOf(2)).withdrawn);
}

TEST_F(CaseLinkStoreTest, UnlinkedReportGetsItsOwnCaseAndLinkingItAgainGroupsThat) {
  ASSERT_OK(Hear(Mail(1)));
  ASSERT_OK(Hear(Mail(2)));
  const Case first = Read(NumberOf(1));
  EXPECT_EQ(*links_.FindLinked(kTenant, first.id, NumberOf(2), everything_), ReportId(2));
  const auto after = Unlink(first.number, NumberOf(2));
  ASSERT_OK(after);
  EXPECT_EQ(after->id, first.id);
  EXPECT_EQ(after->report_count, 1);
  const Case own = Read(NumberOf(2));
  EXPECT_EQ(own.report_id, ReportId(2));
  EXPECT_EQ(own.owner, first.owner);
  EXPECT_EQ(own.state, v1::CASE_STATE_ASSIGNED);
  EXPECT_THAT(Told(), ElementsAre("CaseOpened", "CaseAssigned", "CaseReportLinked",
                                  "CaseReportUnlinked", "CaseOpened", "CaseAssigned"));
  EXPECT_THAT(Unlink(first.number, NumberOf(2)),
              IsError(absl::StatusCode::kNotFound, "REPORT_NOT_LINKED"));
  // Nobody joins the case that a person has taken out.
  ASSERT_OK(Hear(Mail(3)));
  EXPECT_EQ(Read(NumberOf(1)).report_count, 2);

  const auto linked = Link(first.id, ReportId(2));
  ASSERT_OK(linked);
  EXPECT_EQ(linked->member_count, 1);
  EXPECT_EQ(Read(NumberOf(2)).group_id, first.id);
  EXPECT_EQ(*links_.FindLinked(kTenant, first.id, NumberOf(2), everything_), std::nullopt);
  const auto again = links_.UngroupReport(kTenant, first.id, NumberOf(2), everything_, Trace(),
                                          clock_.Now());
  ASSERT_OK(again);
  EXPECT_EQ(again->member_count, 0);
  EXPECT_EQ(Read(NumberOf(2)).group_id, "");
}

TEST_F(CaseLinkStoreTest, LinkingWhatIsLinkedChangesNothingAndElsewhereIsRefused) {
  ASSERT_OK(Hear(Mail(1)));
  ASSERT_OK(Hear(Mail(2)));
  OpenCase(3);
  EXPECT_EQ(Link(NumberOf(1), NumberOf(2))->version, Read(NumberOf(1)).version);
  EXPECT_THAT(Link(NumberOf(3), NumberOf(2)),
              IsError(absl::StatusCode::kFailedPrecondition, "REPORT_LINKED_ELSEWHERE"));
  EXPECT_THAT(Link(NumberOf(1), NumberOf(9)),
              IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
}

TEST_F(CaseLinkStoreTest, GroupingIsUndoneToTheRow) {
  for (unsigned n = 1; n <= 4; ++n) OpenCase(n);
  const std::string before = Rows();
  const auto grouped = Group(NumberOf(1), {NumberOf(2), NumberOf(3)});
  ASSERT_OK(grouped);
  EXPECT_EQ(grouped->member_count, 2);
  EXPECT_NE(Rows(), before);
  EXPECT_EQ(Count("audit_record"), "5");
  EXPECT_EQ(Told().back(), "CaseGrouped");
  v1::CaseGrouped told;
  ASSERT_TRUE(ToldEvents().back().data().UnpackTo(&told));
  EXPECT_EQ(told.facts().number(), NumberOf(3));
  EXPECT_EQ(told.facts().group_case_id(), grouped->id);
  EXPECT_EQ(told.leader().number(), NumberOf(1));
  EXPECT_EQ(told.leader().member_count(), 2);
  // Again is nothing new.
  EXPECT_EQ(Group(NumberOf(1), {NumberOf(2)})->member_count, 2);
  EXPECT_EQ(Told().size(), 4 * 2 + 2u);
  ASSERT_OK(Ungroup(NumberOf(1), {NumberOf(2), NumberOf(3), NumberOf(4)}));
  EXPECT_EQ(Rows(), before);
}

TEST_F(CaseLinkStoreTest, MembersThatCannotBeGroupedLeaveAllAsTheyWere) {
  for (unsigned n = 1; n <= 4; ++n) OpenCase(n);
  ASSERT_OK(Group(NumberOf(3), {NumberOf(4)}));
  const std::string before = Rows();
  EXPECT_THAT(Group(NumberOf(1), {NumberOf(2), NumberOf(3)}),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_HAS_MEMBERS"));
  EXPECT_EQ(Rows(), before);
}

TEST_F(CaseLinkStoreTest, CaseThatOnlyAFewMaySeeTakesNoReports) {
  ASSERT_OK(Hear(Mail(1)));
  RestrictCase(NumberOf(1));
  ASSERT_OK(Hear(Mail(2)));
  EXPECT_EQ(Count("triage_case"), "2");
  ASSERT_OK(Hear(Mail(3)));
  EXPECT_EQ(Read(NumberOf(1)).report_count, 1);
  EXPECT_EQ(Read(NumberOf(2)).report_count, 2);
}

TEST_F(CaseLinkStoreTest, WhatIsLinkedIsSeenAsTheCaseIs) {
  ASSERT_OK(Hear(Mail(1)));
  ASSERT_OK(Hear(Mail(2)));
  OpenCase(3);
  const Visibility unit = organisation::OpenIn({"hemtjanst"});
  EXPECT_OK(links_.List(kTenant, NumberOf(1), unit, "", 10));
  RestrictCase(NumberOf(1));
  EXPECT_THAT(links_.List(kTenant, NumberOf(1), unit, "", 10),
              IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
  EXPECT_THAT(links_.FindLinked(kTenant, NumberOf(1), NumberOf(2), unit),
              IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
  // Neither the case nor what is to be grouped into one may be out of sight.
  EXPECT_THAT(links_.Group(kTenant, NumberOf(3), {NumberOf(1)}, unit, Trace(), clock_.Now()),
              IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
  EXPECT_THAT(links_.Link(kTenant, NumberOf(3), NumberOf(1), unit, Trace(), clock_.Now()),
              IsError(absl::StatusCode::kNotFound, "CASE_NOT_FOUND"));
}

TEST_F(CaseLinkStoreTest, CasesOutOfSightAreNotFound) {
  ASSERT_OK(Hear(Mail(1)));
  OpenCase(2);
  const Visibility nothing = organisation::OpenIn({"skola"});
  EXPECT_THAT(links_.List(kTenant, NumberOf(1), nothing, "", 10),
              HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(links_.Group(kTenant, NumberOf(1), {NumberOf(2)}, nothing, Trace(), clock_.Now()),
              HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(links_.Link("grannen", NumberOf(1), NumberOf(2), everything_, Trace(), clock_.Now()),
              HasCode(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace avvik::triage
