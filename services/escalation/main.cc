#include "common/audit/audit.h"
#include "common/events/migrations.h"
#include "common/host/host.h"
#include "common/organisation/pg_keeper.h"
#include "common/process/lifecycle.h"
#include "common/secrecy/pg_tenant_key_store.h"
#include "common/secrecy/renewal.h"
#include "common/secrecy/rotation.h"
#include "services/escalation/assessment_service.h"
#include "services/escalation/case_event_handler.h"
#include "services/escalation/dossier_service.h"
#include "services/escalation/due_worker.h"
#include "services/escalation/escalation_config.h"
#include "services/escalation/escalation_service.h"
#include "services/escalation/ladder_service.h"
#include "services/escalation/ladder_worker.h"
#include "services/escalation/pg_alarm_store.h"
#include "services/escalation/pg_assessment_store.h"
#include "services/escalation/pg_dossier_store.h"
#include "services/escalation/pg_duty_store.h"
#include "services/escalation/sealed_keys.h"

int main(int argc, char** argv) {
  using namespace avvik;
  process::Begin();
  escalation::EscalationConfig config;
  if (const auto status = config.Load(argc, argv); status.has_value()) return *status;

  const auto regimes = avvik::regimes::RegimeCatalogue::Load(config.regimes);
  if (!regimes.ok()) return host::FailStart(regimes.status());
  auto host = host::Host::Make(
      "escalation", config.host,
      pg::Join({events::outbox::Migrations(), events::inbox::Migrations(), audit::Migrations(),
                organisation::Migrations(), secrecy::Migrations(), escalation::Migrations()}));
  if (!host.ok()) return host::FailStart(host.status());
  host::Host& h = **host;

  secrecy::PgTenantKeyStore tenant_keys(h.pool());
  const auto vault = secrecy::Vault::Open(config.master_key, tenant_keys);
  if (!vault.ok()) return host::FailStart(vault.status());
  secrecy::Rotation rotation(**vault);

  escalation::PgDutyStore store(h.pool(), h.ids(), **vault);
  const auto tell = [&h] { h.publisher().Wake(); };
  escalation::PgAlarmStore alarms(h.pool(), h.ids(), **vault);
  escalation::LadderWorker ladder(alarms, h.directory(), h.roles(), h.clock(), h.telemetry(), tell);
  escalation::DueWorker worker(store, h.clock(), h.telemetry(), [&] {
    tell();
    ladder.Wake();
  });
  escalation::CaseEventHandler handler(h.directory(), *regimes, **vault, h.ids(), h.clock(), [&] {
    tell();
    worker.Wake();
  });
  escalation::LadderService ladder_service(h.environment(), alarms);
  escalation::EscalationService service(h.environment(), store, *regimes, h.publisher());
  h.Hear("triage", h.triage(), handler);
  h.Add(rotation);
  secrecy::Renewal renewal({.service = "avvik-escalation",
                            .pool = h.pool(),
                            .vault = **vault,
                            .ids = h.ids(),
                            .clock = h.clock(),
                            .telemetry = h.telemetry(),
                            .keys = escalation::SealedKeys()});
  h.Add(renewal);
  h.Add(worker);
  h.Add(ladder);
  escalation::PgAssessmentStore assessments(h.pool(), *regimes, **vault, h.ids());
  escalation::AssessmentService assessment_service(h.environment(), assessments, *regimes,
                                                   h.publisher());
  escalation::PgDossierStore dossiers(h.pool(), h.ids(), **vault);
  escalation::DossierService dossier_service(h.environment(), dossiers, *regimes, h.ids(),
                                             h.publisher());
  h.Offer({&service, escalation::v1::Escalation::service_full_name()});
  h.Offer({&assessment_service, escalation::v1::Assessments::service_full_name()});
  h.Offer({&dossier_service, escalation::v1::Dossiers::service_full_name()});
  h.Offer({&ladder_service, escalation::v1::Ladder::service_full_name()});
  return h.Run();
}
