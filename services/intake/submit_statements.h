// The statements of the submit path, in the order they run in one transaction. The benchmark hands the
// same text to pgbench.
#pragma once

#include <span>

#include "common/pg/connection.h"

namespace avvik::intake {

// $1 tenants, $2 years. Locks the counters until the commit, so that numbers follow each other.
extern const pg::Statement kLockCounters;
// $1 tenants, $2 years. Begins a year.
extern const pg::Statement kBeginCounters;
// $1 tenants, $2 reporters' pseudonyms, $3 request keys, $4 registers, $5 keys: the ids of reports that are
// there already, with the place (from 1) of what they answer and whether it is the same request.
extern const pg::Statement kFindRepeats;
// $1–$26 columns of report, $27 wrapped keys, $28 events, $29–$42 columns of audit_record, $43 tenants,
// $44 years and $45 new counts.
extern const pg::Statement kInsertReports;

}  // namespace avvik::intake
