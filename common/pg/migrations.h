// Brings a database to the schema the program was built for.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/pg/connection.h"

namespace avvik::pg {

// A step of the schema: `<library or service>/<number>_<what>.sql`. Never changed once released.
struct Migration {
  const char* name;
  const char* sql;
};

// Joins the migrations of several libraries in the order given.
std::vector<Migration> Join(std::initializer_list<std::span<const Migration>> parts);

// Applies those not yet applied, in order, each in its own transaction and all under one advisory lock,
// so that several copies of a service may start at once. FAILED_PRECONDITION when a migration that was
// applied has since been altered: the database and the program do not belong together.
absl::Status Migrate(const Settings& settings, std::span<const Migration> migrations);

}  // namespace avvik::pg
