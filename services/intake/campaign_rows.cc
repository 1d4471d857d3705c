#include "services/intake/campaign_rows.h"

#include <utility>

#include "common/status/macros.h"

namespace avvik::intake {
namespace {

constexpr pg::Statement kLockCampaign{"intake_lock_campaign", R"sql(
    SELECT * FROM campaign WHERE tenant = $1 AND id = $2 FOR UPDATE)sql"};

constexpr pg::Statement kPutCampaign{"intake_put_campaign", R"sql(
    INSERT INTO campaign (id, tenant, number, category, sphere, unit, parties, system, case_closed,
                          ended_at, leader_id, created_at, version, erased)
    VALUES               ($1, $2,     $3,     $4,       $5,     $6,   $7,      $8,     $9,
                          $10,      $11,       $12,        $13,     false)
    ON CONFLICT (id) DO UPDATE
       SET sphere = $5, unit = $6, parties = $7, system = $8, case_closed = $9, ended_at = $10,
           leader_id = $11, version = $13)sql"};

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

constexpr pg::Statement kFindAnswerId{"intake_find_campaign_answer", R"sql(
    SELECT id FROM campaign_answer
     WHERE tenant = $1 AND campaign_id = $2
     ORDER BY created_at DESC, id DESC
     LIMIT 1)sql"};

constexpr pg::Statement kRemoveAnswers{
    "intake_remove_campaign_answers",
    "DELETE FROM campaign_answer WHERE tenant = $1 AND campaign_id = $2"};

constexpr pg::Statement kMarkErased{
    "intake_mark_campaign_erased",
    "UPDATE campaign SET erased = true WHERE tenant = $1 AND id = $2"};

// What a sealed answer belongs to.
std::string AnswerContext(const std::string& answer_id) { return "campaign.answer/" + answer_id; }

Campaign WithoutExtras(const pg::Row& row) {
  Campaign campaign;
  campaign.id = row.Text("id");
  campaign.tenant = row.Text("tenant");
  campaign.number = row.Text("number");
  campaign.category = static_cast<type::v1::Category>(row.Int("category"));
  campaign.matter = {.unit = row.Text("unit"),
                     .sphere = static_cast<type::v1::Sphere>(row.Int("sphere")),
                     .parties = row.TextArray("parties")};
  campaign.system = row.Text("system");
  campaign.case_closed = row.Bool("case_closed");
  campaign.erased = row.Bool("erased");
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

absl::StatusOr<SealedAnswer> SealAnswer(secrecy::Vault& vault, const std::string& tenant,
                                        const CampaignAnswer& answer) {
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key, vault.NewKey(tenant));
  return SealedAnswer{.wrapped_key = key.wrapped(),
                      .text = key.Seal(answer.text, AnswerContext(answer.id))};
}

absl::StatusOr<CampaignAnswer> AnswerFromRow(const pg::Row& row, secrecy::Vault& vault) {
  CampaignAnswer answer{.id = row.Text("answer_id"),
                        .campaign_id = row.Text("campaign_id"),
                        .number = row.Text("number"),
                        .text = "",
                        .created = row.Time("answered_at")};
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                         vault.Unwrap(row.Text("tenant"), row.Bytes("answer_wrapped")));
  AVVIK_ASSIGN_OR_RETURN(answer.text, key.Open(row.Bytes("answer_text"), AnswerContext(answer.id)));
  return answer;
}

absl::StatusOr<Campaign> CampaignFromRow(const pg::Row& row, secrecy::Vault& vault) {
  Campaign campaign = WithoutExtras(row);
  campaign.report_count = row.Int("report_count");
  if (!row.IsNull("answer_id")) {
    AVVIK_ASSIGN_OR_RETURN(campaign.answer, AnswerFromRow(row, vault));
  }
  return campaign;
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
                static_cast<int>(campaign.matter.sphere), campaign.matter.unit,
                pg::TextArray(campaign.matter.parties), campaign.system, campaign.case_closed,
                campaign.ended, leader, campaign.created, campaign.version})
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

absl::StatusOr<std::optional<std::string>> FindAnswerId(pg::Transaction& transaction,
                                                        const std::string& tenant,
                                                        const std::string& campaign_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction.Execute(kFindAnswerId, {tenant, campaign_id}));
  if (rows.empty()) return std::nullopt;
  return std::optional<std::string>(rows[0].Text("id"));
}

absl::StatusOr<int64_t> EraseCampaign(pg::Transaction& transaction, const std::string& tenant,
                                      const std::string& campaign_id) {
  AVVIK_RETURN_IF_ERROR(transaction.Execute(kMarkErased, {tenant, campaign_id}).status());
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows removed,
                         transaction.Execute(kRemoveAnswers, {tenant, campaign_id}));
  return removed.affected();
}

}  // namespace avvik::intake
