#include "common/pg/network.h"

#include <libpq-fe.h>

#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/strings/str_split.h"
#include "common/config/loopback.h"

namespace avvik::pg {
namespace {

using Options = std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)>;

bool StaysHere(std::string_view host) {
  return host.empty() || host.front() == '/' || host.front() == '@' || config::IsLoopback(host);
}

}  // namespace

absl::Status CheckNetwork(const std::string& conninfo) {
  std::map<std::string, std::string> values;
  const auto take = [&values](const Options& options) {
    for (const PQconninfoOption* one = options.get(); one != nullptr && one->keyword != nullptr; ++one) {
      if (one->val != nullptr) values[one->keyword] = one->val;
    }
  };
  take({PQconndefaults(), PQconninfoFree});
  take({PQconninfoParse(conninfo.c_str(), nullptr), PQconninfoFree});
  if (values["sslmode"] == "verify-full") return absl::OkStatus();
  // `hostaddr` is where it goes when it is given; either may be a list.
  const std::string& hosts = values["hostaddr"].empty() ? values["host"] : values["hostaddr"];
  for (const std::string& host : std::vector<std::string>(absl::StrSplit(hosts, ','))) {
    if (StaysHere(host)) continue;
    return absl::InvalidArgumentError("PostgreSQL at " + host +
                                      " is reached by a network: the connection string must say "
                                      "sslmode=verify-full, and sslrootcert= whose authority counts");
  }
  return absl::OkStatus();
}

}  // namespace avvik::pg
