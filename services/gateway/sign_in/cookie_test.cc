#include "services/gateway/sign_in/cookie.h"

#include "gtest/gtest.h"

namespace avvik::gateway {
namespace {

TEST(CookieValueTest, TheCookieIsFoundAmongOthers) {
  EXPECT_EQ(CookieValue("a=1; __Host-avvik=xyz; b=2", kSessionCookie), "xyz");
  EXPECT_EQ(CookieValue("__Host-avvik=xyz", kSessionCookie), "xyz");
  EXPECT_EQ(CookieValue("a=1;__Host-avvik=x=y=", kSessionCookie), "x=y=");
}

TEST(CookieValueTest, NothingElseIsTakenForIt) {
  for (const char* header : {"", "a=1", "__Host-avvik", "__Host-avvik-sign-in=x", "x__Host-avvik=x",
                             "__host-avvik=x", "; ;=;", "__Host-avvik="}) {
    EXPECT_EQ(CookieValue(header, kSessionCookie), "") << header;
  }
}

TEST(CookieValueTest, TwoOfTheSameNameAreNone) {
  EXPECT_EQ(CookieValue("__Host-avvik=a; __Host-avvik=b", kSessionCookie), "");
}

TEST(SetCookieTest, CookiesAreForThisHostOverTlsAndNotForScripts) {
  const HttpHeader session = SetCookie(kSessionCookie, "x", SameSite::kStrict);
  EXPECT_EQ(session.name, "Set-Cookie");
  EXPECT_EQ(session.value, "__Host-avvik=x; Path=/; Secure; HttpOnly; SameSite=Strict");
  EXPECT_EQ(SetCookie(kAttemptCookie, "x", SameSite::kLax, absl::Minutes(10)).value,
            "__Host-avvik-sign-in=x; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600");
  EXPECT_EQ(DropCookie(kSessionCookie, SameSite::kStrict).value,
            "__Host-avvik=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
}

}  // namespace
}  // namespace avvik::gateway
