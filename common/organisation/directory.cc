#include "common/organisation/directory.h"

#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::organisation {
namespace {

// More tenants than any installation has; a guard against names that are made up.
constexpr size_t kMostAttempts = 10'000;

}  // namespace

Directory::Directory(const Clock& clock, Source* source, Keeper* keeper)
    : clock_(clock), source_(source), keeper_(keeper) {}

absl::Status Directory::Restore() {
  if (keeper_ == nullptr) return absl::OkStatus();
  AVVIK_ASSIGN_OR_RETURN(std::vector<Snapshot> kept, keeper_->Load());
  absl::Status first_error;
  for (Snapshot& snapshot : kept) {
    auto organisation = Organisation::Create(std::move(snapshot.organisation), snapshot.version);
    if (!organisation.ok()) {
      first_error.Update(organisation.status());
      continue;
    }
    std::unique_lock lock(current_mutex_);
    current_[(*organisation)->tenant()] = *organisation;
  }
  return first_error;
}

std::shared_ptr<const Organisation> Directory::Find(std::string_view tenant) const {
  std::shared_lock lock(current_mutex_);
  auto found = current_.find(tenant);
  return found == current_.end() ? nullptr : found->second;
}

absl::StatusOr<std::shared_ptr<const Organisation>> Directory::AtLeast(const std::string& tenant,
                                                                       int64_t version) {
  auto known = Find(tenant);
  if (known != nullptr && known->version() >= version) return known;
  AVVIK_RETURN_IF_ERROR(RefreshNow(tenant));
  known = Find(tenant);
  if (known != nullptr && known->version() >= version) return known;
  return status::Error(
      absl::StatusCode::kUnavailable,
      "the organisation of " + tenant + " is not known in version " + std::to_string(version),
      "ORGANISATION_BEHIND", {{"tenant", tenant}, {"version", std::to_string(version)}});
}

std::vector<std::string> Directory::Tenants() const {
  std::shared_lock lock(current_mutex_);
  std::vector<std::string> tenants;
  for (const auto& [tenant, organisation] : current_) tenants.push_back(tenant);
  return tenants;
}

absl::Status Directory::Put(v1::Organisation proto, int64_t version) {
  std::lock_guard one_at_a_time(put_mutex_);
  auto known = Find(proto.tenant());
  if (known != nullptr && known->version() >= version) return absl::OkStatus();
  AVVIK_ASSIGN_OR_RETURN(auto organisation, Organisation::Create(std::move(proto), version));
  if (keeper_ != nullptr) AVVIK_RETURN_IF_ERROR(keeper_->Keep({organisation->proto(), version}));
  std::unique_lock lock(current_mutex_);
  current_[organisation->tenant()] = organisation;
  return absl::OkStatus();
}

absl::Status Directory::RefreshNow(const std::string& tenant) {
  if (source_ == nullptr) return absl::OkStatus();
  {
    std::lock_guard lock(attempts_mutex_);
    if (attempts_.size() >= kMostAttempts) attempts_.clear();
    attempts_[tenant].begun = clock_.Now();
  }
  auto known = Find(tenant);
  AVVIK_ASSIGN_OR_RETURN(std::optional<Snapshot> fetched,
                         source_->Fetch(tenant, known == nullptr ? 0 : known->version()));
  if (!fetched.has_value()) return absl::OkStatus();
  if (fetched->organisation.tenant() != tenant) {
    return absl::InternalError("asked for the organisation of " + tenant + ", got that of " +
                               fetched->organisation.tenant());
  }
  return Put(std::move(fetched->organisation), fetched->version);
}

absl::Status Directory::RefreshIfOlderThan(const std::string& tenant, absl::Duration age) {
  {
    std::lock_guard lock(attempts_mutex_);
    Attempt& attempt = attempts_[tenant];
    if (attempt.running || clock_.Now() - attempt.begun <= age) return absl::OkStatus();
    attempt.running = true;
  }
  absl::Status result = RefreshNow(tenant);
  std::lock_guard lock(attempts_mutex_);
  attempts_[tenant].running = false;
  return result;
}

absl::Status Directory::RefreshAll() {
  if (source_ == nullptr) return absl::OkStatus();
  AVVIK_ASSIGN_OR_RETURN(std::vector<std::string> tenants, source_->Tenants());
  absl::Status first_error;
  for (const std::string& tenant : tenants) first_error.Update(RefreshNow(tenant));
  return first_error;
}

}  // namespace avvik::organisation
