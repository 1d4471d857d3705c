// Between the domain's notice and the API's.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "avvik/delivery/v1/delivery.pb.h"
#include "services/delivery/notice.h"
#include "services/delivery/notice_store.h"

namespace avvik::delivery {

// A notice without attempts. The address of a confidential reporter is only for the one of whom
// `person_ids` are the pseudonyms.
v1::Notice ToProto(const Notice& notice, const std::vector<std::string>& person_ids);

v1::Attempt ToProto(const Attempt& attempt);

v1::Queue ToProto(const QueueCount& count);

}  // namespace avvik::delivery
