#include "services/gateway/sign_in/forgery.h"

#include "common/status/error.h"

namespace avvik::gateway {
namespace {

absl::Status Refused(const std::string& message) {
  return status::Error(absl::StatusCode::kPermissionDenied, message, "FORGERY");
}

bool ChangesNothing(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

}  // namespace

absl::Status CheckForgery(const HttpRequestHead& head, const std::string& own_origin) {
  const bool safe = ChangesNothing(head.method);
  const std::string_view site = head.Header("Sec-Fetch-Site");
  const std::string_view origin = head.Header("Origin");
  // `none`: the person asked for it themselves, by an address typed or a bookmark.
  if (!site.empty() && site != "same-origin" && !(safe && site == "none")) {
    return Refused("The request comes from another site's page (Sec-Fetch-Site).");
  }
  if (!origin.empty() && origin != own_origin) {
    return Refused("The request comes from another site's page (Origin).");
  }
  if (safe) return absl::OkStatus();
  if (site.empty() && origin.empty()) {
    return Refused("The request does not say which page it comes from (Sec-Fetch-Site or Origin).");
  }
  if (head.Header(kRequestHeader) != "1") {
    return Refused(
        "A request with a session cookie that changes something needs `Avvik-Request: 1`.");
  }
  return absl::OkStatus();
}

}  // namespace avvik::gateway
