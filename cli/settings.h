// Where the suite is and who asks: from the environment, over which the flags of the command line
// go.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace avvik::cli {

struct Settings {
  std::string url;   // Of the gateway; AVVIK_URL, or 127.0.0.1 at AVVIK_PORT (8080).
  std::string home;  // AVVIK_HOME (.avvik): where ./run keeps secrets.
  std::string
      issuer;  // Of the identity provider; AVVIK_ISSUER, or 127.0.0.1 at the port after AVVIK_PORT.
  std::string token_endpoint;  // AVVIK_TOKEN_ENDPOINT; empty: as the issuer says.
  std::string
      ca_file;  // AVVIK_CA_FILE: certificates to trust, in PEM; empty: those of the machine.

  // The client by which people's tokens are asked for; AVVIK_CLIENT_ID and
  // AVVIK_CLIENT_SECRET_FILE.
  std::string client_id;
  std::string client_secret_file;

  std::string tenant;  // AVVIK_TENANT; empty: as the organisation files say.
  std::string
      organisations;  // AVVIK_ORGANISATIONS: a list of organisation files, the one in use last.

  // Public keys of the trace's checkpoints, in PEM; AVVIK_AUDIT_PUBLIC_KEY, or as ./run made it.
  std::string audit_public_key;

  std::string token;  // AVVIK_TOKEN or --token: used as it is.
  std::string as;     // --as: a person's login.

  bool colours = true;  // False with NO_COLOR.
};

// Nothing for what is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// INVALID_ARGUMENT when AVVIK_PORT is no port.
absl::StatusOr<Settings> SettingsFrom(const Environment& environment);

// The environment of this process. An empty variable counts as not set.
std::optional<std::string> ProcessEnvironment(const std::string& name);

}  // namespace avvik::cli
