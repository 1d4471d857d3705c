// Loads intake over gRPC, or prints the same work as a pgbench script.
//
//   avvik-bench-intake --address unix:… --seconds 8 --clients 64    the token is read from AVVIK_TOKEN
//   avvik-bench-intake --pgbench-script                              for pgbench --file
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "avvik/intake/v1/intake.grpc.pb.h"
#include "common/audit/audit.h"
#include "common/clock/clock.h"
#include "common/config/config.h"
#include "common/events/outbox.h"
#include "common/ids/id_source.h"
#include "common/rpc/transport.h"
#include "services/intake/intake_events.h"
#include "common/secrecy/box.h"
#include "services/intake/report_rows.h"
#include "services/intake/submit_statements.h"
#include "tests/benchmarks/load.h"
#include "tests/benchmarks/pgbench.h"

namespace avvik {
namespace {

using benchmarks::Filled;
using benchmarks::Load;
using benchmarks::Prepare;
using benchmarks::Quoted;
using benchmarks::Stubs;

constexpr char kTitle[] = "Brev till fel person";
constexpr char kDescription[] =
    "Ett brev med uppgifter om hemtjänst lades i fel kuvert och kom till en granne. Grannen ringde "
    "och lämnade tillbaka det oöppnat.";

// Sends one report after the other.
class Reports {
 public:
  Reports(const std::string& address, const rpc::Transport& transport, const std::string& token)
      : stubs_(Stubs<intake::v1::Intake>("intake", address, transport)),
        token_("Bearer " + token),
        run_(std::to_string(absl::GetCurrentTimeNanos())) {}

  void Send(int client, const Load::Done& done) {
    auto call = std::make_shared<Call>();
    Prepare(token_, &call->context);
    call->request.set_request_id(run_ + "-" + std::to_string(next_++));
    call->request.mutable_report()->set_title(kTitle);
    call->request.mutable_report()->set_description(kDescription);
    call->request.mutable_report()->set_personal_data(type::v1::ANSWER_YES);
    stubs_[static_cast<size_t>(client) % stubs_.size()]->async()->SubmitReport(
        &call->context, &call->request, &call->report,
        [call, done](const grpc::Status& status) { done(status); });
  }

 private:
  struct Call {
    grpc::ClientContext context;
    intake::v1::SubmitReportRequest request;
    intake::v1::Report report;
  };

  const std::vector<std::unique_ptr<intake::v1::Intake::Stub>> stubs_;
  const std::string token_;
  const std::string run_;
  std::atomic<int64_t> next_{0};
};

// One report per transaction, each client in a tenant of its own (whose counter must exist), so that
// clients do not wait for each other's number: the most that separate transactions can do.
void PrintPgbenchScript() {
  SystemClock clock;
  Uuid7Source ids(clock);
  intake::Report report;
  report.id = ids.Next();
  report.tenant = "bench";
  report.number = "AVV-2026-000001";
  report.content.title = kTitle;
  report.content.description = kDescription;
  report.content.personal_data = type::v1::ANSWER_YES;
  report.content.language = "sv";
  report.reporter = {.login = "anna.berg", .name = "Anna Berg", .email = "anna.berg@kalix.example"};
  report.submitted = clock.Now();
  report.reported = clock.Now();
  // Of the lengths that sealing gives.
  auto sealed_size = [](size_t plain) { return std::string(plain + secrecy::kSealBytes, 's'); };
  const intake::SealedReport sealed{.wrapped_key = sealed_size(secrecy::kKeyBytes),
                                    .pseudonyms = {std::string(32, 'p')},
                                    .request_keys = {std::string(32, 'r')},
                                    .digests = {std::string(32, 'd')},
                                    .title = sealed_size(report.content.title.size()),
                                    .description = sealed_size(report.content.description.size()),
                                    .reporter = sealed_size(50)};
  const intake::ReportRow rows[] = {{&report, &sealed}};
  std::vector<std::string> values;
  for (const pg::Param& column : intake::ReportColumns(rows)) values.push_back(Quoted(*column.text()));
  const events::v1::Event event = intake::SubmittedEvent(ids, report, "");
  values.push_back(Quoted(*pg::Array(events::Serialized(std::span(&event, 1))).text()));
  const audit::Record trace{.id = ids.Next(),
                            .tenant = report.tenant,
                            .at = clock.Now(),
                            .actor = report.reporter.login,
                            .method = "avvik.intake.v1.Intake/SubmitReport",
                            .permission = "reports.submit",
                            .subject = "reports/" + report.id};
  for (const pg::Param& column : audit::Columns(std::span(&trace, 1))) {
    values.push_back(Quoted(*column.text()));
  }
  const std::string tenant = "ARRAY['bench-' || :client_id]";
  const std::string request = "ARRAY['r' || :client_id || '-' || :random]";
  const std::string number = "ARRAY['AVV-2026-' || (:last::bigint + 1)]";
  const std::string id = "ARRAY[lpad(to_hex(:random::bigint), 16, '0') || lpad(to_hex(:other::bigint), 16, '0')]";
  values[0] = id;
  values[1] = tenant;
  values[2] = number;
  values[4] = request;
  values[28] = id;
  values[29] = tenant;
  values.push_back(tenant);
  values.push_back("ARRAY[2026]");
  values.push_back("ARRAY[:last::bigint + 1]");

  std::cout << "\\set random random(1, 9000000000000000000)\n"
            << "\\set other random(1, 9000000000000000000)\n"
            << "BEGIN;\n"
            << Filled(intake::kLockCounters.sql, {tenant, "ARRAY[2026]"}) << " \\gset\n"
            << Filled(intake::kFindRepeats.sql,
                      {tenant, values[3], request, "ARRAY[NULL]", "ARRAY[NULL]"})
            << ";\n"
            << Filled(intake::kInsertReports.sql, values) << ";\n"
            << "COMMIT;\n";
}

int Main(int argc, char** argv) {
  std::string address;
  int seconds = 8;
  int clients = 64;
  bool script = false;
  config::Reader reader("avvik-bench-intake", "Loads intake over gRPC.");
  reader.Text("address", &address, "gRPC address of intake");
  reader.Number("seconds", &seconds, 1, 600, "how long");
  reader.Number("clients", &clients, 1, 1000, "how many at a time");
  rpc::TransportSettings settings;
  settings.Declare(reader);
  reader.Switch("pgbench-script", &script, "print the same work as a pgbench script instead");
  if (const auto status = reader.Parse(argc, argv); status.has_value()) return *status;
  if (script) {
    PrintPgbenchScript();
    return 0;
  }
  const char* token = std::getenv("AVVIK_TOKEN");
  if (token == nullptr || address.empty()) {
    std::cerr << "AVVIK_TOKEN and --address are needed\n";
    return 2;
  }
  const auto transport = rpc::Transport::Make(settings);
  if (!transport.ok()) {
    std::cerr << transport.status().message() << "\n";
    return 2;
  }
  Reports reports(address, **transport, token);
  Load load(absl::Seconds(seconds), [&reports](int client, const Load::Done& done) {
    reports.Send(client, done);
  });
  load.Run(clients, "reports");
  return 0;
}

}  // namespace
}  // namespace avvik

int main(int argc, char** argv) { return avvik::Main(argc, argv); }
