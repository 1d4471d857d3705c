// Which permissions take more than a password, and what counts as more: the provider says how
// somebody signed in by the claims `acr` and `amr` of the access token (RFC 9068, section 2.2.1).
#pragma once

#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/identity/jwt.h"
#include "common/organisation/rights.h"

namespace avvik::rpc {

// Immutable; thread-safe.
class StrongSignIn {
 public:
  // Demands nothing.
  StrongSignIn() = default;

  // `permissions` are those that take it, `accepted` the values of `acr` or `amr` that count; both
  // are lists with commas. INVALID_ARGUMENT when one is empty and the other is not, and for a
  // permission that no role grants.
  static absl::StatusOr<StrongSignIn> Make(const std::string& permissions,
                                           const std::string& accepted,
                                           const organisation::RoleCatalogue& roles);

  // Whether the permission takes it.
  bool DemandedFor(const std::string& permission) const {
    return permissions_.contains(permission);
  }

  // Whether somebody with this token signed in so.
  bool Was(const identity::Claims& claims) const;

 private:
  std::set<std::string> permissions_;
  std::set<std::string> accepted_;
};

// PERMISSION_DENIED, reason `STRONG_SIGN_IN`.
absl::Status StrongSignInNeeded(const std::string& permission);

}  // namespace avvik::rpc
