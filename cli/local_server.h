// For tests: a small HTTP/1.1 server on a loopback port, with connections that stay open, that can
// go away and come back.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace avvik::cli {

struct LocalRequest {
  std::string method;
  std::string path;
  std::map<std::string, std::string> headers;  // By lower-case name.
  std::string body;
};

struct LocalAnswer {
  int status = 200;
  std::string body = "{}";
  std::string headers = "";  // Further lines, each ended by CRLF.
  bool hang_up = false;      // Closes the connection instead of answering.
};

class LocalServer {
 public:
  using Handler = std::function<LocalAnswer(const LocalRequest&)>;

  // `handler` is called by several threads.
  explicit LocalServer(Handler handler);
  ~LocalServer() { GoAway(); }

  // Closes the port and every connection; what was being answered gets no answer.
  void GoAway();
  // Opens the same port again.
  void ComeBack();

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  // Connections accepted so far.
  int connections() const { return connections_; }
  // The most requests that were in work at the same time.
  int most_at_once() const { return most_at_once_; }

 private:
  void Accept(int listener);
  void Serve(int socket);

  const Handler handler_;
  int port_ = 0;
  int listener_ = -1;
  std::thread accepting_;
  std::mutex mutex_;
  std::list<int> sockets_;
  std::list<std::thread> serving_;
  std::atomic<int> connections_{0};
  std::atomic<int> at_once_{0};
  std::atomic<int> most_at_once_{0};
};

}  // namespace avvik::cli
