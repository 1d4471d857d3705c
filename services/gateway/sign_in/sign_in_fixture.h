// For tests: everything that signing in needs, with a provider inside the test and a clock that it
// moves.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/clock/fake_clock.h"
#include "common/identity/fake_http_client.h"
#include "common/identity/test_issuer.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "services/gateway/sign_in/fake_session_store.h"
#include "services/gateway/sign_in/oidc_client.h"
#include "services/gateway/sign_in/sealer.h"
#include "services/gateway/sign_in/session_log.h"
#include "services/gateway/sign_in/sessions.h"

namespace avvik::gateway {

// Keeps what it is told.
class KeptSessionLog final : public SessionLog {
 public:
  void Add(SessionDeed deed) override {
    std::lock_guard lock(mutex_);
    deeds_.push_back(std::move(deed));
  }
  std::vector<SessionDeed> deeds() {
    std::lock_guard lock(mutex_);
    return deeds_;
  }

 private:
  std::mutex mutex_;
  std::vector<SessionDeed> deeds_;
};

class SignInFixture : public testing::Test {
 protected:
  static constexpr char kIssuer[] = "https://issuer.example";
  static constexpr char kToken[] = "https://issuer.example/token";

  SignInFixture() {
    http_.Answer(std::string(kIssuer) + "/.well-known/openid-configuration", 200,
                 nlohmann::json{{"issuer", kIssuer},
                                {"jwks_uri", "https://issuer.example/keys"},
                                {"authorization_endpoint", "https://issuer.example/auth"},
                                {"token_endpoint", kToken},
                                {"end_session_endpoint", "https://issuer.example/end"},
                                {"authorization_response_iss_parameter_supported", true}}
                     .dump());
  }

  static identity::TestIssuer& Issuer() {
    static identity::TestIssuer issuer(kIssuer);
    return issuer;
  }

  // An ID token for the client `avvik-web`, with the claims changed as told.
  std::string IdToken(const std::string& nonce, const nlohmann::json& changes = {}) {
    const int64_t now = absl::ToUnixSeconds(clock_.Now());
    nlohmann::json claims = {{"iss", kIssuer},      {"aud", "avvik-web"}, {"sub", "anna.berg"},
                             {"name", "Anna Berg"}, {"nonce", nonce},     {"iat", now},
                             {"exp", now + 600}};
    claims.update(changes.is_null() ? nlohmann::json::object() : changes);
    return Issuer().Sign(
        identity::Algorithm::kEs256,
        nlohmann::json{{"alg", "ES256"}, {"kid", identity::TestIssuer::kEcKeyId}}.dump(),
        claims.dump());
  }

  // What the token endpoint answers from now on.
  void Grant(const std::string& id_token, const std::string& login = "anna.berg",
             const std::string& refresh = "refresh-1") {
    http_.Answer(
        kToken, 200,
        nlohmann::json{{"access_token", Issuer().PersonToken(clock_.Now(), "kalix", login)},
                       {"refresh_token", refresh},
                       {"id_token", id_token},
                       {"expires_in", 600}}
            .dump());
  }
  void Refuse() { http_.Answer(kToken, 400, R"({"error": "invalid_grant"})"); }

  // A session that has just begun, with an access token for ten minutes. Its id.
  std::string Begin(const std::string& login = "anna.berg") {
    return *sessions_.Begin({.login = login,
                             .name = "Anna Berg",
                             .tenant = "kalix",
                             .tokens = {.access = "access-1",
                                        .refresh = "refresh-1",
                                        .id = "id-1",
                                        .renew = clock_.Now() + absl::Minutes(9),
                                        .expiry = clock_.Now() + absl::Minutes(10)}});
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  identity::FakeHttpClient http_;
  const Sealer sealer_ = *Sealer::FromKeys(std::string(64, 'a'));
  FakeSessionStore store_{clock_};
  SessionLimits limits_;
  KeptSessionLog log_;
  Sessions sessions_{store_, sealer_, clock_, limits_};
  OidcClient provider_{{.issuer = kIssuer,
                        .client = {.id = "avvik-web", .secret = "s3cret"},
                        .scope = "openid profile email",
                        .callback = "https://avvik.example/sign-in/callback",
                        .after_sign_out = "https://avvik.example/"},
                       http_};
};

}  // namespace avvik::gateway
