// Reads cases from triage over gRPC, or prints the same reads as a pgbench script.
//
//   avvik-bench-cases --address unix:… --call list --request "page_size: 50" …    the same call again and again: list, count or
//                                                                                 similar, its request as text
//   avvik-bench-cases --pgbench-script --tenant TENANT --order NAME               a page of a list, for pgbench --file
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

#include "avvik/triage/v1/case_search.grpc.pb.h"
#include "avvik/triage/v1/triage.grpc.pb.h"
#include "common/config/config.h"
#include "google/protobuf/text_format.h"
#include "services/triage/case_list_statements.h"
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

// Sends one request again and again.
template <typename Service, typename Request, typename Answer>
class Repeated {
 public:
  using Stub = typename Service::Stub;

  Repeated(const std::string& address, const rpc::Transport& transport, const std::string& token,
           const std::string& request)
      : stubs_(benchmarks::Stubs<Service>("triage", address, transport)), token_("Bearer " + token) {
    if (!google::protobuf::TextFormat::ParseFromString(request, &request_)) std::exit(2);
  }

  template <typename Send>
  void Run(int seconds, int clients, Send send) {
    Load load(absl::Seconds(seconds), [this, send](int client, const Load::Done& done) {
      auto call = std::make_shared<Call>();
      benchmarks::Prepare(token_, &call->context);
      Stub& stub = *stubs_[static_cast<size_t>(client) % stubs_.size()];
      send(stub, &call->context, &request_, &call->answer,
           [call, done](const grpc::Status& status) { done(status); });
    });
    load.Run(clients, "reads");
  }

 private:
  struct Call {
    grpc::ClientContext context;
    Answer answer;
  };

  const std::vector<std::unique_ptr<Stub>> stubs_;
  const std::string token_;
  Request request_;
};

int RunCall(const std::string& name, const std::string& request, const std::string& address,
            const rpc::Transport& transport, const std::string& token, int seconds, int clients) {
  using triage::v1::CaseSearch;
  using triage::v1::Triage;
  if (name == "list") {
    Repeated<Triage, triage::v1::ListCasesRequest, triage::v1::ListCasesResponse> calls(
        address, transport, token, request);
    calls.Run(seconds, clients, [](auto& stub, auto* context, auto* asked, auto* answer, auto done) {
      stub.async()->ListCases(context, asked, answer, done);
    });
  } else if (name == "count") {
    Repeated<CaseSearch, triage::v1::CountCasesRequest, triage::v1::CountCasesResponse> calls(
        address, transport, token, request);
    calls.Run(seconds, clients, [](auto& stub, auto* context, auto* asked, auto* answer, auto done) {
      stub.async()->CountCases(context, asked, answer, done);
    });
  } else if (name == "similar") {
    Repeated<CaseSearch, triage::v1::ListSimilarCasesRequest, triage::v1::ListSimilarCasesResponse>
        calls(address, transport, token, request);
    calls.Run(seconds, clients, [](auto& stub, auto* context, auto* asked, auto* answer, auto done) {
      stub.async()->ListSimilarCases(context, asked, answer, done);
    });
  } else {
    std::cerr << "--call takes list, count or similar\n";
    return 2;
  }
  return 0;
}

// The first page of everything in an order, without anything around it.
int PrintListScript(const std::string& tenant, const std::string& order) {
  triage::v1::CaseOrder wanted;
  if (!triage::v1::CaseOrder_Parse("CASE_ORDER_" + order, &wanted)) {
    std::cerr << "--order takes NEWEST, OLDEST, SEVERITY, DUE or CHANGED\n";
    return 2;
  }
  const std::string none = "'{}'";
  const std::string null = "NULL";
  std::cout << Filled(triage::ListStatement(wanted, 0, triage::Begin::kAlong).sql,
                      {benchmarks::Quoted(tenant), "'{1,2}'", none, none, none, none, "''",
                       null + "::text", null + "::text", "0", none, "0", null, null, none, "0",
                       "now()", "0", "0", none, null, none, none, none, none, none, none, none, none,
                       "true", none, none, none, null, "0", "51"})
            << ";\n";
  return 0;
}

// Without the trace, which triage writes for many reads in one go.
void PrintPgbenchScript(const std::string& tenant, const std::vector<std::string>& numbers) {
  std::string all;
  for (const std::string& number : numbers) all += (all.empty() ? "" : ",") + number;
  std::cout << "\\set place random(1, " << numbers.size() << ")\n"
            << Filled(triage::kGetCase.sql,
                      {benchmarks::Quoted(tenant),
                       "(string_to_array(" + benchmarks::Quoted(all) + ", ','))[:place]",
                       "'{1,2,3}'", "'{}'", "'{}'"})
            << " \\gset\n"
            << Filled(triage::kListNotes.sql, {":id"}) << ";\n";
}

int Main(int argc, char** argv) {
  std::string address;
  std::string file;
  std::string tenant;
  int seconds = 8;
  int clients = 64;
  bool script = false;
  std::string call;
  std::string request;
  std::string order;
  config::Reader reader("avvik-bench-cases", "Reads cases from triage over gRPC.");
  reader.Text("address", &address, "gRPC address of triage");
  reader.Text("cases", &file, "file with the cases' numbers");
  reader.Text("tenant", &tenant, "the cases' tenant, for the script");
  reader.Text("call", &call, "list, count or similar, instead of reading cases");
  reader.Text("request", &request, "the request of that call, as text");
  reader.Text("order", &order, "a page of a list in this order, for the script");
  reader.Number("seconds", &seconds, 1, 600, "how long");
  reader.Number("clients", &clients, 1, 1000, "how many at a time");
  rpc::TransportSettings settings;
  settings.Declare(reader);
  reader.Switch("pgbench-script", &script, "print the same reads as a pgbench script instead");
  if (const auto status = reader.Parse(argc, argv); status.has_value()) return *status;
  if (script && !order.empty()) return PrintListScript(tenant, order);
  std::vector<std::string> numbers;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) numbers.push_back(line);
  if (numbers.empty() && call.empty()) {
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
  if (!call.empty()) return RunCall(call, request, address, **transport, token, seconds, clients);
  Cases cases(address, **transport, token, std::move(numbers));
  Load load(absl::Seconds(seconds),
            [&cases](int client, const Load::Done& done) { cases.Send(client, done); });
  load.Run(clients, "reads");
  return 0;
}

}  // namespace
}  // namespace avvik

int main(int argc, char** argv) { return avvik::Main(argc, argv); }
