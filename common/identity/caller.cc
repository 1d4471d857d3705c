#include "common/identity/caller.h"

#include <algorithm>
#include <string_view>

#include "common/status/error.h"
#include "common/validate/format.h"

namespace avvik::identity {
namespace {

constexpr size_t kMaxTenantBytes = 40;

bool IsTenantName(std::string_view text) {
  return text.size() <= kMaxTenantBytes && validate::HasFormat(options::v1::FORMAT_SLUG, text);
}

bool HasScope(const Claims& claims, std::string_view scope) {
  return std::find(claims.scopes.begin(), claims.scopes.end(), scope) != claims.scopes.end();
}

}  // namespace

absl::StatusOr<Caller> CallerFromClaims(const Claims& claims, const std::string& tenant_metadata) {
  Caller caller;
  caller.login = claims.subject;
  caller.name = claims.name;
  caller.email = claims.email;
  caller.client_id = claims.client_id;
  caller.tenant = claims.tenant;
  caller.machine = claims.subject == claims.client_id;
  if (!caller.machine) caller.groups = claims.groups;

  const bool service = caller.machine && HasScope(claims, kServiceScope);
  const bool across_tenants = service || (caller.machine && HasScope(claims, kOperatorScope));
  if (service) {
    caller.roles.push_back({organisation::v1::SERVICE, ""});
  } else if (caller.machine && HasScope(claims, kOperatorScope)) {
    caller.roles.push_back({organisation::v1::ADMINISTRATOR, ""});
  } else if (caller.machine && HasScope(claims, kTicketSystemScope)) {
    caller.roles.push_back({organisation::v1::TICKET_SYSTEM, ""});
  } else if (caller.machine) {
    return status::Error(absl::StatusCode::kPermissionDenied,
                         "the client has no scope that Avvik knows", "CALLER_SCOPE");
  } else {
    caller.roles.push_back({organisation::v1::EMPLOYEE, ""});
  }

  if (across_tenants) {
    if (!caller.tenant.empty() && !tenant_metadata.empty() && caller.tenant != tenant_metadata) {
      return status::Error(absl::StatusCode::kPermissionDenied, "the token is for another tenant",
                           "CALLER_TENANT");
    }
    if (!tenant_metadata.empty()) caller.tenant = tenant_metadata;
    if (!caller.tenant.empty() && !IsTenantName(caller.tenant)) {
      return status::InvalidField(kTenantMetadata, "is not the name of a tenant");
    }
    return caller;
  }
  if (!tenant_metadata.empty()) {
    return status::Error(absl::StatusCode::kPermissionDenied,
                         "only services of the suite and operators may name a tenant",
                         "CALLER_TENANT");
  }
  if (!IsTenantName(caller.tenant)) {
    return status::Error(absl::StatusCode::kUnauthenticated,
                         "the access token does not name the municipality (claim `tenant`)",
                         "TOKEN_TENANT");
  }
  return caller;
}

}  // namespace avvik::identity
