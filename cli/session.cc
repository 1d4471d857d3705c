#include "cli/session.h"

#include <fstream>
#include <utility>

#include "common/organisation/check.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::cli {

absl::StatusOr<std::unique_ptr<Caller>> Session::AsAsked(const std::string& tenant) {
  if (!settings.token.empty()) {
    return std::make_unique<Caller>(http, std::make_unique<GivenToken>(settings.token),
                                    settings.url, settings.tenant);
  }
  if (!settings.as.empty()) return AsPerson(settings.as);
  std::string whose = tenant;
  if (whose.empty()) {
    AVVIK_ASSIGN_OR_RETURN(whose, Tenant());
  }
  return std::make_unique<Caller>(http, MachineToken(http, settings, kOperatorClient), settings.url,
                                  whose);
}

std::unique_ptr<Caller> Session::AsPerson(const std::string& login) {
  return std::make_unique<Caller>(http, PersonToken(http, settings, login), settings.url, "");
}

absl::StatusOr<std::string> Session::Tenant() const {
  if (!settings.tenant.empty()) return settings.tenant;
  std::ifstream list(settings.organisations);
  std::string line, last;
  while (std::getline(list, line)) {
    if (!line.empty()) last = line;
  }
  if (last.empty()) {
    return status::Error(absl::StatusCode::kFailedPrecondition,
                         "which municipality? Name it with --tenant or AVVIK_TENANT (no "
                         "organisation file is listed in " +
                             settings.organisations + ")",
                         "NO_TENANT");
  }
  AVVIK_ASSIGN_OR_RETURN(const auto organisation, organisation::LoadOrganisation(last));
  return organisation.tenant();
}

}  // namespace avvik::cli
