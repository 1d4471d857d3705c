#include <random>

#include "common/audit/audit.h"
#include "common/events/migrations.h"
#include "common/host/host.h"
#include "common/organisation/pg_keeper.h"
#include "common/process/lifecycle.h"
#include "common/secrecy/pg_tenant_key_store.h"
#include "common/secrecy/renewal.h"
#include "common/secrecy/rotation.h"
#include "services/delivery/case_event_handler.h"
#include "services/delivery/delivery_config.h"
#include "services/delivery/delivery_service.h"
#include "services/delivery/duty_event_handler.h"
#include "services/delivery/hashes.h"
#include "services/delivery/pg_notice_store.h"
#include "services/delivery/pg_send_queue.h"
#include "services/delivery/queue_keeper.h"
#include "services/delivery/report_event_handler.h"
#include "services/delivery/sealed_keys.h"
#include "services/delivery/sender.h"
#include "services/delivery/smtp_mailer.h"

int main(int argc, char** argv) {
  using namespace avvik;
  process::Begin();
  delivery::DeliveryConfig config;
  if (const auto status = config.Load(argc, argv); status.has_value()) return *status;
  const auto templates = delivery::TemplateSet::Load(config.templates);
  if (!templates.ok()) return host::FailStart(templates.status());

  auto host = host::Host::Make(
      "delivery", config.host,
      pg::Join({events::outbox::Migrations(), events::inbox::Migrations(), audit::Migrations(),
                organisation::Migrations(), secrecy::Migrations(), delivery::Migrations()}));
  if (!host.ok()) return host::FailStart(host.status());
  host::Host& h = **host;

  secrecy::PgTenantKeyStore tenant_keys(h.pool());
  const auto vault = secrecy::Vault::Open(config.master_key, tenant_keys);
  if (!vault.ok()) return host::FailStart(vault.status());
  secrecy::Rotation rotation(**vault);

  delivery::PgSendQueue queue(h.pool(), h.ids(), **vault);
  delivery::Sender sender(
      {.workers = config.workers, .base_url = config.base_url, .mail_from = config.mail_from},
      {.clock = h.clock(),
       .ids = h.ids(),
       .queue = queue,
       .templates = *templates,
       .directory = h.directory(),
       .telemetry = h.telemetry(),
       .new_mailer = [&config] { return std::make_unique<delivery::SmtpMailer>(config.smtp); },
       .random =
           [] {
             thread_local std::minstd_rand random{std::random_device{}()};
             return std::uniform_real_distribution<double>(0, 1)(random);
           },
       .told = [&h] { h.publisher().Wake(); }});
  delivery::QueueKeeper keeper(
      {.holder = sender.holder(), .keep_addresses = absl::Hours(24) * config.address_days}, queue,
      h.clock(), h.telemetry());

  rpc::Peer intake("intake", config.intake, h.transport(), h.tokens());
  // Apart from the events, which are asked for all the time: this one ends when it is idle, and what it held goes with it.
  rpc::Peer intake_texts("intake", config.intake, h.transport(), h.tokens(), rpc::Transport::Connection::kOwn);
  rpc::Peer escalation("escalation", config.escalation, h.transport(), h.tokens());
  delivery::NoticeWriter writer(h.ids(), h.clock(), **vault, config.mail_from);
  delivery::IntakeReporterSource reporters(intake_texts, **vault);
  const auto queued = [&] {
    sender.Wake();
    h.publisher().Wake();
  };
  delivery::ReportEventHandler reports(writer, reporters, h.directory(), queued);
  delivery::CaseEventHandler cases(writer, reporters, h.directory(), queued);
  delivery::DutyEventHandler duties(writer, h.directory(), queued);
  h.Hear("intake", intake, reports);
  h.Hear("triage", h.triage(), cases);
  h.Hear("escalation", escalation, duties);

  delivery::PgNoticeStore store(h.pool(), h.ids(), **vault);
  delivery::DeliveryService service(h.environment(), store, **vault, *templates,
                                    [&sender] { sender.Wake(); });
  h.Add(rotation);
  secrecy::Renewal renewal({.service = "avvik-delivery",
                            .pool = h.pool(),
                            .vault = **vault,
                            .ids = h.ids(),
                            .clock = h.clock(),
                            .telemetry = h.telemetry(),
                            .keys = delivery::SealedKeys(),
                            .hashes = delivery::Hashes(h.pool(), reporters)});
  h.Add(renewal);
  h.Add(keeper);
  h.Add(sender);
  h.Offer({&service, delivery::v1::Delivery::service_full_name()});
  return h.Run();
}
