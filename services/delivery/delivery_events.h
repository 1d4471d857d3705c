// What delivery tells the other services.
#pragma once

#include "avvik/events/v1/event.pb.h"
#include "common/ids/id_source.h"
#include "services/delivery/notice.h"

namespace avvik::delivery {

// NoticeQueued, NoticeSent or NoticeFailed, by the state the notice is in; for one that is being
// sent, NoticeQueued. `notice.version` is the version after the change.
events::v1::Event NoticeEvent(IdSource& ids, const Notice& notice, absl::Time now,
                              const std::string& trace_parent);

}  // namespace avvik::delivery
