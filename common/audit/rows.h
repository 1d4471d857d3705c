// Records as rows of audit_record.
#pragma once

#include "common/audit/chain.h"
#include "common/pg/value.h"

namespace avvik::audit {

// The record in a row with all columns.
Record RecordFromRow(const pg::Row& row);

}  // namespace avvik::audit
