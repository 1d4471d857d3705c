// Reads cases from triage over gRPC, or prints the same reads as a pgbench script.
//
//   avvik-bench-cases --address unix:… --cases FILE --seconds 8 --clients 64    the token is read from AVVIK_TOKEN
//   avvik-bench-cases --pgbench-script --tenant TENANT --cases FILE             for pgbench --file
//
// FILE has the number of one case a line.
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "avvik/triage/v1/triage.grpc.pb.h"
#include "common/config/config.h"
#include "services/triage/read_statements.h"
#include "tests/benchmarks/load.h"
#include "tests/benchmarks/pgbench.h"

namespace avvik {
namespace {

using benchmarks::Filled;
using benchmarks::Load;

// Reads one case after the other.
class Cases {
 public:
  Cases(const std::string& address, const rpc::Transport& transport, const std::string& token,
        std::vector<std::string> numbers)
      : stubs_(benchmarks::Stubs<triage::v1::Triage>("triage", address, transport)),
        token_("Bearer " + token),
        numbers_(std::move(numbers)) {}

  void Send(int client, const Load::Done& done) {
    auto call = std::make_shared<Call>();
    benchmarks::Prepare(token_, &call->context);
    call->request.set_case_id(numbers_[next_++ % numbers_.size()]);
    stubs_[static_cast<size_t>(client) % stubs_.size()]->async()->GetCase(
        &call->context, &call->request, &call->answer,
        [call, done](const grpc::Status& status) { done(status); });
  }

 private:
  struct Call {
    grpc::ClientContext context;
    triage::v1::GetCaseRequest request;
    triage::v1::Case answer;
  };

  const std::vector<std::unique_ptr<triage::v1::Triage::Stub>> stubs_;
  const std::string token_;
  const std::vector<std::string> numbers_;
  std::atomic<size_t> next_{0};
};

// Without the trace, which triage writes for many reads in one go.
void PrintPgbenchScript(const std::string& tenant, const std::vector<std::string>& numbers) {
  std::string all;
  for (const std::string& number : numbers) all += (all.empty() ? "" : ",") + number;
  std::cout << "\\set place random(1, " << numbers.size() << ")\n"
            << "BEGIN;\n"
            << Filled(triage::kGetCase.sql,
                      {benchmarks::Quoted(tenant),
                       "(string_to_array(" + benchmarks::Quoted(all) + ", ','))[:place]",
                       "'{1,2,3}'", "'{}'", "'{}'"})
            << " \\gset\n"
            << Filled(triage::kListNotes.sql, {":id"}) << ";\n"
            << "COMMIT;\n";
}

int Main(int argc, char** argv) {
  std::string address;
  std::string file;
  std::string tenant;
  int seconds = 8;
  int clients = 64;
  bool script = false;
  config::Reader reader("avvik-bench-cases", "Reads cases from triage over gRPC.");
  reader.Text("address", &address, "gRPC address of triage");
  reader.Text("cases", &file, "file with the cases' numbers");
  reader.Text("tenant", &tenant, "the cases' tenant, for the script");
  reader.Number("seconds", &seconds, 1, 600, "how long");
  reader.Number("clients", &clients, 1, 1000, "how many at a time");
  rpc::TransportSettings settings;
  settings.Declare(reader);
  reader.Switch("pgbench-script", &script, "print the same reads as a pgbench script instead");
  if (const auto status = reader.Parse(argc, argv); status.has_value()) return *status;
  std::vector<std::string> numbers;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) numbers.push_back(line);
  if (numbers.empty()) {
    std::cerr << "--cases names no case\n";
    return 2;
  }
  if (script) {
    PrintPgbenchScript(tenant, numbers);
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
  Cases cases(address, **transport, token, std::move(numbers));
  Load load(absl::Seconds(seconds),
            [&cases](int client, const Load::Done& done) { cases.Send(client, done); });
  load.Run(clients, "reads");
  return 0;
}

}  // namespace
}  // namespace avvik

int main(int argc, char** argv) { return avvik::Main(argc, argv); }
