#include "common/audit/audit.h"
#include "common/campaigns/campaign_rules.h"
#include "common/events/migrations.h"
#include "common/host/host.h"
#include "common/organisation/pg_keeper.h"
#include "common/process/lifecycle.h"
#include "common/secrecy/pg_tenant_key_store.h"
#include "common/secrecy/rotation.h"
#include "services/triage/case_links_service.h"
#include "services/triage/catalogues_service.h"
#include "services/triage/organisation_history_service.h"
#include "services/triage/pg_case_link_store.h"
#include "services/triage/pg_case_store.h"
#include "services/triage/pg_erasure_store.h"
#include "services/triage/report_event_handler.h"
#include "services/triage/retention.h"
#include "services/triage/secrecy_service.h"
#include "services/triage/session_log_service.h"
#include "services/triage/triage_config.h"
#include "services/triage/triage_service.h"

int main(int argc, char** argv) {
  using namespace avvik;
  process::Begin();
  triage::TriageConfig config;
  if (const auto status = config.Load(argc, argv); status.has_value()) return *status;
  const auto rules = triage::ClassificationRules::Load(config.classification);
  if (!rules.ok()) return host::FailStart(rules.status());
  const auto campaigns = campaigns::CampaignRules::Load(config.campaigns);
  if (!campaigns.ok()) return host::FailStart(campaigns.status());

  auto host = host::Host::Make(
      "triage", config.host,
      pg::Join({events::outbox::Migrations(), events::inbox::Migrations(), audit::Migrations(),
                organisation::Migrations(), secrecy::Migrations(), triage::Migrations()}));
  if (!host.ok()) return host::FailStart(host.status());
  host::Host& h = **host;

  secrecy::PgTenantKeyStore tenant_keys(h.pool());
  const auto vault = secrecy::Vault::Open(config.master_key, tenant_keys);
  if (!vault.ok()) return host::FailStart(vault.status());
  secrecy::Rotation rotation(**vault);

  rpc::Peer intake("intake", config.intake, h.transport(), h.tokens());
  triage::OrganisationStore organisations(h.pool(), h.ids());
  triage::PgCaseStore cases(h.pool(), h.ids(), **vault);
  triage::PgErasureStore erasures(h.pool(), h.ids(), **vault);
  triage::RemoteReportTitles titles(intake);
  triage::ReportEventHandler reports(titles, **vault, h.directory(), *rules, *campaigns, h.ids(),
                                     h.clock(), [&h] { h.publisher().Wake(); });
  triage::Retention retention(erasures, h.directory(), h.ids(), h.clock(),
                              config.retention_every, [&h] { h.publisher().Wake(); });
  triage::TriageService service(h.environment(), cases, organisations, h.directory(), *rules,
                                h.publisher(), h.ids());
  triage::OrganisationHistoryService history(h.environment(), organisations, *rules);
  triage::CataloguesService catalogues(h.environment(), h.roles(), *rules, *campaigns);
  triage::PgCaseLinkStore links(h.pool(), h.ids(), **vault);
  triage::CaseLinksService links_service(h.environment(), links, cases, titles, *rules,
                                         h.publisher(), h.ids());
  triage::SecrecyService secrecy(h.environment(), cases, erasures, h.publisher());
  triage::SessionLogStore session_log(h.pool());
  triage::SessionLogService session_log_service(h.environment(), session_log);
  h.Hear("intake", intake, reports);
  h.Add(rotation);
  h.Add(retention);
  h.Offer({&secrecy, triage::v1::Secrecy::service_full_name()});
  h.Offer({&service, triage::v1::Triage::service_full_name()});
  h.Offer({&links_service, triage::v1::CaseLinks::service_full_name()});
  h.Offer({&history, triage::v1::OrganisationHistory::service_full_name()});
  h.Offer({&catalogues, triage::v1::Catalogues::service_full_name()});
  h.Offer({&session_log_service, triage::v1::SessionLog::service_full_name()});
  return h.Run();
}
