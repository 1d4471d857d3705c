#include "common/host/settings.h"

namespace avvik::host {

void Settings::Declare(config::Reader& reader) {
  reader.RequiredText("listen", &listen, "gRPC address: unix:<path> or host:port");
  reader.RequiredText("database", &database, "PostgreSQL connection string of this service");
  reader.Text("database-owner", &database_owner,
              "connection string of the role that owns the tables, for migrations only; empty: as "
              "--database");
  reader.RequiredText("redis", &redis,
                      "Redis: a unix socket's path, rediss://host:port (TLS), or redis://host:port on "
                      "this machine");
  reader.RequiredText("redis-user", &redis_user, "this service's user in Redis");
  reader.RequiredText("redis-password-file", &redis_password_file,
                      "file with the password of Redis' user");
  reader.RequiredText("event-key", &event_key,
                      "file with the keys that prove events in Redis, the same for all services: 64 "
                      "hexadecimal digits a line");
  reader.RequiredText("issuer", &issuer, "OpenID provider whose tokens count");
  reader.Text("audience", &audience, "audience a token must name");
  reader.RequiredText("client-id", &client_id, "this service's client at the provider");
  reader.RequiredText("client-secret-file", &client_secret_file, "file with the client's secret");
  reader.Text("roles", &roles, "what each role may");
  reader.Text("strong-sign-in-for", &strong_sign_in_for,
              "permissions, with commas, that take a strong sign-in; empty for none");
  reader.Text("strong-sign-in", &strong_sign_in,
              "values of acr or amr, with commas, that count as a strong sign-in");
  reader.RequiredText("triage", &triage, "gRPC address of triage, which owns the organisation");
  reader.RequiredText("audit-key", &audit_key,
                      "file with the private Ed25519 key in PEM that signs the trace");
  reader.Text("metrics-listen", &metrics_listen,
              "port of loopback for Prometheus, such as 127.0.0.1:8091; empty for none");
  reader.Text("log-level", &log_level, "debug, info, warning or error");
  reader.Text("syslog", &syslog,
              "host:port of a receiver of syslog over TLS (RFC 5425) that the trace is sent on to; empty "
              "for none");
  reader.Text("syslog-ca", &syslog_ca,
              "who certifies that receiver (PEM); empty: those whom the machine trusts");
  reader.Switch("syslog-plain-end", &syslog_plain_end,
                "the receiver ends connections without TLS's goodbye");
  reader.Number("connections", &connections, 2, 200, "most database connections for calls");
  reader.Number("calls", &calls, 1, 1000, "most calls worked on at a time");
  reader.Number("reads-per-hour", &reads_per_hour, 0, 100'000'000,
                "most records that one person may read within an hour; 0 for no limit");
  reader.Duration("drain", &drain, "how long calls under way may take after a stop signal");
  transport.Declare(reader);
}

}  // namespace avvik::host
