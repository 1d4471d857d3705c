#include "services/intake/pg_campaign_store.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/events/outbox.h"
#include "common/organisation/visible.h"
#include "common/status/macros.h"
#include "services/intake/campaign_events.h"
#include "services/intake/campaign_rows.h"
#include "services/intake/errors.h"
#include "services/intake/sealed_report.h"

namespace avvik::intake {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr char kAboveEveryId[] = "ffffffff-ffff-ffff-ffff-ffffffffffff";

// Parts of the statements below: a campaign with the number of its reports and its newest answer.
#define AVVIK_CAMPAIGN_COLUMNS                                                             \
  "SELECT campaign.*, campaign.id AS campaign_id, counted.report_count,"                   \
  "       answer.id AS answer_id, answer.wrapped AS answer_wrapped,"                       \
  "       answer.text AS answer_text, answer.created_at AS answered_at"                    \
  "  FROM campaign"                                                                        \
  " CROSS JOIN LATERAL (SELECT count(*) AS report_count FROM campaign_report"              \
  "                      WHERE campaign_report.tenant = campaign.tenant"                   \
  "                        AND campaign_id IN (SELECT id FROM campaign AS part"            \
  "                                             WHERE part.tenant = campaign.tenant"       \
  "                                               AND (part.id = campaign.id"              \
  "                                                    OR part.leader_id = campaign.id)))" \
  "       AS counted"                                                                      \
  "  LEFT JOIN LATERAL (SELECT * FROM campaign_answer"                                     \
  "                      WHERE campaign_answer.campaign_id = campaign.id"                  \
  "                      ORDER BY created_at DESC, id DESC LIMIT 1) AS answer ON true"
// $3 to $5 what is visible.
#define AVVIK_CAMPAIGN_VISIBLE  \
  " WHERE campaign.tenant = $1" \
  "   AND avvik_visible(campaign.sphere, campaign.unit, campaign.parties, $3, $4, $5)"
#define AVVIK_CAMPAIGN_REFERENCE                                                           \
  "   AND (campaign.number = $2"                                                           \
  "        OR campaign.id = CASE WHEN $2 LIKE '________-____-____-____-____________'"      \
  "                              THEN $2::uuid END)"

constexpr pg::Statement kGet{"intake_get_campaign",
                             AVVIK_CAMPAIGN_COLUMNS AVVIK_CAMPAIGN_VISIBLE
                                 AVVIK_CAMPAIGN_REFERENCE};

constexpr pg::Statement kLockVisible{"intake_lock_visible_campaign",
                                     AVVIK_CAMPAIGN_COLUMNS AVVIK_CAMPAIGN_VISIBLE
                                         AVVIK_CAMPAIGN_REFERENCE " FOR UPDATE OF campaign"};

// $2 the id below which to go on, $6 the state wanted, $7 how many.
constexpr pg::Statement kList{
    "intake_list_campaigns",
    AVVIK_CAMPAIGN_COLUMNS AVVIK_CAMPAIGN_VISIBLE
    "   AND campaign.id < $2::uuid"
    "   AND leader_id IS NULL"
    "   AND ($6 = 0 OR ($6 = 2) = (case_closed OR ended_at IS NOT NULL))"
    "   AND (counted.report_count > 1 OR answer.id IS NOT NULL)"
    " ORDER BY campaign.id DESC"
    " LIMIT $7"};

constexpr pg::Statement kListReports{"intake_list_campaign_reports", R"sql(
    SELECT report_id, number, campaign_id, joined_at
      FROM campaign_report
     WHERE tenant = $1
       AND campaign_id IN (SELECT id FROM campaign
                            WHERE tenant = $1 AND (id = $2 OR leader_id = $2)
                              AND avvik_visible(sphere, unit, parties, $3, $4, $5))
       AND report_id < $6
     ORDER BY report_id DESC
     LIMIT $7)sql"};

constexpr pg::Statement kFindRequest{"intake_find_campaign_request", R"sql(
    SELECT 1 FROM campaign_answer
     WHERE campaign_id = $1 AND request_key = ANY ($2::text[]))sql"};

constexpr pg::Statement kInsertAnswer{"intake_insert_campaign_answer", R"sql(
    INSERT INTO campaign_answer (id, tenant, campaign_id, request_key, wrapped, text, created_at)
    VALUES                      ($1, $2,     $3,          $4,          $5,      $6,   $7))sql"};

constexpr pg::Statement kAnswerOf{"intake_find_answer_of_report", R"sql(
    SELECT campaign.tenant, campaign_answer.id AS answer_id, campaign_answer.campaign_id,
           campaign.number, campaign_answer.wrapped AS answer_wrapped,
           campaign_answer.text AS answer_text, campaign_answer.created_at AS answered_at
      FROM campaign_report
      JOIN campaign AS own ON own.id = campaign_report.campaign_id
      JOIN campaign_answer ON campaign_answer.campaign_id IN (own.id, own.leader_id)
      JOIN campaign ON campaign.id = campaign_answer.campaign_id
     WHERE campaign_report.tenant = $1 AND campaign_report.report_id = $2
     ORDER BY campaign_answer.created_at DESC, campaign_answer.id DESC
     LIMIT 1)sql"};

absl::StatusOr<Campaign> Find(pg::Transaction& transaction, secrecy::Vault& vault,
                              const pg::Statement& statement, const std::string& tenant,
                              const std::string& reference,
                              const organisation::Visibility& visibility) {
  const organisation::VisibleParams visible(visibility);
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction.Execute(statement, {tenant, reference, visible.spheres,
                                                         visible.places, visible.keys}));
  if (rows.empty()) return error::CampaignNotFound(reference);
  return CampaignFromRow(rows[0], vault);
}

// Writes a campaign with what is told of it and its trace.
absl::Status Write(pg::Transaction& transaction, const Campaign& campaign,
                   const std::vector<events::v1::Event>& told, audit::Record trace) {
  AVVIK_RETURN_IF_ERROR(PutCampaign(transaction, campaign));
  trace.subject = "campaigns/" + campaign.id;
  AVVIK_RETURN_IF_ERROR(audit::Append(transaction, trace));
  return events::Append(transaction, told);
}

}  // namespace

absl::StatusOr<Campaign> PgCampaignStore::Get(const std::string& tenant,
                                              const std::string& reference,
                                              const organisation::Visibility& visibility) {
  return pg::InTransaction(pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
                           [&](pg::Transaction& transaction) -> absl::StatusOr<Campaign> {
                             return Find(transaction, vault_, kGet, tenant, reference, visibility);
                           });
}

absl::StatusOr<CampaignPage> PgCampaignStore::List(const std::string& tenant,
                                                   const organisation::Visibility& visibility,
                                                   v1::CampaignState state,
                                                   const std::string& after, int limit) {
  const std::string before = after.empty() ? kAboveEveryId : after;
  const organisation::VisibleParams visible(visibility);
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Tenant(tenant), kList,
                                     {tenant, before, visible.spheres, visible.places, visible.keys,
                                      static_cast<int>(state), limit + 1}));
  CampaignPage page;
  page.more = rows.size() > static_cast<size_t>(limit);
  for (const pg::Row row : rows) {
    if (page.campaigns.size() == static_cast<size_t>(limit)) break;
    AVVIK_ASSIGN_OR_RETURN(Campaign campaign, CampaignFromRow(row, vault_));
    page.campaigns.push_back(std::move(campaign));
  }
  return page;
}

absl::StatusOr<CampaignReportPage> PgCampaignStore::ListReports(
    const std::string& tenant, const std::string& reference,
    const organisation::Visibility& visibility, const std::string& after, int limit) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<CampaignReportPage> {
        AVVIK_ASSIGN_OR_RETURN(const Campaign campaign,
                               Find(transaction, vault_, kGet, tenant, reference, visibility));
        const std::string before = after.empty() ? kAboveEveryId : after;
        const organisation::VisibleParams visible(visibility);
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(kListReports, {tenant, campaign.id, visible.spheres, visible.places,
                                               visible.keys, before, limit + 1}));
        CampaignReportPage page;
        page.more = rows.size() > static_cast<size_t>(limit);
        for (const pg::Row row : rows) {
          if (page.reports.size() == static_cast<size_t>(limit)) break;
          page.reports.push_back({.report_id = row.Text("report_id"),
                                  .number = row.Text("number"),
                                  .campaign_id = row.Text("campaign_id"),
                                  .joined = row.Time("joined_at")});
        }
        return page;
      });
}

absl::StatusOr<Campaign> PgCampaignStore::Answer(const std::string& tenant,
                                                 const std::string& reference,
                                                 const organisation::Visibility& visibility,
                                                 const std::string& request_id,
                                                 CampaignAnswer answer, const std::string& etag,
                                                 const audit::Record& trace) {
  // Before the transaction: the tenant's key may have to be fetched.
  AVVIK_ASSIGN_OR_RETURN(const SealedAnswer sealed, SealAnswer(vault_, tenant, answer));
  AVVIK_ASSIGN_OR_RETURN(const std::vector<std::string> request_keys,
                         RequestKeys(vault_, tenant, trace.actor, request_id));
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Campaign> {
        AVVIK_ASSIGN_OR_RETURN(Campaign campaign, Find(transaction, vault_, kLockVisible, tenant,
                                                       reference, visibility));
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows repeat,
            transaction.Execute(kFindRequest, {campaign.id, pg::TextArray(request_keys)}));
        if (!repeat.empty()) return campaign;
        AVVIK_ASSIGN_OR_RETURN(campaign, Answered(std::move(campaign), answer, etag));
        AVVIK_RETURN_IF_ERROR(
            transaction
                .Execute(kInsertAnswer,
                         {answer.id, tenant, campaign.id, request_keys.front(),
                          pg::Bytes{sealed.wrapped_key}, pg::Bytes{sealed.text}, answer.created})
                .status());
        AVVIK_ASSIGN_OR_RETURN(const auto reports, AllReports(transaction, tenant, campaign.id));
        const auto told = AnsweredEvents(ids_, &campaign, answer.id, reports, answer.created,
                                         trace.trace_parent);
        AVVIK_RETURN_IF_ERROR(Write(transaction, campaign, told, trace));
        return campaign;
      });
}

absl::StatusOr<Campaign> PgCampaignStore::End(const std::string& tenant,
                                              const std::string& reference,
                                              const organisation::Visibility& visibility,
                                              absl::Time now, const std::string& etag,
                                              const audit::Record& trace) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Campaign> {
        AVVIK_ASSIGN_OR_RETURN(Campaign campaign, Find(transaction, vault_, kLockVisible, tenant,
                                                       reference, visibility));
        const bool ended = campaign.ended.has_value();
        AVVIK_ASSIGN_OR_RETURN(campaign, Ended(std::move(campaign), now, etag));
        if (ended) return campaign;
        const events::v1::Event told = EndedEvent(ids_, &campaign, now, trace.trace_parent);
        AVVIK_RETURN_IF_ERROR(Write(transaction, campaign, {told}, trace));
        return campaign;
      });
}

absl::StatusOr<std::optional<CampaignAnswer>> PgCampaignStore::AnswerOf(
    const std::string& tenant, const std::string& report_id) {
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      pool_.Query(pg::Scope::Tenant(tenant), kAnswerOf, {tenant, report_id}));
  if (rows.empty()) return std::nullopt;
  AVVIK_ASSIGN_OR_RETURN(CampaignAnswer answer, AnswerFromRow(rows[0], vault_));
  return std::optional<CampaignAnswer>(std::move(answer));
}

}  // namespace avvik::intake
