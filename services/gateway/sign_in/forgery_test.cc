#include "services/gateway/sign_in/forgery.h"

#include <vector>

#include "common/status/error.h"
#include "gtest/gtest.h"

namespace avvik::gateway {
namespace {

constexpr char kOwn[] = "https://avvik.example";

struct Case {
  const char* what;
  const char* method;
  const char* site;    // Sec-Fetch-Site; empty: not sent.
  const char* origin;  // The same for Origin.
  const char* marked;  // The same for Avvik-Request.
  bool ours;
};

class ForgeryTest : public testing::TestWithParam<Case> {};

TEST_P(ForgeryTest, OnlyOurOwnPagesMayUseTheSession) {
  const Case& c = GetParam();
  HttpRequestHead head;
  head.method = c.method;
  if (*c.site != 0) head.headers.push_back({"Sec-Fetch-Site", c.site});
  if (*c.origin != 0) head.headers.push_back({"Origin", c.origin});
  if (*c.marked != 0) head.headers.push_back({kRequestHeader, c.marked});
  const absl::Status checked = CheckForgery(head, kOwn);
  EXPECT_EQ(checked.ok(), c.ours) << checked;
  if (!c.ours) {
    EXPECT_EQ(checked.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(status::ReasonOf(checked), "FORGERY");
  }
}

INSTANTIATE_TEST_SUITE_P(
    Requests, ForgeryTest,
    testing::Values(
        Case{"OurPageReads", "GET", "same-origin", "", "", true},
        Case{"TypedAddress", "GET", "none", "", "", true},
        Case{"OldBrowserReads", "GET", "", "", "", true},
        Case{"OtherSiteReads", "GET", "cross-site", "", "", false},
        Case{"NeighbourReads", "GET", "same-site", "", "", false},
        Case{"OtherOriginReads", "GET", "", "https://evil.example", "", false},
        Case{"OurPageWrites", "POST", "same-origin", kOwn, "1", true},
        Case{"OurPageWritesWithoutOrigin", "DELETE", "same-origin", "", "1", true},
        Case{"OldBrowserWrites", "PATCH", "", kOwn, "1", true},
        Case{"WritesWithoutMark", "POST", "same-origin", kOwn, "", false},
        Case{"WritesWithWrongMark", "PUT", "same-origin", kOwn, "0", false},
        Case{"WritesWithoutSayingWhere", "POST", "", "", "1", false},
        Case{"OtherSiteWrites", "POST", "cross-site", "https://evil.example", "1", false},
        Case{"NeighbourWrites", "POST", "same-site", "https://x.avvik.example", "1", false},
        Case{"OpaqueOriginWrites", "POST", "", "null", "1", false},
        Case{"OtherPortWrites", "POST", "", "https://avvik.example:8443", "1", false},
        Case{"PlainHttpWrites", "POST", "", "http://avvik.example", "1", false},
        Case{"OriginAndSiteDisagree", "POST", "same-origin", "https://evil.example", "1", false},
        Case{"AddressTypedWrites", "POST", "none", "", "1", false}),
    [](const auto& tested) { return tested.param.what; });

}  // namespace
}  // namespace avvik::gateway
