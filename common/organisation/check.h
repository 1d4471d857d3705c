// Whether an organisation holds together: what the rules of single fields cannot say.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "avvik/organisation/v1/organisation.pb.h"

namespace avvik::organisation {

// INVALID_ARGUMENT (status::InvalidFields) with every violation:
//   ids are unique within their list, and so are the roles of a person, languages and role titles;
//   the units are one tree whose root, and nothing else, is the MUNICIPALITY, without a cycle;
//   every unit, person and system that is named exists; a supplier is one, or a company;
//   the board is a committee;
//   people hold roles of people, and speak a language the organisation offers;
//   a routing rule has a role exactly when it routes to one, a step of a ladder when it tells one;
//   office hours are two times of a day;
//   the time zone is known here; links are http or https;
//   someone is INFORMATION_SECURITY_OFFICER for the whole municipality: the last resort of routing.
// Expects what validate::Validate accepts; anything else is safe, with violations left out.
absl::Status Check(const v1::Organisation& organisation);

// Reads and checks an organisation file. Errors as from datafile::Load.
absl::StatusOr<v1::Organisation> LoadOrganisation(const std::string& path);

}  // namespace avvik::organisation
