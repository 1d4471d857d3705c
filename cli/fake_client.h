// For tests: an HTTP server in the test itself.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "common/http_client/client.h"

namespace avvik::cli {

// Thread-safe.
class FakeClient final : public http_client::Client {
 public:
  using Answer = std::function<absl::StatusOr<http_client::Response>(const http_client::Request&)>;

  explicit FakeClient(Answer answer) : answer_(std::move(answer)) {}

  absl::StatusOr<http_client::Response> Send(const http_client::Request& request) override {
    std::lock_guard lock(mutex_);
    requests_.push_back(request);
    return answer_(request);
  }

  std::vector<http_client::Request> requests() const {
    std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  const Answer answer_;
  mutable std::mutex mutex_;
  std::vector<http_client::Request> requests_;
};

}  // namespace avvik::cli
