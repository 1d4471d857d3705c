// The tables of metrics that are not figures. Those of the figures: pg_figure_store.h.
#pragma once

#include <span>

#include "common/pg/migrations.h"

namespace avvik::metrics {

std::span<const pg::Migration> Migrations();

}  // namespace avvik::metrics
