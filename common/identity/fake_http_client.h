// For tests: an HTTP server in the test itself.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "common/http_client/client.h"

namespace avvik::identity {

// Answers by address; UNAVAILABLE for addresses without an answer. Thread-safe.
class FakeHttpClient final : public http_client::Client {
 public:
  void Answer(const std::string& url, int status, const std::string& body) {
    std::lock_guard lock(mutex_);
    answers_[url] = {.status = status, .body = body};
  }
  void GoAway() {
    std::lock_guard lock(mutex_);
    answers_.clear();
  }

  absl::StatusOr<http_client::Response> Send(const http_client::Request& request) override {
    std::function<void()> hook;
    {
      std::lock_guard lock(mutex_);
      requests.push_back(request);
      hook = while_sending;
    }
    if (hook) hook();
    std::lock_guard lock(mutex_);
    const auto answer = answers_.find(request.url);
    if (answer == answers_.end()) return absl::UnavailableError(request.url + ": nobody there");
    return answer->second;
  }

  // How often `url` was asked.
  size_t Count(const std::string& url) {
    std::lock_guard lock(mutex_);
    size_t count = 0;
    for (const auto& request : requests) count += request.url == url ? 1 : 0;
    return count;
  }

  std::vector<http_client::Request> requests;
  std::function<void()> while_sending;  // Runs within each request, before its answer.

 private:
  std::mutex mutex_;
  std::map<std::string, http_client::Response> answers_;
};

}  // namespace avvik::identity
