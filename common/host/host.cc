#include "common/host/host.h"

#include <iostream>
#include <utility>

#include "avvik/triage/v1/triage_events.pb.h"
#include "common/audit/audit.h"
#include "common/audit/forwarder.h"
#include "common/audit/sealer.h"
#include "common/audit/trail.h"
#include "common/clock/clock_watch.h"
#include "common/events/inbox.h"
#include "common/host/audit_service.h"
#include "common/host/event_services.h"
#include "common/host/organisation_source.h"
#include "common/http_client/curl_client.h"
#include "common/identity/caller.h"
#include "common/identity/key_set.h"
#include "common/identity/token_verifier.h"
#include "common/log/log.h"
#include "common/organisation/pg_keeper.h"
#include "common/pg/grants.h"
#include "common/pg/network.h"
#include "common/pg/plans.h"
#include "common/process/lifecycle.h"
#include "common/process/loop.h"
#include "common/status/macros.h"

namespace avvik::host {
namespace {

// How often organisations are looked after; a change is heard of sooner by those who miss something.
constexpr absl::Duration kFollow = absl::Seconds(2);

// What is written once, and never changed or shortened but for what is filled in later: an event gets its
// position, a tenant's key is wrapped anew and begins to make hashes. Out of a decision goes, with its case, what
// it was made on, and out of a dossier what is written in it.
const pg::AppendOnly kAppendOnly[] = {{"audit_record", {}},
                                      {"audit_run", {}},
                                      {"audit_checkpoint", {}},
                                      {"event_log", {"position"}},
                                      {"tenant_key",
                                       {"master_key_id", "wrapped", "rewrapped_at", "hashing_only",
                                        "hashes_since"}},
                                      {"duty_decision", {"facts", "reasons", "statement"}},
                                      {"dossier_version", {"content"}},
                                      {"dossier_step", {"statement"}},
                                      {"dossier_receipt", {"head", "content"}},
                                      {"erasure", {}},
                                      {"organisation", {}}};

// Brings the database to the schema the program was built for, as the role that owns it.
absl::Status Prepare(const pg::Settings& database, const std::string& owner,
                     std::span<const pg::Migration> migrations) {
  if (owner.empty()) return pg::Migrate(database, migrations);
  pg::Settings owning = database;
  owning.conninfo = owner;
  AVVIK_RETURN_IF_ERROR(pg::Migrate(owning, migrations));
  return pg::Grant(owning, database, kAppendOnly);
}

// A receiver that asks who sends is shown the service's certificate.
audit::SyslogSettings SyslogOf(const Settings& settings) {
  return {.address = settings.syslog,
          .authority = settings.syslog_ca,
          .certificate = settings.transport.certificate,
          .key = settings.transport.key,
          .plain_end = settings.syslog_plain_end};
}

absl::StatusOr<events::StreamAccess> ReadStreamAccess(const Settings& settings) {
  const std::optional<std::string> password = config::ReadSecretFile(settings.redis_password_file);
  if (!password.has_value()) return absl::InvalidArgumentError("--redis-password-file is of no use");
  const std::optional<std::string> keys = config::ReadSecretFile(settings.event_key);
  if (!keys.has_value()) return absl::InvalidArgumentError("--event-key is of no use");
  events::StreamAccess access;
  access.redis = {
      .address = settings.redis, .user = settings.redis_user, .password = *password,
      .tls = settings.transport.files()};
  AVVIK_RETURN_IF_ERROR(redis::PlaceOf(access.redis).status());
  AVVIK_ASSIGN_OR_RETURN(access.keys, events::EventKeys::FromText(*keys));
  return access;
}

// Takes a new organisation in use as soon as it is heard of, before the events that were decided on it.
class OrganisationFirst final : public events::EventHandler {
 public:
  OrganisationFirst(events::EventHandler& inner, organisation::Directory& directory)
      : inner_(inner), directory_(directory) {}

  absl::Status Prepare(std::span<const events::v1::StoredEvent> batch) override {
    for (const events::v1::StoredEvent& stored : batch) {
      triage::v1::OrganisationApplied applied;
      if (!stored.event().data().UnpackTo(&applied)) continue;
      AVVIK_RETURN_IF_ERROR(
          directory_.AtLeast(stored.event().tenant(), applied.version()).status());
    }
    return inner_.Prepare(batch);
  }
  absl::Status Apply(pg::Transaction& transaction,
                     const events::v1::StoredEvent& stored) override {
    return inner_.Apply(transaction, stored);
  }
  void Committed() override { inner_.Committed(); }

 private:
  events::EventHandler& inner_;
  organisation::Directory& directory_;
};

}  // namespace

// In the order in which the parts depend on each other.
struct Host::Parts {
  Parts(const std::string& name, const Settings& s, const std::string& secret,
        organisation::RoleCatalogue catalogue, rpc::StrongSignIn strong, audit::SigningKey key,
        events::StreamAccess access, std::shared_ptr<const rpc::Transport> connections)
      : service(name),
        settings(s),
        database{.conninfo = s.database, .application = "avvik-" + name},
        pool(database, s.connections),
        keys({.issuer = s.issuer}, http, clock),
        verifier({.rules = {.issuer = s.issuer, .audience = s.audience}}, keys, clock),
        tokens({.issuer = s.issuer,
                .client_id = s.client_id,
                .client_secret = secret,
                .scope = identity::kServiceScope,
                .resource = ""},
               {}, http, clock),
        transport(std::move(connections)),
        triage("triage", s.triage, *transport, tokens),
        source(triage),
        keeper(pool),
        directory(clock, &source, &keeper),
        follower("organisation",
                 [this] {
                   if (const absl::Status status = directory.RefreshAll(); !status.ok()) {
                     log::Debug("organisation_waiting", {{"error", status}});
                   }
                   return kFollow;
                 }),
        roles(std::move(catalogue)),
        audit_key(std::move(key)),
        sealer({.service = name, .database = pg::PlannedOnce(database)}, audit_key, clock),
        recorder(pool),
        forwarder({.service = name, .database = database}, pool,
                  [this] { return audit::MakeSyslogReceiver(SyslogOf(settings)); }),
        environment({clock, ids, verifier, directory, roles, recorder, telemetry, std::move(strong),
                     s.reads_per_hour, transport.get()},
                    s.calls),
        streams(std::move(access)),
        publisher({.source = name, .database = pg::PlannedOnce(database), .streams = streams}),
        log(pool),
        log_service(environment, log),
        trail(pool),
        trail_service(name, environment, trail),
        clock_watch(telemetry),
        exposer(telemetry, s.metrics_listen) {
    hosted.push_back({&log_service, events::v1::EventLog::service_full_name()});
    hosted.push_back({&trail_service, audit::v1::AuditTrail::service_full_name()});
  }

  const std::string service;
  const Settings settings;
  const pg::Settings database;
  SystemClock clock;
  Uuid7Source ids{clock};
  telemetry::Registry telemetry;
  pg::Pool pool;
  http_client::CurlClient http;
  identity::KeySet keys;
  identity::TokenVerifier verifier;
  identity::ClientCredentialsSource tokens;
  const std::shared_ptr<const rpc::Transport> transport;
  rpc::Peer triage;
  OrganisationSource source;
  organisation::PgKeeper keeper;
  organisation::Directory directory;
  process::Loop follower;
  const organisation::RoleCatalogue roles;
  const audit::SigningKey audit_key;
  audit::Sealer sealer;
  audit::Recorder recorder;
  audit::Forwarder forwarder;
  rpc::Environment environment;
  const events::StreamAccess streams;
  events::Publisher publisher;
  events::PgEventLogReader log;
  EventLogService log_service;
  audit::Trail trail;
  AuditTrailService trail_service;
  ClockWatch clock_watch;
  telemetry::Exposer exposer;

  std::vector<rpc::HostedService> hosted;
  std::map<std::string, events::EventHandler*> handlers;
  std::vector<std::unique_ptr<OrganisationFirst>> first;
  std::vector<std::unique_ptr<RemoteEventLog>> logs;
  std::vector<std::unique_ptr<events::Consumer>> consumers;
  std::vector<process::Runnable*> own;
  std::vector<process::Runnable*> in_front;
};

absl::StatusOr<std::unique_ptr<Host>> Host::Make(const std::string& service,
                                                 const Settings& settings,
                                                 std::span<const pg::Migration> migrations) {
  log::Level level;
  if (!log::ParseLevel(settings.log_level, &level)) {
    return absl::InvalidArgumentError("--log-level must be debug, info, warning or error");
  }
  log::Init(service, level);
  AVVIK_RETURN_IF_ERROR(telemetry::Exposer::Check(settings.metrics_listen));
  if (!settings.transport.insecure) {
    AVVIK_RETURN_IF_ERROR(pg::CheckNetwork(settings.database));
    AVVIK_RETURN_IF_ERROR(pg::CheckNetwork(settings.database_owner));
  }
  const std::optional<std::string> secret = config::ReadSecretFile(settings.client_secret_file);
  if (!secret.has_value()) return absl::InvalidArgumentError("--client-secret-file is of no use");
  AVVIK_ASSIGN_OR_RETURN(events::StreamAccess streams, ReadStreamAccess(settings));
  AVVIK_ASSIGN_OR_RETURN(organisation::RoleCatalogue roles,
                         organisation::RoleCatalogue::Load(settings.roles));
  AVVIK_ASSIGN_OR_RETURN(
      rpc::StrongSignIn strong,
      rpc::StrongSignIn::Make(settings.strong_sign_in_for, settings.strong_sign_in, roles));
  AVVIK_ASSIGN_OR_RETURN(audit::SigningKey key, audit::SigningKey::FromFile(settings.audit_key));
  AVVIK_ASSIGN_OR_RETURN(const std::shared_ptr<const rpc::Transport> transport,
                         rpc::Transport::Make(settings.transport));
  AVVIK_RETURN_IF_ERROR(transport->Check(settings.listen));
  AVVIK_RETURN_IF_ERROR(transport->Check(settings.triage));
  if (!settings.syslog.empty()) {
    AVVIK_RETURN_IF_ERROR(audit::MakeSyslogReceiver(SyslogOf(settings)).status());
  }
  auto parts = std::make_unique<Parts>(service, settings, *secret, std::move(roles),
                                       std::move(strong), std::move(key), std::move(streams),
                                       transport);
  AVVIK_RETURN_IF_ERROR(Prepare(parts->database, settings.database_owner, migrations));
  // What is left out is fetched anew.
  if (const absl::Status restored = parts->directory.Restore(); !restored.ok()) {
    log::Warning("organisation_not_restored", {{"error", restored}});
  }
  return std::unique_ptr<Host>(new Host(std::move(parts)));
}

Host::Host(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Host::~Host() = default;

const Clock& Host::clock() const { return parts_->clock; }
IdSource& Host::ids() { return parts_->ids; }
pg::Pool& Host::pool() { return parts_->pool; }
const pg::Settings& Host::database() const { return parts_->database; }
const events::StreamAccess& Host::streams() const { return parts_->streams; }
organisation::Directory& Host::directory() { return parts_->directory; }
identity::TokenSource& Host::tokens() { return parts_->tokens; }
telemetry::Registry& Host::telemetry() { return parts_->telemetry; }
const rpc::Transport& Host::transport() const { return *parts_->transport; }
rpc::Environment& Host::environment() { return parts_->environment; }
const organisation::RoleCatalogue& Host::roles() const { return parts_->roles; }
events::Publisher& Host::publisher() { return parts_->publisher; }
rpc::Peer& Host::triage() { return parts_->triage; }

void Host::Hear(const std::string& source, rpc::Peer& peer, events::EventHandler& handler) {
  auto& log = parts_->logs.emplace_back(std::make_unique<RemoteEventLog>(peer));
  auto& first =
      parts_->first.emplace_back(std::make_unique<OrganisationFirst>(handler, parts_->directory));
  parts_->handlers[source] = first.get();
  parts_->consumers.push_back(std::make_unique<events::Consumer>(
      events::ConsumerSettings{.source = source,
                               .database = parts_->database,
                               .streams = parts_->streams,
                               .telemetry = &parts_->telemetry},
      *first, *log, parts_->clock));
}

void Host::Offer(rpc::HostedService hosted) { parts_->hosted.push_back(std::move(hosted)); }

void Host::Add(process::Runnable& part) { parts_->own.push_back(&part); }

void Host::AddInFront(process::Runnable& part) { parts_->in_front.push_back(&part); }

int Host::Run() {
  events::Inbox inbox(parts_->pool, parts_->handlers, parts_->clock);
  EventInboxService inbox_service(parts_->environment, inbox, parts_->pool);
  if (!parts_->handlers.empty()) {
    Offer({&inbox_service, events::v1::EventInbox::service_full_name()});
  }
  rpc::Server server(parts_->environment, parts_->settings.listen, parts_->hosted,
                     parts_->settings.drain, parts_->transport);
  std::vector<process::Runnable*> running = {
      &parts_->exposer, &parts_->clock_watch, &parts_->keys,     &parts_->follower,
      &parts_->sealer,  &parts_->recorder,    &parts_->publisher};
  if (!parts_->settings.syslog.empty()) running.push_back(&parts_->forwarder);
  for (const auto& consumer : parts_->consumers) running.push_back(consumer.get());
  running.insert(running.end(), parts_->own.begin(), parts_->own.end());
  running.push_back(&server);
  running.insert(running.end(), parts_->in_front.begin(), parts_->in_front.end());
  return process::RunUntilSignal(running, parts_->settings.drain + absl::Seconds(10));
}

int FailStart(const absl::Status& status) {
  std::cerr << "cannot start: " << status.message() << "\n";
  return 1;
}

}  // namespace avvik::host
