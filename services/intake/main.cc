#include "common/audit/audit.h"
#include "common/campaigns/campaign_rules.h"
#include "common/events/migrations.h"
#include "common/filing_proof/filing_proof.h"
#include "common/host/host.h"
#include "common/malware/scanner.h"
#include "common/organisation/pg_keeper.h"
#include "common/process/lifecycle.h"
#include "common/secrecy/pg_tenant_key_store.h"
#include "common/secrecy/renewal.h"
#include "common/secrecy/rotation.h"
#include "services/intake/attachment_service.h"
#include "services/intake/campaign_event_handler.h"
#include "services/intake/campaigns_service.h"
#include "services/intake/case_event_handler.h"
#include "services/intake/group_committer.h"
#include "services/intake/hashes.h"
#include "services/intake/intake_config.h"
#include "services/intake/intake_service.h"
#include "services/intake/pg_attachment_store.h"
#include "services/intake/pg_campaign_store.h"
#include "services/intake/pg_receipt_store.h"
#include "services/intake/pg_report_store.h"
#include "services/intake/quarantine.h"
#include "services/intake/receipt_sweeper.h"
#include "services/intake/receipts_service.h"
#include "services/intake/sealed_keys.h"
#include "services/intake/secrecy_service.h"

int main(int argc, char** argv) {
  using namespace avvik;
  process::Begin();
  intake::IntakeConfig config;
  if (const auto status = config.Load(argc, argv); status.has_value()) return *status;

  const auto receipt_secrets = intake::ReceiptKeys::ReadSecrets(config.receipt_key_file);
  if (!receipt_secrets.ok()) return host::FailStart(receipt_secrets.status());
  const auto signer = filing_proof::Signer::Load(config.proof_key_file);
  if (!signer.ok()) return host::FailStart(signer.status());
  const auto campaigns = campaigns::CampaignRules::Load(config.campaigns);
  if (!campaigns.ok()) return host::FailStart(campaigns.status());

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
  const intake::ReportFingerprints fingerprints(*campaigns, intake::KeysOf(**vault));
  intake::ReportStatuses statuses(h.pool(), h.triage(), h.clock());
  intake::IntakeService service(h.environment(), store, committer, second_look, h.directory(),
                                fingerprints, statuses, h.publisher(), h.ids());
  intake::PgCampaignStore campaign_store(h.pool(), h.ids(), **vault);
  intake::CampaignsService campaigns_service(h.environment(), campaign_store, store,
                                             h.publisher(), h.ids());
  intake::SecrecyService secrecy(h.environment(), store);

  intake::PgAttachmentStore attachments(h.pool(), **vault, h.ids(), config.storage);
  malware::Clamd clamd(config.clamd);
  intake::Quarantine quarantine(attachments, clamd, h.clock(), h.telemetry(),
                                [&h] { h.publisher().Wake(); });
  intake::AttachmentReceiver receiver(attachments, [&quarantine] { quarantine.Wake(); });
  const bool takes_files = !config.clamd.empty();
  intake::ReceiptKeys receipt_keys(*receipt_secrets);
  const intake::UploadTickets tickets(receipt_keys.UploadKeys());
  intake::AttachmentService attachment_service(
      {h.environment(), store, attachments, receiver, tickets, h.ids(), takes_files});

  intake::CampaignEventHandler campaign_events(h.ids(), h.clock());
  intake::CaseEventHandler cases(**vault, campaign_events, h.ids(), h.clock(),
                                 [&h] { h.publisher().Wake(); });
  h.Hear("triage", h.triage(), cases);
  h.Add(rotation);
  secrecy::Renewal renewal({.service = "avvik-intake",
                            .pool = h.pool(),
                            .vault = **vault,
                            .ids = h.ids(),
                            .clock = h.clock(),
                            .telemetry = h.telemetry(),
                            .keys = intake::SealedKeys(),
                            .hashes = intake::Hashes(h.pool(), **vault),
                            .recognised = intake::kLongestRetry});
  h.Add(renewal);
  intake::PgReceiptStore receipts(h.pool(), h.ids(), **vault);
  intake::ReceiptsService receipts_service(
      {h.environment(), store, receipts, campaign_store, receipt_keys, *signer, committer, fingerprints,
       h.directory(), h.publisher(), h.ids(), attachments, tickets, statuses, takes_files});
  intake::ReceiptSweeper sweeper(receipts, receipt_keys, h.clock(), h.telemetry());
  h.Add(committer);
  h.Add(sweeper);
  h.Add(second_look);
  if (takes_files) h.Add(quarantine);
  h.Offer({&service, intake::v1::Intake::service_full_name()});
  h.Offer({&campaigns_service, intake::v1::Campaigns::service_full_name()});
  h.Offer({&secrecy, intake::v1::Secrecy::service_full_name()});
  h.Offer({&receipts_service, intake::v1::Receipts::service_full_name()});
  h.Offer({&attachment_service, intake::v1::Attachments::service_full_name()});
  return h.Run();
}
