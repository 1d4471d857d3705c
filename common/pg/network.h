// Whether a connection string leads over a network in plain.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace avvik::pg {

// INVALID_ARGUMENT, saying what to do, for a server that is neither on a unix socket nor at loopback and need not prove by TLS
// that it is the one meant: `sslmode` must then be verify-full. The environment (PGHOST, PGSSLMODE) counts as it does for
// libpq. A text that libpq does not understand passes here.
absl::Status CheckNetwork(const std::string& conninfo);

}  // namespace avvik::pg
