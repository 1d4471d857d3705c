#include "services/intake/campaign_rows.h"

#include <utility>

#include "common/status/macros.h"

namespace avvik::intake {
namespace {

constexpr pg::Statement kLockCampaign{"intake_lock_campaign", R"sql(
    SELECT * FROM campaign WHERE tenant = $1 AND id = $2 FOR UPDATE)sql"};

constexpr pg::Statement kPutCampaign{"intake_put_campaign", R"sql(
    INSERT INTO campaign (id, tenant, number, category, unit, system, people, case_closed, ended_at,
                          leader_id, created_at, version)
    VALUES               ($1, $2,     $3,     $4,       $5,   $6,     $7,     $8,          $9,
                          $10,       $11,        $12)
    ON CONFLICT (id) DO UPDATE
       SET unit = $5, system = $6, people = $7, case_closed = $8, ended_at = $9, leader_id = $10,
           version = $12)sql"};

constexpr pg::Statement kPutReport{"intake_put_campaign_report", R"sql(
    INSERT INTO campaign_report (tenant, report_id, campaign_id, number, joined_at)
    VALUES                      ($1,     $2,        $3,          $4,     $5)
    ON CONFLICT (tenant, report_id) DO UPDATE
       SET campaign_id = $3, joined_at = $5
     WHERE campaign_report.campaign_id <> $3)sql"};

constexpr pg::Statement kRemoveReport{"intake_remove_campaign_report", R"sql(
    DELETE FROM campaign_report
     WHERE tenant = $1 AND campaign_id = $2 AND report_id = $3)sql"};

constexpr pg::Statement kOwnReports{"intake_own_campaign_reports", R"sql(
    SELECT report_id FROM campaign_report WHERE tenant = $1 AND campaign_id = $2
     ORDER BY report_id)sql"};

constexpr pg::Statement kAllReports{"intake_all_campaign_reports", R"sql(
    SELECT report_id
      FROM campaign_report
     WHERE tenant = $1
       AND campaign_id IN (SELECT id FROM campaign
                            WHERE tenant = $1 AND (id = $2 OR leader_id = $2))
     ORDER BY report_id)sql"};

constexpr pg::Statement kFindAnswer{"intake_find_campaign_answer", R"sql(
    SELECT campaign_answer.id AS answer_id, campaign_answer.campaign_id, campaign.number,
           campaign_answer.text AS answer_text, author_login,
           campaign_answer.created_at AS answered_at
      FROM campaign_answer
      JOIN campaign ON campaign.id = campaign_answer.campaign_id
     WHERE campaign_answer.tenant = $1 AND campaign_id = $2
     ORDER BY campaign_answer.created_at DESC, campaign_answer.id DESC
     LIMIT 1)sql"};

constexpr pg::Statement kRemoveAnswers{
    "intake_remove_campaign_answers",
    "DELETE FROM campaign_answer WHERE tenant = $1 AND campaign_id = $2"};

Campaign WithoutExtras(const pg::Row& row) {
  Campaign campaign;
  campaign.id = row.Text("id");
  campaign.tenant = row.Text("tenant");
  campaign.number = row.Text("number");
  campaign.category = static_cast<type::v1::Category>(row.Int("category"));
  campaign.unit = row.Text("unit");
  campaign.system = row.Text("system");
  campaign.people = row.TextArray("people");
  campaign.case_closed = row.Bool("case_closed");
  campaign.ended = row.OptionalTime("ended_at");
  campaign.leader_id = row.Text("leader_id");
  campaign.created = row.Time("created_at");
  campaign.version = row.Int("version");
  return campaign;
}

std::vector<std::string> ReportsIn(const pg::Rows& rows) {
  std::vector<std::string> reports;
  reports.reserve(rows.size());
  for (const pg::Row row : rows) reports.push_back(row.Text("report_id"));
  return reports;
}

}  // namespace

Campaign CampaignFromRow(const pg::Row& row) {
  Campaign campaign = WithoutExtras(row);
  campaign.report_count = row.Int("report_count");
  if (!row.IsNull("answer_id")) {
    campaign.answer = AnswerFromRow(row);
    campaign.answer->campaign_id = campaign.id;
  }
  return campaign;
}

CampaignAnswer AnswerFromRow(const pg::Row& row) {
  return {.id = row.Text("answer_id"),
          .campaign_id = "",
          .number = row.Text("number"),
          .text = row.Text("answer_text"),
          .author = row.Text("author_login"),
          .created = row.Time("answered_at")};
}

absl::StatusOr<std::optional<Campaign>> LockCampaign(pg::Transaction& transaction,
                                                     const std::string& tenant,
                                                     const std::string& id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kLockCampaign, {tenant, id}));
  if (rows.empty()) return std::nullopt;
  return std::optional<Campaign>(WithoutExtras(rows[0]));
}

absl::Status PutCampaign(pg::Transaction& transaction, const Campaign& campaign) {
  const pg::Param leader =
      campaign.leader_id.empty() ? pg::Param(std::nullopt) : pg::Param(campaign.leader_id);
  return transaction
      .Execute(kPutCampaign,
               {campaign.id, campaign.tenant, campaign.number, static_cast<int>(campaign.category),
                campaign.unit, campaign.system, pg::TextArray(campaign.people),
                campaign.case_closed, campaign.ended, leader, campaign.created, campaign.version})
      .status();
}

absl::Status PutCampaignReport(pg::Transaction& transaction, const std::string& tenant,
                               const CampaignReport& report) {
  return transaction
      .Execute(kPutReport,
               {tenant, report.report_id, report.campaign_id, report.number, report.joined})
      .status();
}

absl::Status RemoveCampaignReport(pg::Transaction& transaction, const std::string& tenant,
                                  const std::string& campaign_id, const std::string& report_id) {
  return transaction.Execute(kRemoveReport, {tenant, campaign_id, report_id}).status();
}

absl::StatusOr<std::vector<std::string>> OwnReports(pg::Transaction& transaction,
                                                    const std::string& tenant,
                                                    const std::string& campaign_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction.Execute(kOwnReports, {tenant, campaign_id}));
  return ReportsIn(rows);
}

absl::StatusOr<std::vector<std::string>> AllReports(pg::Transaction& transaction,
                                                    const std::string& tenant,
                                                    const std::string& campaign_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction.Execute(kAllReports, {tenant, campaign_id}));
  return ReportsIn(rows);
}

absl::StatusOr<std::optional<CampaignAnswer>> FindAnswer(pg::Transaction& transaction,
                                                         const std::string& tenant,
                                                         const std::string& campaign_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction.Execute(kFindAnswer, {tenant, campaign_id}));
  if (rows.empty()) return std::nullopt;
  std::optional<CampaignAnswer> answer = AnswerFromRow(rows[0]);
  answer->campaign_id = campaign_id;
  return answer;
}

absl::Status RemoveAnswers(pg::Transaction& transaction, const std::string& tenant,
                           const std::string& campaign_id) {
  return transaction.Execute(kRemoveAnswers, {tenant, campaign_id}).status();
}

}  // namespace avvik::intake
