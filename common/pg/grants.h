// What the role that a service runs as may do: read and write rows, and nothing else. The tables belong to
// another role, which only migrations use.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/pg/connection.h"

namespace avvik::pg {

// A table whose rows are added and never changed or deleted, except for columns that are filled in later.
struct AppendOnly {
  std::string table;
  std::vector<std::string> filled_in_later;
};

// Lets the role of `running` select, insert, update and delete in every table of the schema `public`, which
// the role of `owner` owns; of `append_only` tables only what those allow, of the list of migrations only
// select. Tables and columns that are not there are passed over. To be called after Migrate, whenever it was.
// Does nothing when both are the same role.
absl::Status Grant(const Settings& owner, const Settings& running,
                   std::span<const AppendOnly> append_only);

}  // namespace avvik::pg
