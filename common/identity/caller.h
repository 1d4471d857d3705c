// Who makes a call, as far as the token says. What a person may, follows from the organisation
// (common/organisation); the token only names the person.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/identity/jwt.h"
#include "common/organisation/organisation.h"

namespace avvik::identity {

// Scopes that make a client a machine caller, and the roles they give.
inline constexpr char kServiceScope[] = "avvik.service";       // SERVICE
inline constexpr char kTicketSystemScope[] = "avvik.tickets";  // TICKET_SYSTEM
inline constexpr char kOperatorScope[] = "avvik.operator";     // ADMINISTRATOR

// gRPC metadata by which a service of the suite, or the operator of the installation, names the
// tenant it speaks about.
inline constexpr char kTenantMetadata[] = "avvik-tenant";

struct Caller {
  std::string tenant;     // Empty only for a service or operator that names none.
  std::string login;      // Sign-in name of a person, client id of a machine.
  std::string name;       // May be empty.
  std::string email;      // May be empty.
  std::string client_id;  // The client the token was given to; may be empty for a person.
  bool machine = false;
  std::vector<std::string> groups;  // Of the sign-in provider, of a person; may be empty.
  // EMPLOYEE for every person, the scope's role for a machine.
  std::vector<organisation::HeldRole> roles;
};

// The caller behind verified claims. `tenant_metadata` is the value of kTenantMetadata, empty when
// absent. A client counts as a machine when it is its own subject, as client-credentials tokens
// have it (RFC 9068 section 2.2); a person's token never gives a machine's role, whatever its
// scopes.
// - UNAUTHENTICATED `TOKEN_TENANT`: a person or ticket system without a usable tenant in the token.
// - PERMISSION_DENIED `CALLER_SCOPE`: a machine without a scope known here.
// - PERMISSION_DENIED `CALLER_TENANT`: tenant metadata from anyone but a service or operator, or
//   other than the tenant of the caller's own token.
// - INVALID_ARGUMENT `INVALID_FIELDS`: tenant metadata that is no tenant's name.
absl::StatusOr<Caller> CallerFromClaims(const Claims& claims, const std::string& tenant_metadata);

}  // namespace avvik::identity
