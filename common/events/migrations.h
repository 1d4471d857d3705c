// The tables of the outbox and of the inbox; a service joins them to its own.
#pragma once

#include <span>

#include "common/pg/migrations.h"

namespace avvik::events::outbox {
std::span<const pg::Migration> Migrations();
}  // namespace avvik::events::outbox

namespace avvik::events::inbox {
std::span<const pg::Migration> Migrations();
}  // namespace avvik::events::inbox
