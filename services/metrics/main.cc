#include "absl/time/clock.h"
#include "common/audit/audit.h"
#include "common/events/inbox.h"
#include "common/events/migrations.h"
#include "common/organisation/pg_keeper.h"
#include "common/process/lifecycle.h"
#include "services/metrics/event_handlers.h"
#include "services/metrics/metrics_service.h"
#include "services/metrics/migrations.h"
#include "services/metrics/neighbours.h"
#include "services/metrics/pg_figure_store.h"

int main(int argc, char** argv) {
  using namespace avvik;
  process::Begin();
  metrics::MetricsConfig config;
  if (const auto status = config.Load(argc, argv); status.has_value()) return *status;

  auto host = host::Host::Make("metrics", config.host,
                               pg::Join({events::outbox::Migrations(), audit::Migrations(),
                                         organisation::Migrations(), metrics::Migrations()}));
  if (!host.ok()) return host::FailStart(host.status());
  host::Host& h = **host;
  const absl::Status migrated = metrics::MigrateFigures(h.database());
  if (!migrated.ok()) return host::FailStart(migrated);

  const pg::Settings figures = metrics::OnSchema(h.database(), metrics::kFigureSchema);
  pg::Pool pool(metrics::ForReading(figures), metrics::kReadingConnections);
  metrics::PgFigureStore store(pool);
  metrics::Ledgers ledgers(store, h.clock());
  const auto read = ledgers.CatchUp(absl::Now() + metrics::kFirstReading);
  if (!read.ok()) return host::FailStart(read.status());
  metrics::Painter painter(ledgers, h.telemetry());
  metrics::Watchers watchers(painter.ForWatchers(), h.clock(), h.telemetry(), config.watchers);

  metrics::Neighbours neighbours(config, h);
  metrics::FigureEventHandler handler(store, [&] { watchers.Wake(); });
  metrics::Hearing hearing(figures, h.streams(), neighbours.sources(), handler, h.clock(),
                           h.telemetry());
  metrics::FigureEventHandler rebuilding_handler(store, [] {});
  metrics::Rebuilder rebuilder(h.database(), h.pool(), neighbours.sources(), rebuilding_handler,
                               h.clock(), [&] { watchers.Wake(); });

  events::Inbox inbox(pool, hearing.handlers(), h.clock());
  host::EventInboxService inbox_service(h.environment(), inbox, h.pool());
  metrics::MetricsService service(h.environment(), painter, watchers, rebuilder);
  h.Add(hearing);
  h.Add(rebuilder);
  h.AddInFront(watchers);
  h.Offer({&inbox_service, events::v1::EventInbox::service_full_name()});
  h.Offer({&service, metrics::v1::Metrics::service_full_name()});
  return h.Run();
}
