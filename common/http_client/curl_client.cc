#include "common/http_client/curl_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

#include "common/tls/stapling.h"

namespace avvik::http_client {
namespace {

// An address may carry a secret in its query; what comes before it may be shown.
std::string WithoutQuery(const std::string& url) { return url.substr(0, url.find_first_of("?#")); }

// A proxy of the machine is never asked for its own loopback address.
std::string NoProxyHosts() {
  std::string hosts = "localhost,127.0.0.1,::1";
  for (const char* name : {"no_proxy", "NO_PROXY"}) {
    if (const char* more = std::getenv(name); more != nullptr && *more != '\0') {
      return hosts + "," + more;
    }
  }
  return hosts;
}

struct Answer {
  std::string body;
  size_t limit;
  bool too_large = false;
};

size_t Receive(char* data, size_t, size_t size, void* user) {
  auto* answer = static_cast<Answer*>(user);
  if (size > answer->limit - answer->body.size()) {
    answer->too_large = true;
    return 0;
  }
  answer->body.append(data, size);
  return size;
}

// One line of the answer's head. A status line begins it anew: of an interim answer nothing is
// kept.
size_t ReceiveHeader(char* data, size_t, size_t size, void* user) {
  auto& headers = *static_cast<std::map<std::string, std::string>*>(user);
  const std::string line(data, size);
  if (line.rfind("HTTP/", 0) == 0) headers.clear();
  const size_t colon = line.find(':');
  if (colon == std::string::npos) return size;
  std::string name = line.substr(0, colon);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const size_t begin = line.find_first_not_of(" \t", colon + 1);
  const size_t end = line.find_last_not_of(" \t\r\n");
  headers[name] =
      begin == std::string::npos || end < begin ? "" : line.substr(begin, end - begin + 1);
  return size;
}

CURLcode AskForStatus(CURL*, void* context, void*) {
  tls::AskForStatus(static_cast<SSL_CTX*>(context));
  return CURLE_OK;
}

struct HeaderList {
  ~HeaderList() { curl_slist_free_all(list); }
  void Add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
  curl_slist* list = nullptr;
};

absl::Status Check(const Request& request) {
  if (request.method != "GET" && request.method != "POST") {
    return absl::InvalidArgumentError("method must be GET or POST");
  }
  for (const std::string& line : request.headers) {
    if (line.find_first_of(std::string("\r\n\0", 3)) != std::string::npos) {
      return absl::InvalidArgumentError("a header line must not hold a line break");
    }
  }
  return absl::OkStatus();
}

}  // namespace

class CurlClient::Lease {
 public:
  explicit Lease(CurlClient& client) : client_(client), handle_(client.Take()) {}
  ~Lease() { client_.Return(handle_); }
  CURL* get() const { return handle_; }

 private:
  CurlClient& client_;
  CURL* handle_;
};

CurlClient::CurlClient(std::string ca_file, size_t max_idle)
    : ca_file_(std::move(ca_file)), max_idle_(max_idle) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(initialised);
}

CurlClient::~CurlClient() {
  for (void* handle : idle_) curl_easy_cleanup(handle);
}

void* CurlClient::Take() {
  {
    std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      void* handle = idle_.back();
      idle_.pop_back();
      return handle;
    }
  }
  return curl_easy_init();
}

void CurlClient::Return(void* handle) {
  if (handle == nullptr) return;
  // Forgets the request with its headers and keeps the connections.
  curl_easy_reset(handle);
  {
    std::lock_guard lock(mutex_);
    if (idle_.size() < max_idle_) {
      idle_.push_back(handle);
      return;
    }
  }
  curl_easy_cleanup(handle);
}

absl::StatusOr<Response> CurlClient::Send(const Request& request) {
  if (absl::Status checked = Check(request); !checked.ok()) return checked;
  const Lease lease(*this);
  CURL* curl = lease.get();
  if (curl == nullptr) return absl::ResourceExhaustedError("libcurl gave no handle");

  Answer answer{.body = {}, .limit = request.max_answer_bytes};
  std::map<std::string, std::string> answer_headers;
  HeaderList headers;
  for (const std::string& line : request.headers) headers.Add(line);
  char error[CURL_ERROR_SIZE] = "";
  const auto timeout_ms =
      static_cast<long>(std::max<int64_t>(1, absl::ToInt64Milliseconds(request.timeout)));

  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOPROXY, NoProxyHosts().c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, &AskForStatus);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Receive);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &ReceiveHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer_headers);
  if (!ca_file_.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file_.c_str());
  if (request.method == "POST") {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    headers.Add("Expect:");  // Bodies are small: not worth a round trip of 100-continue.
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.list);

  const CURLcode code = curl_easy_perform(curl);
  const std::string where = WithoutQuery(request.url);
  if (answer.too_large) {
    return absl::ResourceExhaustedError(where + ": answer is larger than " +
                                        std::to_string(request.max_answer_bytes) + " bytes");
  }
  if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) {
    return absl::InvalidArgumentError(where + ": " + curl_easy_strerror(code));
  }
  if (code != CURLE_OK) {
    return absl::UnavailableError(where + ": " +
                                  (*error != '\0' ? error : curl_easy_strerror(code)));
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return Response{.status = static_cast<int>(status),
                  .body = std::move(answer.body),
                  .headers = std::move(answer_headers)};
}

}  // namespace avvik::http_client
