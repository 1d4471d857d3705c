// Load by gRPC, and what it measured.
#pragma once

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/rpc/transport.h"

namespace avvik::benchmarks {

// Stubs of `service` on several connections, so that the transport's own lock is not what is measured.
template <typename Service>
std::vector<std::unique_ptr<typename Service::Stub>> Stubs(
    const std::string& service, const std::string& address, const rpc::Transport& transport) {
  std::vector<std::unique_ptr<typename Service::Stub>> stubs;
  for (int i = 0; i < 4; ++i) {
    stubs.push_back(Service::NewStub(
        transport.Connect(service, address, rpc::Transport::Connection::kOwn)));
  }
  return stubs;
}

// `bearer` is the value of the header.
inline void Prepare(const std::string& bearer, grpc::ClientContext* context) {
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  context->AddMetadata("authorization", bearer);
}

// Clients that each send one call after the other.
class Load {
 public:
  using Done = std::function<void(const grpc::Status&)>;
  // Sends a client's next call, which calls `done` when it has ended.
  using Send = std::function<void(int client, const Done& done)>;

  Load(absl::Duration time, Send send) : end_(absl::Now() + time), send_(std::move(send)) {}

  // Prints how many calls there were, under the name `what`, and how long they took.
  void Run(int clients, const char* what) {
    const absl::Time start = absl::Now();
    running_ = clients;
    for (int client = 0; client < clients; ++client) Next(client);
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return running_ == 0; });
    const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
    std::sort(latencies_.begin(), latencies_.end());
    auto percentile = [this](double share) {
      return latencies_.empty() ? 0 : latencies_[static_cast<size_t>(share * static_cast<double>(latencies_.size() - 1))];
    };
    std::cout << "{\"" << what << "\":" << latencies_.size() << ",\"failed\":" << failed_
              << ",\"per_second\":" << static_cast<double>(latencies_.size()) / seconds
              << ",\"p50_ms\":" << percentile(0.5) << ",\"p99_ms\":" << percentile(0.99) << "}\n";
  }

 private:
  void Next(int client) {
    const absl::Time begin = absl::Now();
    send_(client, [this, begin, client](const grpc::Status& status) {
      std::lock_guard lock(mutex_);
      if (status.ok()) {
        latencies_.push_back(absl::ToDoubleMilliseconds(absl::Now() - begin));
      } else {
        if (failed_++ == 0) std::cerr << status.error_message() << "\n";
      }
      if (absl::Now() < end_ && failed_ < 1000) {
        Next(client);
      } else if (--running_ == 0) {
        idle_.notify_all();
      }
    });
  }

  const absl::Time end_;
  const Send send_;
  std::mutex mutex_;
  std::condition_variable idle_;
  int running_ = 0;
  int64_t failed_ = 0;
  std::vector<double> latencies_;
};

}  // namespace avvik::benchmarks
