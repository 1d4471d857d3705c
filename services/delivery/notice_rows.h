// Between the domain's notice and its row.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/pg/value.h"
#include "common/secrecy/vault.h"
#include "services/delivery/notice.h"

namespace avvik::delivery {

// A whole row of notice, its address opened. DATA_LOSS when that was altered.
absl::StatusOr<Notice> NoticeFromRow(const pg::Row& row, secrecy::Vault& vault);

// What an address is sealed for.
std::string AddressContext(const std::string& notice_id);

}  // namespace avvik::delivery
