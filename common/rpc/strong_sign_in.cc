#include "common/rpc/strong_sign_in.h"

#include <algorithm>

#include "absl/strings/str_split.h"
#include "common/status/error.h"

namespace avvik::rpc {
namespace {

std::set<std::string> ListOf(const std::string& text) {
  return absl::StrSplit(text, absl::ByAnyChar(", "), absl::SkipEmpty());
}

bool SomeRoleGrants(const organisation::RoleCatalogue& roles, const std::string& permission) {
  for (int number = organisation::v1::Role_MIN; number <= organisation::v1::Role_MAX; ++number) {
    if (roles.ReachOf(static_cast<organisation::v1::Role>(number), permission) !=
        organisation::v1::REACH_UNSPECIFIED) {
      return true;
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<StrongSignIn> StrongSignIn::Make(const std::string& permissions,
                                                const std::string& accepted,
                                                const organisation::RoleCatalogue& roles) {
  StrongSignIn made;
  made.permissions_ = ListOf(permissions);
  made.accepted_ = ListOf(accepted);
  if (made.permissions_.empty() != made.accepted_.empty()) {
    return absl::InvalidArgumentError(
        "--strong-sign-in-for and --strong-sign-in must both be given, or neither");
  }
  for (const std::string& permission : made.permissions_) {
    if (!SomeRoleGrants(roles, permission)) {
      return absl::InvalidArgumentError("--strong-sign-in-for names " + permission +
                                        ", which no role grants");
    }
  }
  return made;
}

bool StrongSignIn::Was(const identity::Claims& claims) const {
  return accepted_.contains(claims.acr) ||
         std::any_of(claims.amr.begin(), claims.amr.end(),
                     [this](const std::string& method) { return accepted_.contains(method); });
}

absl::Status StrongSignInNeeded(const std::string& permission) {
  return status::Error(absl::StatusCode::kPermissionDenied,
                       "this takes a stronger sign-in, such as with a second factor: sign out, and "
                       "in again with it",
                       "STRONG_SIGN_IN", {{"permission", permission}});
}

}  // namespace avvik::rpc
