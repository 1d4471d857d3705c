#include "cli/commands/import_destination.h"

#include "avvik/triage/v1/triage.pb.h"
#include "cli/import/submitter.h"
#include "common/deadline/instant.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::cli {
namespace {

using organisation::v1::Organisation;

// A clock of the server that differs by less is the same clock, told in whole seconds.
constexpr absl::Duration kSameClock = absl::Seconds(2);

absl::Duration AheadOf(const http_client::Response& response, absl::Time now) {
  const auto date = response.headers.find("date");
  absl::Time server;
  if (date == response.headers.end() || !absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", date->second,
                                                         absl::UTCTimeZone(), &server, nullptr)) {
    return absl::ZeroDuration();
  }
  const absl::Duration ahead = server - now;
  return absl::AbsDuration(ahead) <= kSameClock ? absl::ZeroDuration() : ahead;
}

std::string FirstOfficer(const Organisation& organisation) {
  for (const auto& person : organisation.people()) {
    for (const auto& held : person.roles()) {
      if (held.role() == organisation::v1::INFORMATION_SECURITY_OFFICER) return person.login();
    }
  }
  return "";
}

}  // namespace

absl::StatusOr<Destination> FindDestination(
    Session& session, absl::Duration patience, const Clock& clock, StopSignal& stop,
    const std::function<void(const absl::Status&)>& on_wait) {
  Destination destination;
  AVVIK_ASSIGN_OR_RETURN(destination.caller, session.AsAsked());
  Api& api = destination.caller->api();
  AVVIK_ASSIGN_OR_RETURN(const auto response,
                         SendPatiently([&] { return api.Send("GET", "/v1/organisation"); },
                                       patience, clock, stop, on_wait));
  destination.ahead = AheadOf(response, clock.Now());
  AVVIK_RETURN_IF_ERROR(ErrorOf(response));
  triage::v1::GetOrganisationResponse answer;
  AVVIK_RETURN_IF_ERROR(FromJson(response.body, &answer));
  destination.organisation = answer.organisation();
  destination.who = session.settings.as;
  if (session.IsSomebody()) return destination;
  destination.who = FirstOfficer(destination.organisation);
  if (destination.who.empty()) {
    return status::Error(absl::StatusCode::kFailedPrecondition,
                         "nobody in the organisation is INFORMATION_SECURITY_OFFICER; say with "
                         "--as who brings the reports in",
                         "NO_IMPORTER");
  }
  destination.caller = session.AsPerson(destination.who);
  return destination;
}

absl::StatusOr<Surroundings> SurroundingsOf(const Organisation& organisation,
                                            const std::string& register_name) {
  Surroundings around;
  around.units = NamesOf(organisation.units());
  around.systems = NamesOf(organisation.systems());
  around.register_ = register_name;
  AVVIK_ASSIGN_OR_RETURN(around.zone, deadline::LoadZone(organisation.time_zone()));
  return around;
}

}  // namespace avvik::cli
