#include "common/audit/audit.h"
#include "common/campaigns/campaign_rules.h"
#include "common/events/migrations.h"
#include "common/host/host.h"
#include "common/organisation/pg_keeper.h"
#include "common/process/lifecycle.h"
#include "common/secrecy/pg_tenant_key_store.h"
#include "common/secrecy/renewal.h"
#include "common/secrecy/rotation.h"
#include "services/triage/case_batch_service.h"
#include "services/triage/case_history_service.h"
#include "services/triage/case_indexer.h"
#include "services/triage/case_links_service.h"
#include "services/triage/case_search_service.h"
#include "services/triage/catalogues_service.h"
#include "services/triage/duty_event_handler.h"
#include "services/triage/measures_service.h"
#include "services/triage/organisation_history_service.h"
#include "services/triage/pg_case_history_store.h"
#include "services/triage/pg_case_link_store.h"
#include "services/triage/pg_case_search_store.h"
#include "services/triage/pg_case_store.h"
#include "services/triage/pg_erasure_store.h"
#include "services/triage/pg_measure_store.h"
#include "services/triage/pg_record_store.h"
#include "services/triage/portal_service.h"
#include "services/triage/records_service.h"
#include "services/triage/report_event_handler.h"
#include "services/triage/retention.h"
#include "services/triage/sealed_keys.h"
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
  // Apart from the events, which are asked for all the time: this one ends when it is idle, and what it held goes with it.
  rpc::Peer intake_texts("intake", config.intake, h.transport(), h.tokens(), rpc::Transport::Connection::kOwn);
  rpc::Peer escalation("escalation", config.escalation, h.transport(), h.tokens());
  triage::OrganisationStore organisations(h.pool(), h.ids());
  triage::PgCaseStore cases(h.pool(), h.ids(), **vault);
  triage::PgErasureStore erasures(h.pool(), h.ids(), **vault);
  triage::RemoteReportTitles titles(intake_texts);
  triage::ReportEventHandler reports(titles, **vault, h.directory(), *rules, *campaigns, h.ids(),
                                     h.clock(), [&h] { h.publisher().Wake(); });
  triage::Retention retention(erasures, h.directory(), h.ids(), h.clock(),
                              config.retention_every, [&h] { h.publisher().Wake(); });
  triage::PgCaseSearchStore search(h.pool(), **vault);
  triage::CaseCommands commands(h.environment(), cases, h.ids());
  triage::TriageService service(h.environment(), cases, search, commands, organisations,
                                h.directory(), *rules, h.publisher());
  triage::CaseSearchService search_service(h.environment(), cases, search);
  triage::CaseBatchService batch_service(h.environment(), commands, h.publisher());
  triage::CaseIndexer indexer(h.pool(), titles, **vault, h.directory());
  triage::DutyEventHandler duties;
  triage::OrganisationHistoryService organisation_history(h.environment(), organisations, *rules);
  triage::CataloguesService catalogues(h.environment(), h.roles(), *rules, *campaigns);
  triage::PgCaseLinkStore links(h.pool(), h.ids(), **vault);
  triage::CaseLinksService links_service(h.environment(), links, cases, titles, *rules,
                                         h.publisher(), h.ids());
  triage::PgMeasureStore measures(h.pool(), h.ids(), **vault);
  triage::MeasuresService measures_service(h.environment(), measures, cases, h.publisher(),
                                           h.ids());
  triage::PgCaseHistoryStore history(h.pool(), **vault);
  triage::CaseHistoryService history_service(h.environment(), history);
  triage::CaseOutcomesService outcomes_service(h.environment(), history);
  triage::SecrecyService secrecy(h.environment(), cases, erasures, h.publisher());
  triage::SessionLogStore session_log(h.pool());
  triage::SessionLogService session_log_service(h.environment(), session_log);
  triage::PortalService portal(h.environment(), h.directory());
  triage::PgRecordStore records(h.pool(), h.ids(), **vault);
  triage::RecordsService records_service(h.environment(), records, cases, h.publisher(), h.ids());
  h.Hear("intake", intake, reports);
  h.Hear("escalation", escalation, duties);
  h.Add(indexer);
  h.Add(rotation);
  secrecy::Renewal renewal({.service = "avvik-triage",
                            .pool = h.pool(),
                            .vault = **vault,
                            .ids = h.ids(),
                            .clock = h.clock(),
                            .telemetry = h.telemetry(),
                            .keys = triage::SealedKeys(),
                            .hashes = {indexer.Hashes()}});
  h.Add(renewal);
  h.Add(retention);
  h.Offer({&secrecy, triage::v1::Secrecy::service_full_name()});
  h.Offer({&service, triage::v1::Triage::service_full_name()});
  h.Offer({&search_service, triage::v1::CaseSearch::service_full_name()});
  h.Offer({&batch_service, triage::v1::CaseBatch::service_full_name()});
  h.Offer({&links_service, triage::v1::CaseLinks::service_full_name()});
  h.Offer({&history_service, triage::v1::CaseHistory::service_full_name()});
  h.Offer({&outcomes_service, triage::v1::CaseOutcomes::service_full_name()});
  h.Offer({&measures_service, triage::v1::Measures::service_full_name()});
  h.Offer({&organisation_history, triage::v1::OrganisationHistory::service_full_name()});
  h.Offer({&catalogues, triage::v1::Catalogues::service_full_name()});
  h.Offer({&session_log_service, triage::v1::SessionLog::service_full_name()});
  h.Offer({&records_service, triage::v1::PublicRecords::service_full_name()});
  h.Offer({&portal, triage::v1::Portal::service_full_name()});
  return h.Run();
}
