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
// $1 tenants, $2 logins, $3 request ids, $4 registers, $5 keys: the reports that are there already, with
// the place (from 1) of the submission they answer.
extern const pg::Statement kFindRepeats;
// $1–$26 columns of report, $27–$28 name and e-mail of the reporter, $29 events, $30–$43 columns of
// audit_record, $44 tenants, $45 years and $46 new counts.
extern const pg::Statement kInsertReports;

}  // namespace avvik::intake
