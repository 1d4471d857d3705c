// Whose rows a statement may see and write. Row-level security in every table holds to it
// (`avvik_guard` and its like, which common/pg/migrations.cc makes): a connection that has entered no
// scope sees no row at all.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace avvik::pg {

class Scope {
 public:
  // The rows of one municipality: for whatever a caller asks, with the tenant of the caller's token.
  static Scope Tenant(std::string_view tenant) {
    return Scope(tenant == kEverything ? "" : std::string(tenant));
  }
  // The rows of all: for what a service does on its own account (publishing, hearing, timers, queues).
  static Scope Everything() { return Scope(kEverything); }

  // What the setting `avvik.tenant` is while the scope holds.
  const std::string& setting() const { return setting_; }

 private:
  static constexpr char kEverything[] = "*";

  explicit Scope(std::string setting) : setting_(std::move(setting)) {}

  std::string setting_;
};

}  // namespace avvik::pg
