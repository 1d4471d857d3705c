// Puts notices in the queue, within the transaction of the event that gives rise to them.
#pragma once

#include "absl/status/status.h"
#include "common/clock/clock.h"
#include "common/ids/id_source.h"
#include "common/organisation/organisation.h"
#include "common/pg/pool.h"
#include "services/delivery/notice.h"

namespace avvik::delivery {

// Thread-safe.
class NoticeWriter {
 public:
  NoticeWriter(IdSource& ids, const Clock& clock) : ids_(ids), clock_(clock) {}

  // Writes a notice and tells of it (NoticeQueued). Does nothing when there is one with the same tenant,
  // cause, template and person already. `mail_from` is the sender's address at this time.
  absl::Status Queue(pg::Transaction& transaction, const NoticeDraft& draft,
                     const std::string& mail_from);

 private:
  IdSource& ids_;
  const Clock& clock_;
};

// The draft for somebody in the organisation; nothing when the organisation no longer has the person.
std::optional<NoticeDraft> DraftForPerson(const organisation::Organisation& organisation,
                                          const std::string& person_id);

}  // namespace avvik::delivery
