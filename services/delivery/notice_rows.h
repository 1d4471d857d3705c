// Between the domain's notice and its row.
#pragma once

#include "common/pg/value.h"
#include "services/delivery/notice.h"

namespace avvik::delivery {

// A whole row of notice.
Notice NoticeFromRow(const pg::Row& row);

}  // namespace avvik::delivery
