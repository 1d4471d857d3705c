#include "common/audit/audit.h"
#include "common/events/migrations.h"
#include "common/host/host.h"
#include "common/organisation/pg_keeper.h"
#include "common/process/lifecycle.h"
#include "services/intake/group_committer.h"
#include "services/intake/intake_config.h"
#include "services/intake/intake_service.h"
#include "services/intake/pg_report_store.h"

int main(int argc, char** argv) {
  using namespace avvik;
  process::BlockStopSignals();
  intake::IntakeConfig config;
  if (const auto status = config.Load(argc, argv); status.has_value()) return *status;

  auto host = host::Host::Make("intake", config.host,
                               pg::Join({events::outbox::Migrations(), audit::Migrations(),
                                         organisation::Migrations(), intake::Migrations()}));
  if (!host.ok()) return host::FailStart(host.status());
  host::Host& h = **host;

  intake::PgReportStore store(h.pool(), h.ids());
  intake::GroupCommitter committer(store, [&h] { h.publisher().Wake(); });
  intake::SecondLook second_look(h.directory());
  intake::IntakeService service(h.environment(), store, committer, second_look, h.directory(),
                                h.publisher(), h.ids());
  h.Add(committer);
  h.Add(second_look);
  h.Offer({&service, intake::v1::Intake::service_full_name()});
  return h.Run();
}
