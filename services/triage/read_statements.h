// The statements of reading one case, in the order they run. The benchmark hands the same
// text to pgbench.
#pragma once

#include "common/pg/connection.h"

namespace avvik::triage {

// $1 tenant, $2 UUID or number, $3 to $5 what is visible. What is hidden is as good as absent.
extern const pg::Statement kGetCase;
// $1 the case's UUID.
extern const pg::Statement kListNotes;

}  // namespace avvik::triage
