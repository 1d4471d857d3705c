#include "common/audit/audit.h"
#include "common/events/migrations.h"
#include "common/host/host.h"
#include "common/organisation/pg_keeper.h"
#include "common/process/lifecycle.h"
#include "common/secrecy/pg_tenant_key_store.h"
#include "common/secrecy/rotation.h"
#include "services/intake/case_event_handler.h"
#include "services/intake/group_committer.h"
#include "services/intake/intake_config.h"
#include "services/intake/intake_service.h"
#include "services/intake/pg_report_store.h"
#include "services/intake/secrecy_service.h"

int main(int argc, char** argv) {
  using namespace avvik;
  process::Begin();
  intake::IntakeConfig config;
  if (const auto status = config.Load(argc, argv); status.has_value()) return *status;

  auto host = host::Host::Make("intake", config.host,
                               pg::Join({events::outbox::Migrations(),
                                         events::inbox::Migrations(), audit::Migrations(),
                                         organisation::Migrations(), secrecy::Migrations(),
                                         intake::Migrations()}));
  if (!host.ok()) return host::FailStart(host.status());
  host::Host& h = **host;

  secrecy::PgTenantKeyStore tenant_keys(h.pool());
  const auto vault = secrecy::Vault::Open(config.master_key, tenant_keys);
  if (!vault.ok()) return host::FailStart(vault.status());
  secrecy::Rotation rotation(**vault);

  intake::PgReportStore store(h.pool(), h.ids(), **vault);
  intake::GroupCommitter committer(store, [&h] { h.publisher().Wake(); });
  intake::SecondLook second_look(h.directory());
  intake::IntakeService service(h.environment(), store, committer, second_look, h.directory(),
                                h.publisher(), h.ids());
  intake::SecrecyService secrecy(h.environment(), store);
  intake::CaseEventHandler cases(**vault, h.ids(), h.clock());
  h.Hear("triage", h.triage(), cases);
  h.Add(rotation);
  h.Add(committer);
  h.Add(second_look);
  h.Offer({&service, intake::v1::Intake::service_full_name()});
  h.Offer({&secrecy, intake::v1::Secrecy::service_full_name()});
  return h.Run();
}
