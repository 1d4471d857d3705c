#include "common/identity/key_set.h"

#include <algorithm>
#include <utility>

#include "common/identity/provider.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::identity {

KeySet::KeySet(KeySetOptions options, http_client::Client& http, const Clock& clock)
    : options_(std::move(options)), http_(http), clock_(clock), loop_("signing-keys", [this] {
        static_cast<void>(RunOnce());
        return NextWait();
      }) {}

absl::Status KeySet::Start() {
  AVVIK_RETURN_IF_ERROR(CheckProviderUrl(options_.issuer));
  return loop_.Start();
}

void KeySet::Stop() { loop_.Stop(); }

absl::StatusOr<std::shared_ptr<const PublicKey>> KeySet::Find(const std::string& id,
                                                              Algorithm algorithm) {
  if (auto key = Lookup(id, algorithm)) return key;
  FetchForUnknownKey();
  if (auto key = Lookup(id, algorithm)) return key;
  if (!HasKeys()) {
    return status::Error(absl::StatusCode::kUnavailable,
                         "the identity provider's signing keys are not available; try again later",
                         "KEYS_UNAVAILABLE");
  }
  return status::Error(absl::StatusCode::kUnauthenticated,
                       "the access token is signed with a key the identity provider does not list",
                       "TOKEN_KEY_UNKNOWN");
}

absl::Status KeySet::RunOnce() {
  {
    std::unique_lock lock(fetch_mutex_);
    fetched_.wait(lock, [this] { return !fetching_; });
    fetching_ = true;
  }
  return FetchAsTheOne();
}

absl::Status KeySet::FetchAsTheOne() {
  const absl::Status result = Fetch();
  int failures_before;
  {
    std::lock_guard lock(fetch_mutex_);
    fetching_ = false;
    last_fetch_ = clock_.Now();
    failures_before = failures_;
    failures_ = result.ok() ? 0 : failures_ + 1;
  }
  fetched_.notify_all();
  // One line when the provider goes and one when it comes back, however long it was away.
  if (!result.ok() && failures_before == 0) {
    log::Warning("signing_keys_unavailable", {{"issuer", options_.issuer}, {"error", result}});
  } else if (result.ok() && failures_before > 0) {
    log::Info("signing_keys_available", {{"issuer", options_.issuer}});
  }
  return result;
}

absl::Duration KeySet::NextWait() const {
  std::lock_guard lock(fetch_mutex_);
  if (failures_ == 0) return options_.refresh_interval;
  const int doublings = std::min(failures_ - 1, 20);
  return std::min(options_.first_retry * (1 << doublings), options_.last_retry);
}

bool KeySet::HasKeys() const {
  std::shared_lock lock(keys_mutex_);
  return !keys_.empty();
}

std::shared_ptr<const PublicKey> KeySet::Lookup(const std::string& id, Algorithm algorithm) const {
  std::shared_lock lock(keys_mutex_);
  for (const auto& key : keys_) {
    if (key->id() == id && key->algorithm() == algorithm) return key;
  }
  return nullptr;
}

void KeySet::FetchForUnknownKey() {
  {
    std::unique_lock lock(fetch_mutex_);
    if (fetching_) {
      fetched_.wait_for(lock, absl::ToChronoMilliseconds(options_.max_wait),
                        [this] { return !fetching_; });
      return;
    }
    if (clock_.Now() < last_fetch_ + options_.min_refetch_interval) return;
    fetching_ = true;
  }
  static_cast<void>(FetchAsTheOne());
}

absl::Status KeySet::Fetch() {
  if (jwks_uri_.empty()) {
    AVVIK_ASSIGN_OR_RETURN(const ProviderMetadata provider, Discover(http_, options_.issuer));
    jwks_uri_ = provider.jwks_uri;
  }
  http_client::Request request;
  request.url = jwks_uri_;
  request.headers = {"Accept: application/jwk-set+json, application/json"};
  const absl::StatusOr<http_client::Response> response = http_.Send(request);
  if (!response.ok() || response->status != 200) {
    // The provider may have moved its keys: ask it again where they are.
    const std::string url = std::exchange(jwks_uri_, "");
    if (!response.ok()) return response.status();
    return absl::UnavailableError(url + ": status " + std::to_string(response->status));
  }
  AVVIK_ASSIGN_OR_RETURN(KeySetDocument document, ParseKeySet(response->body));
  std::unique_lock lock(keys_mutex_);
  const bool first = keys_.empty();
  keys_ = std::move(document.keys);
  if (first) {
    log::Info(
        "signing_keys_loaded",
        {{"issuer", options_.issuer},
         {"keys", keys_.size()},
         {"refused", document.refused.size()},
         {"first_refusal", document.refused.empty() ? std::string() : document.refused.front()}});
  }
  return absl::OkStatus();
}

}  // namespace avvik::identity
